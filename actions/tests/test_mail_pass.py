"""Mail: at least once, one Message-ID, honest about what nobody can know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from actions import delivery
from actions.delivery import Delivery, Outcome
from actions.models import ActionRun, DeliveryAttempt, EmailTemplate, Message
from actions.passes import mail_pass, run_pass
from actions.services import message_claim, message_redeliver, message_settle, run_retry
from actions.tests.conftest import ask, note_of
from actions.tests.smtp_sink import Sink, sink
from sla_project.accounts.models import User
from sla_project.operations.errors import NotPossible

MAIL = {
    "kind": "send_email",
    "to": ["owner"],
    "subject": "Due: {{ note.name }}",
    "body": "{{ note.customer.name }} waits.\n\nSee https://example.org/x",
}


@pytest.fixture
def server(settings: Any) -> Iterator[Sink]:
    with sink(settings) as server:
        yield server


@pytest.fixture
def message(note: EmailTemplate, clock: Any) -> Message:
    ask(note, [MAIL], clock.now)
    run_pass()
    return Message.objects.get()


def attempts() -> list[str]:
    return list(DeliveryAttempt.objects.order_by("id").values_list("outcome", flat=True))


def test_by_default_the_outbox_keeps_the_mail(message: Message, clock: Any) -> None:
    assert mail_pass() == 1
    assert mail_pass() == 0
    message.refresh_from_db()
    assert (message.state, message.delivery, message.sent_at) == ("sent", "outbox", clock.now)
    assert ActionRun.objects.values_list("state", "finished_at").get() == ("done", clock.now)
    assert attempts() == ["sent"]


def test_a_mail_over_smtp(message: Message, server: Sink) -> None:
    mail_pass()
    (mail,) = server.mails
    message.refresh_from_db()
    assert (message.state, message.delivery) == ("sent", "smtp")
    assert mail["Message-ID"] == message.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["To"] == "Owner <olga@example.org>"
    assert mail["Subject"] == "Due: A note"
    text, html = mail.get_payload()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "Ms. O'Hara & Sons waits." in text.get_payload(decode=True).decode()
    assert "O&#x27;Hara &amp; Sons waits." in html.get_payload(decode=True).decode()


def test_the_message_id_depends_on_the_key_alone(note: EmailTemplate, clock: Any) -> None:
    (run,) = ask(note, [MAIL], clock.now)
    run_pass()
    first = Message.objects.get().message_id
    Message.objects.all().delete()
    run.state, run.next_try_at = ActionRun.State.QUEUED, clock.now
    run.save()
    run_pass()
    assert Message.objects.get().message_id == first
    assert first.startswith("<run.") and first.endswith("@localhost>")


def test_a_template_edited_after_rendering_changes_nothing(note: EmailTemplate, clock: Any) -> None:
    template = note_of(clock.now, code="t", subject="Old", body="Old {{ note.name }}", state="active")
    ask(note, [{"kind": "send_email", "to": ["owner"], "template": "t"}], clock.now)
    template.body = "New"
    template.save()
    run_pass()
    assert Message.objects.get().text == "Old A note"


def test_not_now_waits_doubling_and_gives_up_after_48_hours(message: Message, server: Sink, clock: Any) -> None:
    server.mode = "refuse"
    waits = []
    for _attempt in range(4):
        mail_pass()
        message.refresh_from_db()
        waits.append((message.next_try_at - clock.now).total_seconds())
        clock.set(message.next_try_at)
    assert waits == [0.5, 1, 2, 4]
    assert message.state == "queued"
    assert ActionRun.objects.values_list("state", "last_error").get() == ("leased", "451 try later")

    clock.advance(48 * 3600)
    mail_pass()
    message.refresh_from_db()
    assert message.state == "failed"
    assert ActionRun.objects.values_list("state", "last_error").get() == ("dead", "451 try later")
    assert set(attempts()) == {"deferred"} and server.accepted == []


@pytest.mark.parametrize("mode, answer", [("reject", "550 no such mailbox"), ("reject-data", "554 not this text")])
def test_a_refusal_is_final(
    message: Message, server: Sink, clock: Any, mode: str, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.mode = mode
    mail_pass()
    assert f"Message {message.pk} was not sent (refused): {answer}" in caplog.messages
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("failed", answer)
    assert ActionRun.objects.get().state == "dead"
    clock.advance(3600)
    assert mail_pass() == 0


def test_a_sender_that_is_refused_is_the_fault_of_no_mail(message: Message, server: Sink, clock: Any) -> None:
    """No account, a wrong sender: once that is set right, everything goes."""
    server.mode = "reject-sender"
    mail_pass()
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("queued", "530 sign in first")
    server.mode = "ok"
    clock.set(message.next_try_at)
    mail_pass()
    assert len(server.mails) == 1


def test_a_failed_mail_can_be_sent_again(message: Message, server: Sink, clock: Any, administrator: Any) -> None:
    server.mode = "reject"
    mail_pass()
    server.mode = "ok"
    run_retry(run=ActionRun.objects.get(), by=administrator, now=clock.advance(3600))
    with pytest.raises(NotPossible):
        message_redeliver(message=message, by=administrator, now=clock.now)
    run_pass()
    mail_pass()
    message.refresh_from_db()
    assert (message.state, ActionRun.objects.get().state) == ("sent", "done")
    assert server.mails[0]["Message-ID"] == message.message_id
    with pytest.raises(NotPossible):
        message_redeliver(message=message, by=administrator, now=clock.now)


@pytest.mark.parametrize("again", ["run", "message"])
def test_a_mail_is_sent_again_only_if_it_is_still_deserved_r31(
    message: Message, server: Sink, clicks: Any, clock: Any, administrator: Any, again: str
) -> None:
    server.mode = "reject"
    mail_pass()
    server.mode = "ok"
    clicks.undeserved = {"warning": "record_canceled"}
    if again == "run":
        run_retry(run=ActionRun.objects.get(), by=administrator, now=clock.advance(3600))
    else:
        message_redeliver(message=message, by=administrator, now=clock.advance(3600))
    run_pass()
    mail_pass()
    assert server.mails == []
    assert ActionRun.objects.values_list("state", "reason").get() == ("skipped", "record_canceled")
    message.refresh_from_db()
    assert message.state == "failed"


def test_a_mail_is_not_sent_again_to_who_left(
    message: Message, server: Sink, clock: Any, administrator: Any, owner: User
) -> None:
    server.mode = "reject"
    mail_pass()
    owner.is_active = False
    owner.save()
    run_retry(run=ActionRun.objects.get(), by=administrator, now=clock.advance(3600))
    run_pass()
    assert (mail_pass(), ActionRun.objects.get().reason) == (0, "inactive_user")


def test_nobody_listens(message: Message, server: Sink, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    mail_pass()
    message.refresh_from_db()
    assert (message.state, attempts()) == ("queued", ["deferred"])


@pytest.mark.parametrize("mode", ["drop-after-data", "hang-after-data"])
def test_an_ambiguous_end_is_recorded_before_the_retry(
    message: Message, server: Sink, clock: Any, mode: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr(delivery, "SMTP_TIMEOUT", 0.3)
    server.mode = mode
    mail_pass()
    message.refresh_from_db()
    assert (message.state, attempts()) == ("unknown", ["unknown"])
    assert ActionRun.objects.get().state == "leased"

    server.mode = "ok"
    clock.advance(1)
    mail_pass()
    message.refresh_from_db()
    assert (message.state, attempts()) == ("sent", ["unknown", "sent"])
    assert len(server.mails) == 2
    assert {mail["Message-ID"] for mail in server.mails} == {message.message_id}


def test_a_server_that_hangs_at_connect_is_not_waited_for(message: Message, server: Sink, monkeypatch: Any) -> None:
    monkeypatch.setattr(delivery, "SMTP_TIMEOUT", 0.3)
    server.mode = "hang-at-connect"
    mail_pass()
    message.refresh_from_db()
    assert (message.state, attempts()) == ("queued", ["deferred"])


def test_one_bad_address_does_not_touch_the_others(note: EmailTemplate, server: Sink, clock: Any) -> None:
    ask(note, [MAIL | {"to": ["owner", "lead", "contact"]}], clock.now)
    run_pass()
    Message.objects.filter(to_email="lea@example.org").update(to_name="x\r\nBcc: all@example.org")
    mail_pass()
    assert sorted(Message.objects.values_list("to_email", "state")) == [
        ("kim@customer.example", "sent"),
        ("lea@example.org", "failed"),
        ("olga@example.org", "sent"),
    ]


def test_a_leased_mail_is_nobody_elses_until_the_lease_ends(message: Message, clock: Any) -> None:
    assert message_claim(owner="one", now=clock.now) == message
    assert message_claim(owner="two", now=clock.advance(59)) is None
    taken = message_claim(owner="two", now=clock.advance(2))
    assert taken is not None and taken.lease_owner == "two"
    assert attempts() == ["unknown"]


def test_the_mark_of_a_sender_past_its_lease_is_refused_f12(message: Message, clock: Any) -> None:
    late = message_claim(owner="late", now=clock.now)
    taken = message_claim(owner="next", now=clock.advance(61))
    assert late is not None and taken is not None
    sent = Delivery(Outcome.SENT, "fine")

    assert not message_settle(message=late, owner="late", delivery=sent, now=clock.now)
    message.refresh_from_db()
    assert (message.state, message.lease_owner) == ("leased", "next")
    assert message_settle(message=taken, owner="next", delivery=sent, now=clock.now)
    assert attempts() == ["unknown", "sent", "sent"]


def test_no_more_than_twenty_mails_an_hour_to_one_address(note: EmailTemplate, server: Sink, clock: Any) -> None:
    for number in range(22):
        ask(note, [MAIL], clock.now, cause_key=str(number))
    run_pass()
    mail_pass(limit=50)

    assert len(server.mails) == 20
    held = Message.objects.filter(is_held_back=True)
    assert held.count() == 2 and set(held.values_list("state", flat=True)) == {"queued"}
    assert attempts().count("held_back") == 2

    clock.advance(3602)
    mail_pass(limit=50)
    assert len(server.mails) == 22
    assert not Message.objects.filter(is_held_back=True).exists()


def test_without_a_limit_nothing_is_held_back(note: EmailTemplate, server: Sink, clock: Any, settings: Any) -> None:
    settings.MAIL_RECIPIENT_HOURLY_LIMIT = 0
    for number in range(22):
        ask(note, [MAIL], clock.now, cause_key=str(number))
    run_pass()
    mail_pass(limit=50)
    assert len(server.mails) == 22


HOSTILE = [chr(code) for code in (1, 7, 9, 10, 11, 12, 13, 0x1B, 0x7F, 0x85, 0x9F, 0x2028, 0x2029)]


@pytest.mark.parametrize("character", HOSTILE, ids=[f"U+{ord(each):04X}" for each in HOSTILE])
def test_no_control_character_reaches_a_header(
    note: EmailTemplate, notes: Any, server: Sink, clock: Any, character: str
) -> None:
    from actions import targets

    evil = f"A{character}Bcc: all@example.org{character}{character}<b>x"
    object.__setattr__(targets.get("note"), "recipient", lambda id, role: (evil, "olga@example.org"))
    ask(note, [MAIL], clock.now, context={"note": {"name": evil, "customer": {"name": evil}}})
    run_pass()
    mail_pass()

    (mail,) = server.mails
    assert mail["Bcc"] is None
    stored = Message.objects.get()
    assert character not in stored.subject + stored.to_name
    assert stored.subject == "Due: A Bcc: all@example.org <b>x"
    assert "<b>" not in stored.html


@pytest.mark.parametrize(
    "address",
    ["b@e.com, c@e.com", "b@e.com\nBcc: c@e.com", "b@e.com; c@e.com", "B <b@e.com>", "b", "@", "b@"],
)
def test_one_row_has_one_address(note: EmailTemplate, notes: Any, clock: Any, address: str) -> None:
    from actions import targets

    object.__setattr__(targets.get("note"), "recipient", lambda id, role: ("B", address))
    ask(note, [MAIL], clock.now)
    run_pass()
    assert not Message.objects.exists()
    assert ActionRun.objects.get().reason == "invalid_address"
