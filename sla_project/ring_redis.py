"""Kombu's Redis transport, made safe against what is no message.

The original decodes what it took from a list without asking what that is: one text that is no JSON, pushed into a
queue by whoever can reach Redis, ends the worker that takes it (measured: exit code 1).
"""

from __future__ import annotations

import logging
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis

from sla_project import ring_delivery

log = logging.getLogger(__name__)


class Channel(redis.Channel):
    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[misc] # the stubs leave it out
        except ValueError as error:  # no JSON, or no UTF-8; it has left the list
            log.warning("What lay in a queue is no message and was thrown away: %s", error)
            return True


class Transport(ring_delivery.Transport, redis.Transport):
    Channel = Channel


def install() -> None:
    """Kombu uses it for both of its schemes. Named in `broker_transport` instead, `rediss` would lose its TLS."""
    TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), f"{__name__}:Transport"))
