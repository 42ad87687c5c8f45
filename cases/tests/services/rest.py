"""A caller of the REST API, as an integrator would write one."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Rest:
    address: str
    token: str
    slowest: float = 0.0
    """Seconds that the slowest request took so far."""
    etags: dict[str, str] = field(default_factory=dict)

    def status(self, path: str) -> int:
        """The status of a page, 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=5) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def all_passes_run(self) -> bool:
        """Timers come due, and both workers act; each pass has a heartbeat, those that a ring began as well."""
        with urllib.request.urlopen(f"{self.address}/metrics", timeout=5) as response:
            found = re.search(rb"sla_console_workers (\d+)\n", response.read())
        return self.status("/readyz") == 200 and found is not None and int(found[1]) >= 4

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def post(self, path: str, **body: Any) -> Any:
        return self._call("POST", path, body)

    def patch(self, path: str, **body: Any) -> Any:
        """Under the ETag of what is there now."""
        self.get(path)
        return self._call("PATCH", path, body)

    def rows(self, path: str) -> list[Any]:
        """A list with all its pages."""
        rows: list[Any] = []
        joint = "&" if "?" in path else "?"
        page = self.get(f"{path}{joint}limit=200")
        while True:
            rows += page["results"]
            if not page["next"]:
                return rows
            page = self.get(page["next"].partition("/api/v1/")[2])

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        if method == "PATCH":
            headers["If-Match"] = self.etags[path]
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", data, headers, method=method)
        begun = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                answer, headers = response.read(), response.headers
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None
        self.slowest = max(self.slowest, time.monotonic() - begun)
        if "ETag" in headers:
            self.etags[path] = headers["ETag"]
        return json.loads(answer) if answer else None
