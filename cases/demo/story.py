"""Two weeks at the desk, told in order: every step happens at its own time, timers come due in between."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from actions.passes import mail_pass, run_pass
from cases.demo.people import ZONE, Desk
from cases.models import Case, Customer
from cases.services import activity_create, case_cancel, case_create, case_reply, case_resolve, case_update
from sla_project.operations import clock
from slas.models import TrackedRecord
from slas.passes import advance_all

DAYS = 14
SUBJECTS = (
    "Invoices export fails with 500",
    "Cannot sign in with SSO",
    "Bulk import rejects dates",
    "Slow dashboard on Mondays",
    "Webhook retries stopped",
    "Wrong VAT on renewal",
    "Report shows last month's figures",
    "Password reset mail is late",
    "Card is declined at checkout",
    "Two customers see each other's labels",
    "API returns 429 too early",
    "Question about data retention",
    "Please add a user",
    "Calendar shows the wrong time zone",
    "Attachment cannot be opened",
    "Search does not find umlauts",
    "Upgrade to the yearly plan",
    "Mobile page is cut off",
    "Audit log is empty",
    "Import stuck at 80 per cent",
)
REPLY = "Thank you for telling us. We can reproduce it and are working on it."


@dataclass
class Story:
    """Steps by time. A step gets the moment it happens at."""

    desk: Desk
    now: datetime
    dice: random.Random
    steps: list[tuple[datetime, int, Callable[[datetime], object]]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)

    def at(self, moment: datetime, step: Callable[[datetime], object]) -> None:
        if moment < self.now:
            self.steps.append((moment, next(self._order), step))

    def case(self, opened: datetime, customer: Customer, title: str, *, owned: bool = True) -> CaseInStory:
        """A case that will be opened then; its next steps are told on what this returns."""
        told = CaseInStory(self)
        owner = self.dice.choice(self.desk.agents) if owned else None

        def open_case(moment: datetime) -> None:
            told.case = case_create(
                title=title,
                description=f"{title}. It started this morning.",
                customer=customer,
                contact=self.desk.contacts[customer.pk],
                product=self.dice.choice(self.desk.products),
                channel=self.dice.choice(["email", "email", "web", "phone", "chat"]),
                priority=self.dice.choice(["low", "normal", "normal", "high", "urgent"]),
                type=self.dice.choice(["problem", "problem", "question", "request"]),
                owner=owner,
                team=self.desk.team,
                by=owner,
                now=moment,
            )

        self.at(opened, open_case)
        return told

    def tell(self) -> None:
        """Let it happen, under a clock that goes from step to step and stops wherever a timer is due."""
        time = _StoryTime(min((step[0] for step in self.steps), default=self.now))
        with clock.override(time):
            for moment, _, step in sorted(self.steps, key=lambda each: each[:2]):
                time.run_until(moment)
                step(moment)
            time.run_until(self.now)


@dataclass
class CaseInStory:
    story: Story
    case: Case | None = None

    @property
    def opened(self) -> Case:
        assert self.case is not None
        return self.case

    def replied(self, moment: datetime) -> CaseInStory:
        self.story.at(moment, lambda at: case_reply(case=self.opened, text=REPLY, by=self.opened.owner, now=at))
        return self

    def status(self, moment: datetime, status: str) -> CaseInStory:
        self.story.at(moment, lambda at: case_update(case=self.opened, status=status, by=self.opened.owner, now=at))
        return self

    def resolved(self, moment: datetime) -> CaseInStory:
        self.story.at(moment, lambda at: case_resolve(case=self.opened, by=self.opened.owner, now=at))
        return self

    def canceled(self, moment: datetime) -> CaseInStory:
        self.story.at(moment, lambda at: case_cancel(case=self.opened, by=self.opened.owner, now=at))
        return self

    def task(self, moment: datetime, subject: str) -> CaseInStory:
        self.story.at(
            moment,
            lambda at: activity_create(
                subject=subject, case=self.opened, owner=self.opened.owner, due_at=at + timedelta(days=1),
                by=self.opened.owner, now=at,
            ),
        )  # fmt: skip
        return self


class _StoryTime:
    """The clock of the story: called, it says the time of the moment."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def run_until(self, moment: datetime) -> None:
        while (due := _next_due()) is not None and due < moment:
            self._now = max(self._now, due + timedelta(milliseconds=120))
            self._run_passes()
        self._now = max(self._now, moment)

    def _run_passes(self) -> None:
        while advance_all() + run_pass() + mail_pass():
            pass


def _next_due() -> datetime | None:
    return (
        TrackedRecord.objects.filter(wake_at__isnull=False)
        .order_by("wake_at")
        .values_list("wake_at", flat=True)
        .first()
    )


def fortnight(story: Story) -> None:
    """Ordinary days: most cases are answered and resolved in time, some are not."""
    dice, zone = story.dice, ZoneInfo(ZONE)
    for days_ago in range(DAYS, 0, -1):
        day = (story.now - timedelta(days=days_ago)).astimezone(zone).replace(minute=0, second=0, microsecond=0)
        for _ in range(6 if day.weekday() < 5 else 1):
            opened = day.replace(hour=dice.randint(9, 15)) + timedelta(minutes=dice.randint(0, 59))
            customer = dice.choice(story.desk.customers)
            told = story.case(opened, customer, dice.choice(SUBJECTS))
            pace = {"gold": 1.0, "silver": 2.0, "bronze": 4.0}[customer.service_level]
            slow = dice.random() < 0.1
            answered = opened + timedelta(minutes=pace * (dice.uniform(62, 90) if slow else dice.uniform(4, 52)))
            told.replied(answered)
            if dice.random() < 0.25:
                told.status(answered + timedelta(minutes=10), "waiting_for_customer")
                told.status(answered + timedelta(minutes=dice.randint(30, 180)), "in_progress")
            took = dice.uniform(255, 330) if dice.random() < 0.08 else dice.uniform(60, 225)
            told.resolved(max(opened + timedelta(minutes=took * pace), answered + timedelta(minutes=200)))


def today(story: Story) -> None:
    """Cases in every state, the same minutes away from now whenever the demo starts."""
    north, contoso, adventure, fabrikam, litware, tailspin, proseware, _ = story.desk.customers

    def ago(minutes: float) -> datetime:
        return story.now - timedelta(minutes=minutes)

    story.case(ago(199), north, SUBJECTS[0]).replied(ago(162)).status(ago(160), "researching").task(
        ago(150), "Ask the database team for the slow query log"
    )
    story.case(ago(72), contoso, SUBJECTS[1], owned=False)
    story.case(ago(51), adventure, SUBJECTS[2])
    story.case(ago(43), contoso, SUBJECTS[8])
    story.case(ago(56.5), north, SUBJECTS[9])
    story.case(ago(240), adventure, SUBJECTS[3]).replied(ago(215)).status(ago(90), "waiting_for_customer")
    story.case(ago(300), fabrikam, SUBJECTS[4]).replied(ago(270))
    story.case(ago(95), litware, SUBJECTS[5], owned=False)
    story.case(ago(400), tailspin, SUBJECTS[6]).replied(ago(380)).status(ago(350), "on_hold")
    story.case(ago(180), proseware, SUBJECTS[11])
    story.case(ago(5), north, SUBJECTS[12])
    story.case(ago(190), north, SUBJECTS[13]).replied(ago(175)).resolved(ago(60))
    story.case(ago(330), contoso, SUBJECTS[10]).replied(ago(300))
    story.case(ago(220), litware, SUBJECTS[16]).canceled(ago(200))
