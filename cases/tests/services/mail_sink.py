"""A mail server that accepts everything and remembers it."""

from __future__ import annotations

import email
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class _Conversation(socketserver.StreamRequestHandler):
    server: MailSink

    def handle(self) -> None:
        self._say("220 sink")
        while line := self.rfile.readline():
            verb = line.strip().upper()
            if verb.startswith((b"EHLO", b"HELO")):
                self._say("250 sink")
            elif verb == b"DATA":
                self._say("354 go on")
                self._take()
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return  # the sender died: nothing was accepted
            lines.append(line)
        self.server.accept(b"".join(lines))
        time.sleep(self.server.pause)
        self._say("250 accepted")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class MailSink(socketserver.ThreadingTCPServer):
    """`accepted` counts mails by Message-ID. `pause`: seconds between taking a mail and saying so."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, pause: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.pause = pause
        self.accepted: Counter[str] = Counter()
        self.texts: dict[str, set[bytes]] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def accept(self, content: bytes) -> None:
        mail = email.message_from_bytes(content)
        payload = mail.get_payload(0) if mail.is_multipart() else mail
        with self._lock:
            self.accepted[mail["Message-ID"]] += 1
            self.texts.setdefault(mail["Message-ID"], set()).add(f"{mail['Subject']}\n{payload}".encode())

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed in the middle of a conversation is what these tests are about."""


@contextmanager
def mail_sink(pause: float = 0.0) -> Iterator[MailSink]:
    with MailSink(pause) as sink:
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        yield sink
        sink.shutdown()
