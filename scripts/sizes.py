"""How large the project is: lines by part, and the longest file and function of each, tests apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from scripts.bootstrap import ROOT

PARTS = ("sla_project", "slas/domain", "slas", "actions", "cases", "scripts", "benchmarks")


def sources(part: str) -> Iterator[Path]:
    """The part's own Python files: not its migrations, and not what is a part itself."""
    inner = [ROOT / other for other in PARTS if other.startswith(f"{part}/")]
    for path in sorted((ROOT / part).rglob("*.py")):
        if "migrations" not in path.parts and not any(path.is_relative_to(folder) for folder in inner):
            yield path


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def longest_function(path: Path) -> tuple[int, str]:
    functions = [
        ((node.end_lineno or node.lineno) - node.lineno + 1, node.name)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return max(functions, default=(0, "none"))


def main() -> None:
    print(f"\n{'part':<14}{'files':>6}{'lines':>8}{'tests':>8}   longest file, longest function")
    for part in PARTS:
        files = list(sources(part))
        own = [path for path in files if "tests" not in path.parts]
        if not own:
            continue
        file_size, file = max((lines(path), path.name) for path in own)
        function_size, function = max(longest_function(path) for path in own)
        code, tests = sum(map(lines, own)), sum(map(lines, set(files) - set(own)))
        longest = f"{file} {file_size}, {function} {function_size}"
        print(f"{part:<14}{len(own):>6}{code:>8}{tests:>8}   {longest}")


if __name__ == "__main__":
    main()
