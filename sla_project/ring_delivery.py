"""What both transports do with a message that is JSON but no task: a ring is never worth a worker."""

from __future__ import annotations

import logging
from typing import Any

from kombu.transport import virtual

log = logging.getLogger(__name__)


class Transport(virtual.Transport):
    """Throws away what no consumer can make a message of, instead of ending the worker that took it."""

    def _deliver(self, message: Any, queue: Any) -> None:
        try:
            super()._deliver(message, queue)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            log.warning("A message in %s is no ring and was thrown away: %r", queue, error)
