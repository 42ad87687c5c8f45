#!/usr/bin/env python3
"""Make the icon sprite from @tabler/icons (MIT). For maintainers; nobody needs npm to run SLA Console.

    python scripts/make_icons.py

Writes ``console/icons.svg`` (one ``<symbol>`` per name below) and Tabler's licence next to it. To use another icon, add
its Tabler name to ``NAMES``, run the script and write ``{% icon "its-name" %}``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "3.51.0"
OUTPUT = Path(__file__).resolve().parent.parent / "sla_project" / "static" / "console"
NAMES = """
activity alert-circle alert-triangle api archive arrow-back-up arrow-down arrow-left arrow-up ban bell bolt building
calendar-event calendar-off chart-bar check checkbox checklist chevron-down chevron-left chevron-right circle-check
circle-dashed circle-minus circle-plus circle-x clock clock-hour-4 clock-off code copy dots-vertical download edit eye
file-import file-text filter flag flame git-compare grip-vertical heartbeat help-circle history hourglass id-badge
info-circle key layout-dashboard link list list-check list-details list-numbers lock logout mail menu-2 message moon
pencil phone player-pause player-play plus refresh rocket rotate-clockwise search send server settings shield-check
star stethoscope sun tag target ticket trash user user-check users versions x
""".split()
COMMENT = f"<!-- Made by scripts/make_icons.py from @tabler/icons {VERSION}, MIT licence, see icons.LICENSE -->"
SYMBOL = '<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="{width}" {caps}>{body}</symbol>'
CAPS = 'stroke-linecap="round" stroke-linejoin="round"'
STROKE_WIDTH = "1.75"


def symbol(name: str, svg: str) -> str:
    """Return one icon file as a ``<symbol>``; Tabler's invisible bounding box and line breaks are dropped."""
    body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    body = body.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "").replace(" />", "/>")
    return SYMBOL.format(name=name, width=STROKE_WIDTH, caps=CAPS, body=re.sub(r"\s*\n\s*", "", body).strip())


def download(scratch: Path) -> Path:
    command = ["npm", "pack", f"@tabler/icons@{VERSION}", "--json", "--pack-destination", str(scratch)]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)[0]
    return scratch / f"tabler-icons-{answer['version']}.tgz"


def read_text(archive: tarfile.TarFile, member: str) -> str:
    file = archive.extractfile(member)
    if file is None:
        raise SystemExit(f"@tabler/icons {VERSION} has no {member}")
    return file.read().decode("utf-8")


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(download(Path(scratch))) as archive:
        symbols = [symbol(name, read_text(archive, f"package/icons/outline/{name}.svg")) for name in sorted(set(NAMES))]
        licence = read_text(archive, "package/LICENSE")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    body = "\n".join(symbols)
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{COMMENT}\n{body}\n</svg>\n'
    (OUTPUT / "icons.svg").write_text(sprite, encoding="utf-8")
    (OUTPUT / "icons.LICENSE").write_text(licence, encoding="utf-8")
    print(f"{len(symbols)} icons, {len(sprite) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
