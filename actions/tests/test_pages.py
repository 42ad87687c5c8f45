"""The pages: what waits, what failed, what was written, and who may press which button."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from actions.models import ActionRun, EmailTemplate, Message
from actions.passes import mail_pass, run_pass
from actions.tests.conftest import ask
from sla_project.accounts.models import User

MAIL = {"kind": "send_email", "to": ["owner"], "subject": "Due <b>", "body": "<script>alert(1)</script>"}
TITLE = {"kind": "update_record", "set": {"name": "Other"}}
FORM = {
    "name": "Due soon",
    "code": "due-soon",
    "target_type": "note",
    "subject": "{{ note.name }}",
    "body": "Dear {{ recipient.name }}",
}


@pytest.fixture
def console(client: Client, administrator: User, notes: Any, clicks: Any) -> Client:
    client.force_login(administrator)
    return client


@pytest.fixture
def agent(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    response = client.get(reverse(f"actions:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def kept_and_sent(client: Client) -> tuple[int, int]:
    kept, sent = (client.get(reverse("actions:outbox"), {"state": state}).context["rows"] for state in ("kept", "sent"))
    return len(kept), len(sent)


def dead_run(note: EmailTemplate, notes: Any, clock: Any) -> ActionRun:
    notes.broken = {"update"}
    (run,) = ask(note, [TITLE], clock.now)
    for _attempt in range(8):
        run_pass()
        clock.advance(600)
    notes.broken = set()
    return run


def test_the_runs_and_their_filters(console: Client, note: EmailTemplate, clicks: Any, clock: Any) -> None:
    assert "No action runs" in page(console, "run_list")
    ask(note, [TITLE, MAIL], clock.now)
    clicks.undeserved = {"failure": "no_longer_nearing"}
    ask(note, [TITLE], clock.now, cause_key="2", moment="failure")
    run_pass()

    text = page(console, "run_list")
    assert "Update the record: Title = Other" in text and "Email the owner: Due &lt;b&gt;" in text
    assert "The timer was no longer nearing noncompliance." in text
    only = page(console, "run_list", state="skipped")
    assert "no longer nearing" in only and "Email the owner" not in only
    assert "Email the owner" not in page(console, "run_list", kind="update_record")
    assert "Update the record" in page(console, "run_list", target_type="note", number=f"N-{note.pk}")


def test_a_run_is_read_and_found_by_its_records_number(
    console: Client, note: EmailTemplate, clock: Any, django_assert_max_num_queries: Any
) -> None:
    mail = {**MAIL, "subject": "{{ note.number }} of {{ note.customer.name }} is late"}
    ask(note, [mail], clock.now, moment="failed", context={}, suppressed="historical")
    ask(note, [mail], clock.now, moment="failed", context={"note": {"number": "N-7"}}, cause_key="2", target_id=7)
    run_pass()

    with django_assert_max_num_queries(12):
        text = page(console, "run_list")
    number = f"N-{note.pk}"
    assert f"{number} of … is late" in text and "N-7 of … is late" in text and "{{" not in text
    assert f'/notes/{note.pk}/">{number}<' in text, "a run that was told nothing is called as the record is called now"
    assert "On failure" in text and "Failed</td>" not in text
    assert "is late" in page(console, "run_list", number=number.lower())
    assert "Nothing fits" in page(console, "run_list", number="N-0")
    (suppressed,) = ActionRun.objects.filter(state="suppressed")
    assert f"{number} of … is late" in page(console, "run_detail", suppressed.pk)


def test_only_where_a_run_can_be_tried_again_there_is_something_to_select(
    console: Client, note: EmailTemplate, notes: Any, clock: Any
) -> None:
    ask(note, [TITLE], clock.now, cause_key="2")
    run_pass()
    assert "Select" not in page(console, "run_list")
    dead_run(note, notes, clock)
    assert "Select" in page(console, "run_list") and "Select" not in page(console, "run_list", state="done")


def test_a_dead_run_shows_its_error_and_can_be_retried(
    console: Client, agent: Client, note: EmailTemplate, notes: Any, clock: Any
) -> None:
    run = dead_run(note, notes, clock)
    assert "update is out of order" in page(console, "run_list")
    assert "Try again" in page(console, "run_detail", run.pk)
    assert "Try again" not in page(agent, "run_detail", run.pk)

    retry = reverse("actions:run_retry", args=[run.pk])
    assert console.get(retry).status_code == 405
    assert agent.post(retry).status_code == 403
    assert console.post(retry).headers["Location"] == reverse("actions:run_detail", args=[run.pk])
    run.refresh_from_db()
    assert run.state == "queued"
    assert "cannot be retried" in console.post(retry, follow=True).content.decode()


def test_a_run_shows_the_mail_as_it_was_written(console: Client, note: EmailTemplate, clock: Any) -> None:
    """Not only the text with its placeholders."""
    (run,) = ask(note, [{**MAIL, "subject": "{{ note.name }}", "body": "About {{ note.name }} again"}], clock.now)
    run_pass()
    assert f"About {note.name} again</pre>" in page(console, "run_detail", run.pk)


def test_a_mail_without_a_reader_says_what_helps(console: Client, note: EmailTemplate, clock: Any) -> None:
    (run,) = ask(note, [{**MAIL, "to": ["team"]}], clock.now)
    run_pass()
    words = "The record had no team with an address. Give it one, then try again."
    shown = page(console, "run_detail", run.pk)
    assert words in shown and "There is nobody to write to." not in shown
    console.post(reverse("actions:run_retry", args=[run.pk]))
    again = page(console, "run_detail", run.pk)
    assert words not in again and "There is nobody to write to." not in again


def test_a_run_of_a_forgotten_kind_and_type_still_has_a_page(console: Client, note: EmailTemplate, clock: Any) -> None:
    (run,) = ask(note, [TITLE], clock.now)
    ActionRun.objects.update(kind="fax", cause_kind="gone", target_type="planet", action={"kind": "fax"})
    assert "fax" in page(console, "run_list")
    assert "planet" in page(console, "run_detail", run.pk)


def test_the_outbox_and_a_message(console: Client, note: EmailTemplate, clock: Any) -> None:
    assert "No mail" in page(console, "outbox")
    ask(note, [MAIL], clock.now)
    run_pass()
    mail_pass()
    message = Message.objects.get()

    text = page(console, "outbox")
    assert "No mail server is set up" in text and "Due &lt;b&gt;" in text and "Kept in the outbox" in text
    assert "olga@example.org" not in page(console, "outbox", q="somebody else").split("<tbody")[-1]
    detail = page(console, "message_detail", message.pk)
    assert "<script>alert" not in detail and "&lt;script&gt;alert(1)" in detail
    assert message.message_id.strip("<>") in detail
    assert "Send again" not in detail


def test_what_is_kept_in_the_outbox_is_nowhere_called_sent(console: Client, note: EmailTemplate, clock: Any) -> None:
    ask(note, [MAIL], clock.now)
    run_pass()
    mail_pass()
    message = Message.objects.get()

    assert message.state == "sent"
    (row,) = console.get(reverse("actions:outbox")).context["rows"]
    assert row["cells"][0]["badge"] == "Kept in the outbox" and row["cells"][4] == {"text": "–"}
    shown = console.get(reverse("actions:message_detail", args=[message.pk])).context
    assert [attempt["outcome"] for attempt in shown["attempts"]] == ["Kept in the outbox"]
    assert next(fact for fact in shown["facts"] if fact["label"] == "Sent")["time"] is None
    assert kept_and_sent(console) == (1, 0)

    Message.objects.update(delivery="smtp")
    assert kept_and_sent(console) == (0, 1)


def test_a_failed_mail_is_sent_again(console: Client, agent: Client, note: EmailTemplate, clock: Any) -> None:
    ask(note, [MAIL], clock.now)
    run_pass()
    Message.objects.update(state="failed", next_try_at=None)
    ActionRun.objects.update(state="dead", finished_at=clock.now)
    message = Message.objects.get()
    again = reverse("actions:message_redeliver", args=[message.pk])
    assert agent.post(again).status_code == 403
    console.post(again)
    run_pass()
    message.refresh_from_db()
    assert message.state == "queued"


def test_writing_a_template(console: Client, agent: Client, clock: Any) -> None:
    new = reverse("actions:email_template_create")
    assert agent.get(new).status_code == 403
    assert "note.customer.name" in page(console, "email_template_create")

    bad = console.post(new, FORM | {"subject": "{{ note.nme }}"})
    assert bad.status_code == 422
    assert "Did you mean “note.name”?" in bad.content.decode()

    console.post(new, FORM)
    template = EmailTemplate.objects.get()
    assert template.code == "due-soon"
    detail = page(console, "email_template_detail", template.pk)
    assert "Dear [Recipient: name]" in detail
    assert "Due soon" in page(agent, "email_template_list")
    assert "Edit" not in page(agent, "email_template_detail", template.pk).split("<main")[-1]


def test_editing_a_template_never_overwrites_unseen(console: Client, clock: Any) -> None:
    console.post(reverse("actions:email_template_create"), FORM)
    template = EmailTemplate.objects.get()
    edit = reverse("actions:email_template_update", args=[template.pk])
    seen = console.get(edit).context["form"]["seen"].value()

    assert console.post(edit, FORM | {"name": "Mine", "seen": seen}).status_code == 302
    stale = console.post(edit, FORM | {"name": "Yours", "seen": seen})
    assert stale.status_code == 422 and "Somebody else has changed" in stale.content.decode()
    template.refresh_from_db()
    assert (template.name, template.code) == ("Mine", "due-soon")


def test_the_buttons_of_a_template(console: Client, agent: Client, clock: Any) -> None:
    console.post(reverse("actions:email_template_create"), FORM)
    template = EmailTemplate.objects.get()
    for name, state in (("activate", "active"), ("delete", "active"), ("deactivate", "inactive")):
        url = reverse(f"actions:email_template_{name}", args=[template.pk])
        assert agent.post(url).status_code == 403
        assert console.get(url).status_code == 405
        console.post(url)
        template.refresh_from_db()
        assert template.state == state
    console.post(reverse("actions:email_template_delete", args=[template.pk]))
    assert not EmailTemplate.objects.exists()


def test_a_template_is_duplicated(console: Client, agent: Client, clock: Any) -> None:
    console.post(reverse("actions:email_template_create"), FORM)
    template = EmailTemplate.objects.get()
    clone = reverse("actions:email_template_clone", args=[template.pk])
    assert "Duplicate" in page(console, "email_template_detail", template.pk)
    assert (agent.post(clone).status_code, console.get(clone).status_code) == (403, 405)
    to_edit = console.post(clone)
    copy = EmailTemplate.objects.get(code="due-soon-copy")
    assert to_edit["Location"] == reverse("actions:email_template_update", args=[copy.pk])
    assert (copy.name, copy.state) == (f"{template.name} (copy)", "inactive")
    assert (copy.subject, copy.body, copy.target_type) == (template.subject, template.body, template.target_type)


def test_the_preview_answers_while_one_writes(console: Client, agent: Client) -> None:
    url = reverse("actions:email_template_preview")
    good = console.post(url, {"target_type": "note", "subject": "{{ note.name }}", "body": "Hello <b>"})
    assert "[Title]" in good.content.decode() and "Hello &lt;b&gt;" in good.content.decode()
    bad = console.post(url, {"target_type": "note", "subject": "S", "body": "{{ nope }}"})
    assert "There is no placeholder “nope”." in bad.content.decode()
    assert agent.post(url).status_code == 403
    assert console.get(url).status_code == 405


def test_strangers_are_sent_to_the_login(client: Client, db: None) -> None:
    for name in ("run_list", "outbox", "email_template_list", "email_template_create"):
        assert client.get(reverse(f"actions:{name}")).status_code == 302
