"""A real mail server on a local port, in a thread, that behaves as badly as it is told to."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message as Mail
from typing import Any, Literal

Mode = Literal[
    "ok",
    "refuse",
    "reject",
    "reject-sender",
    "reject-data",
    "drop-after-data",
    "hang-at-connect",
    "hang-after-data",
    "shut",
]


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mode: Mode = "ok"
        self.accepted: list[str] = []
        self.released = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def mails(self) -> list[Mail]:
        return [email.message_from_string(text) for text in self.accepted]


class Conversation(socketserver.StreamRequestHandler):
    server: Sink

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        if self.server.mode == "hang-at-connect":
            self.server.released.wait(20)
            return
        self.say("220 sink")
        answers: dict[str, Callable[[], bool]] = {
            "DATA": self.data,
            "EHLO": self.greet,
            "HELO": self.greet,
            "MAIL": self.mail,
            "RCPT": self.rcpt,
            "QUIT": self.quit,
        }
        self.greeted = False
        for line in self.rfile:
            word = line[:4].decode().upper()
            if not answers.get(word, self.fine)():
                return

    def greet(self) -> bool:
        self.greeted = True
        return self.fine()

    def mail(self) -> bool:
        if not self.greeted:
            self.say("503 send HELO first")
        elif self.server.mode == "reject-sender":
            self.say("530 sign in first")
        else:
            self.say("250 fine")
        return True

    def fine(self) -> bool:
        self.say("250 fine")
        return True

    def quit(self) -> bool:
        self.say("221 bye")
        return False

    def rcpt(self) -> bool:
        answer = {"refuse": "451 try later", "reject": "550 no such mailbox"}.get(self.server.mode)
        self.say(answer or "250 fine")
        return True

    def data(self) -> bool:
        self.say("354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.decode())
        if self.server.mode == "reject-data":
            self.say("554 not this text")
            return True
        self.server.accepted.append("".join(lines))
        if self.server.mode == "drop-after-data":
            return False
        if self.server.mode == "hang-after-data":
            self.server.released.wait(20)
            return False
        return self.fine()


@contextmanager
def sink(settings: Any) -> Iterator[Sink]:
    """Runs a sink and points the settings at it."""
    server = Sink()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{server.port}"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
