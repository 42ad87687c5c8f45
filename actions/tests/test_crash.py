"""A sender that dies between the server's yes and its own mark, and passes that race (R1, R9)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import Any

import pytest
from django.db import connection, connections

from actions.models import ActionRun, EmailTemplate, Message
from actions.passes import mail_pass, run_pass
from actions.tests.conftest import ask
from actions.tests.smtp_sink import sink

MAIL = {"kind": "send_email", "to": ["owner"], "subject": "Due", "body": "Soon"}
COUNT = {"kind": "update_record", "increment": {"subject": 1}}

# What a worker does, with the database and the mail server of the test, up to the moment of death.
DYING_SENDER = """
import os, sys
import django
django.setup()
from django.conf import settings
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
settings.EMAIL_URL, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp://", "127.0.0.1", int(sys.argv[2])
settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
from datetime import datetime
from actions.delivery import deliver
from actions.services import message_claim
message = message_claim(owner="doomed", now=datetime.fromisoformat(sys.argv[3]))
print(deliver(message).outcome, flush=True)
os._exit(9)
"""


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_after_the_mail_was_accepted_makes_one_copy_with_the_same_id_f3(
    note: EmailTemplate, clock: Any, settings: Any
) -> None:
    ask(note, [MAIL], clock.now)
    run_pass()
    with sink(settings) as server:
        name = str(connection.settings_dict["NAME"])
        died = subprocess.run(
            [sys.executable, "-c", DYING_SENDER, name, str(server.port), clock.now.isoformat()],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "sla_project.settings"},
        )
        assert (died.returncode, died.stdout.strip()) == (9, "sent"), died.stderr
        assert Message.objects.get().state == "leased"
        assert mail_pass() == 0, "the lease still runs"
        clock.advance(61)
        mail_pass()
        message = Message.objects.get()
        assert message.state == "sent"
        assert [mail["Message-ID"] for mail in server.mails] == [message.message_id] * 2
    outcomes = list(message.delivery_attempts.values_list("outcome", flat=True))
    assert outcomes == ["unknown", "sent"]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_racing_passes_run_everything_exactly_once(note: EmailTemplate, clicks: Any, clock: Any) -> None:
    """Three passes at once over the same causes: 60 increments, each of them counted."""
    clicks.lock = lambda key: bool(EmailTemplate.objects.select_for_update(skip_locked=True).filter(code="note"))
    for number in range(30):
        ask(note, [COUNT, COUNT, MAIL], clock.now, cause_key=str(number))
    errors: list[BaseException] = []

    def race() -> None:
        try:
            while ActionRun.objects.pending().exists():
                run_pass(limit=7)
                mail_pass(limit=3)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=race) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    mail_pass(limit=100)

    assert not errors
    assert set(ActionRun.objects.values_list("state", flat=True)) == {"done"}
    assert set(ActionRun.objects.values_list("attempts", flat=True)) == {1}
    assert Message.objects.count() == 30
    note.refresh_from_db()
    assert note.subject == "61"
