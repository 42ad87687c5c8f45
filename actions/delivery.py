"""Handing one mail to the world, and telling honestly what came of it. Called outside any transaction."""

from __future__ import annotations

import contextlib
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from typing import cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import SafeMIMEText, sanitize_address
from django.utils.translation import gettext as _

from actions.models import DeliveryAttempt, Message

SMTP_TIMEOUT = 10
"""Seconds per answer of the server."""
DETAIL_LIMIT = 500

Outcome = DeliveryAttempt.Outcome
Reply = tuple[int, bytes]


@dataclass(frozen=True)
class Delivery:
    """What one attempt came to. UNKNOWN: the server had the mail when the line went dead."""

    outcome: str
    detail: str
    via: str = "smtp"


class _Replied(Exception):
    """The server said no; 5xx is its last word."""

    def __init__(self, reply: Reply) -> None:
        self.code = reply[0]
        super().__init__(f"{reply[0]} {reply[1].decode(errors='replace')}"[:DETAIL_LIMIT])


def leaves_the_house() -> bool:
    """Whether mails are sent over SMTP; else they stay in the outbox that the console shows."""
    return bool(settings.EMAIL_URL)


def deliver(message: Message) -> Delivery:
    """Sends one mail. Every failure is an answer, never an exception."""
    if not leaves_the_house():
        return Delivery(Outcome.SENT, _("Kept in the outbox."), via="outbox")
    try:
        mail = as_email(message)
        content = cast(SafeMIMEText, mail.message()).as_bytes(linesep="\r\n")
        sender = sanitize_address(mail.from_email, "utf-8")
        recipient = sanitize_address(message.to_email, "utf-8")
    except Exception as error:
        # Headers are cleaned when a mail is stored; what still cannot be written never can.
        return Delivery(Outcome.REFUSED, _error(error))
    return _send(sender, recipient, content)


def as_email(message: Message) -> EmailMultiAlternatives:
    """The stored mail with its headers; the same at every attempt but for the date."""
    to = str(Address(message.to_name, addr_spec=message.to_email)) if message.to_name else message.to_email
    headers = {
        "Message-ID": message.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Entity-Ref-ID": message.message_id.strip("<>"),
    }
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers=headers,
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    return mail


def _send(sender: str, recipient: str, content: bytes) -> Delivery:
    backend = EmailBackend(timeout=SMTP_TIMEOUT)
    try:
        try:
            backend.open()
            server = cast(smtplib.SMTP, backend.connection)
            server.ehlo_or_helo_if_needed()  # Django greets only where it signs in or asks for TLS
        except Exception as error:
            # Not reached, or not let in: the same for every mail, so none is given up for it yet.
            return Delivery(Outcome.DEFERRED, _error(error))
        return _converse(server, sender, recipient, content)
    finally:
        with contextlib.suppress(Exception):
            backend.close()


def _converse(server: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> Delivery:
    try:
        _expect(lambda: server.mail(sender))
    except Exception as error:
        # The sender is that of every mail, too: what is wrong with it (or a sign-in that is missing) can be set right.
        return Delivery(Outcome.DEFERRED, str(error) if isinstance(error, _Replied) else _error(error))
    try:
        _expect(lambda: server.rcpt(recipient))
    except _Replied as replied:
        return _refusal(replied)
    except Exception as error:
        return Delivery(Outcome.DEFERRED, _error(error))
    try:
        _expect(lambda: server.data(content))
    except smtplib.SMTPDataError as error:
        return _refusal(_Replied((error.smtp_code, _bytes(error.smtp_error))))
    except _Replied as replied:
        return _refusal(replied)
    except Exception as error:
        return Delivery(Outcome.UNKNOWN, _error(error))
    return Delivery(Outcome.SENT, _("Accepted by the mail server."))


def _expect(command: Callable[[], Reply]) -> None:
    reply = command()
    if not 200 <= reply[0] < 300:
        raise _Replied(reply)


def _refusal(replied: _Replied) -> Delivery:
    permanent = 500 <= replied.code < 600
    return Delivery(Outcome.REFUSED if permanent else Outcome.DEFERRED, str(replied))


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".replace("\x00", "")[:DETAIL_LIMIT]
