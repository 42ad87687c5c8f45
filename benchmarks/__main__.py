"""`python -m benchmarks [LOG]`: working time beside other libraries; with an incident log, its import as well."""

from __future__ import annotations

import sys

from benchmarks import event_log, worktime

if __name__ == "__main__":
    log = sys.argv[1:]
    sys.argv[1:] = []
    sys.exit(worktime.main() or (event_log.main(log) if log else 0))
