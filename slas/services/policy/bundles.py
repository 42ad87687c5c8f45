"""Bringing in an SLA as code: what is missing is created, what differs changed, what is equal left alone.

The SLA itself becomes a draft; nothing is judged by it until it is published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from actions.models import Action, EmailTemplate
from actions.services import (
    action_activate,
    action_create,
    action_update,
    email_template_activate,
    email_template_create,
    email_template_update,
)
from sla_project.accounts.models import User
from sla_project.operations.errors import Invalid, NotPossible
from sla_project.operations.problems import Problems
from sla_project.operations.unknown import unknown_keys
from slas import records
from slas.models import KPI, SLA, BusinessHours, HolidaySchedule
from slas.selectors.conditions.portable import UnknownKey, with_ids
from slas.selectors.policy import bundles
from slas.selectors.policy.bundles import Entry
from slas.selectors.policy.reading import editable_document
from slas.services.hours.holidays import holiday_schedule_create, holiday_schedule_update
from slas.services.hours.schedules import business_hours_create, business_hours_update
from slas.services.policy.documents import KEYS
from slas.services.policy.kpis import kpi_activate, kpi_create, kpi_update
from slas.services.policy.slas import sla_create, sla_rename, sla_update_draft

CREATED, CHANGED, UNCHANGED = "created", "changed", "unchanged"
MAX_ENTRIES = 200


@dataclass(frozen=True)
class Difference:
    """One value that an import changes; `place` is a pointer in the entry, with keys for list members."""

    place: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Step:
    """What an import does to one object."""

    kind: str
    code: str
    name: str
    outcome: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Author:
    by: User | None
    now: datetime


@dataclass(frozen=True)
class Section:
    """How one kind of entry is found, written and read back. `required` and `optional` are its keys."""

    kind: str
    required: frozenset[str]
    optional: frozenset[str]
    find: Callable[[Entry], Any]
    write: Callable[[Any, Entry, Author], Any]
    read: Callable[[Any], Entry]


def bundle_import(*, bundle: object, by: User | None, now: datetime, dry_run: bool = False) -> list[Step]:
    """All or nothing. Raises `Invalid` with pointers into the bundle.

    With `dry_run` everything is done, compared, and undone: the steps are what would happen.
    """
    with transaction.atomic():
        steps = _import(bundle, Author(by, now))
        if dry_run:
            transaction.set_rollback(True)
    return steps


def imported_sla(steps: list[Step]) -> SLA:
    """The SLA that an import has written."""
    return SLA.objects.get(code=next(step.code for step in steps if step.kind == "sla"))


def _import(bundle: object, author: Author) -> list[Step]:
    problems = Problems()
    document = _mapping(bundle, "", {bundles.MARK, "sla", *(section.kind for section in SECTIONS)}, problems)
    if document.get(bundles.MARK) != bundles.FORMAT:
        message = _("Expected “%(mark)s: %(format)d”: this is no SLA of this console, or of a later one.")
        words = {"mark": bundles.MARK, "format": bundles.FORMAT}
        problems.add(f"/{bundles.MARK}", "unknown_format", message % words)
    problems.raise_if_any()
    steps = []
    for section in SECTIONS:
        entries = document.get(section.kind, [])
        if not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
            message = _("Expected a list of at most %(count)d entries.") % {"count": MAX_ENTRIES}
            problems.add(f"/{section.kind}", "wrong_type", message)
            continue
        for index, entry in enumerate(entries):
            steps += _take(section, entry, f"/{section.kind}/{index}", author, problems)
    problems.raise_if_any()  # before the SLA, which would complain of what is missing only because of these
    steps += _take(SLA_SECTION, document.get("sla"), "/sla", author, problems)
    problems.raise_if_any()
    return steps


def _take(section: Section, raw: object, pointer: str, author: Author, problems: Problems) -> list[Step]:
    """One entry; what is wrong with it is noted."""
    before = len(problems.found)
    entry = dict(_mapping(raw, pointer, section.required | section.optional, problems))
    for key in sorted(section.required - entry.keys()):
        problems.add(f"{pointer}/{key}", "required", _("This is missing."))
    if not isinstance(entry.get("code", ""), str):
        problems.add(f"{pointer}/code", "wrong_type", _("Expected a text."))
    if len(problems.found) > before:
        return []
    try:
        with transaction.atomic():
            return [_write(section, entry, author)]
    except Invalid as invalid:
        problems.extend(invalid.problems, prefix=pointer)
    except NotPossible as refused:
        problems.add(pointer, refused.code, refused.message)
    except UnknownKey as unknown:
        message = _("A condition names “%(key)s”, which does not exist here.") % {"key": str(unknown.args[0])[:100]}
        problems.add(pointer, "unknown_key", message)
    return []


def _write(section: Section, entry: Entry, author: Author) -> Step:
    known = section.find(entry)
    before = section.read(known) if known is not None else None
    written = section.write(known, entry, author)
    after = section.read(written)
    if before is None:
        return Step(section.kind, after["code"], after["name"], CREATED)
    differences = tuple(_differences(before, after, ""))
    return Step(section.kind, after["code"], after["name"], CHANGED if differences else UNCHANGED, differences)


# --- kinds of entries ---


def _holiday_schedule_write(known: HolidaySchedule | None, entry: Entry, author: Author) -> HolidaySchedule:
    if known is None:
        return holiday_schedule_create(**entry, by=author.by, now=author.now)
    return holiday_schedule_update(schedule=known, changes=entry, by=author.by, now=author.now)


def _business_hours_write(known: BusinessHours | None, entry: Entry, author: Author) -> BusinessHours:
    if "holiday_schedule" in entry:
        entry = {**entry, "holiday_schedule": _observed(entry["holiday_schedule"])}
    if known is None:
        return business_hours_create(**entry, by=author.by, now=author.now)
    return business_hours_update(business_hours=known, changes=entry, by=author.by, now=author.now)


def _observed(code: object) -> HolidaySchedule | None:
    if code is None:
        return None
    schedule = HolidaySchedule.objects.filter(code=code).first() if isinstance(code, str) else None
    if schedule is None:
        problems = Problems()
        problems.add("/holiday_schedule", "unknown_holiday_schedule", _("There is no such holiday schedule."))
        problems.raise_if_any()
    return schedule


def _kpi_write(known: KPI | None, entry: Entry, author: Author) -> KPI:
    if entry.get("pause_when") is not None:
        entry = {**entry, "pause_when": _with_ids(entry["pause_when"], entry["record_type"])}
    if known is not None:
        return kpi_update(kpi=known, changes=entry, by=author.by, now=author.now)
    return kpi_activate(kpi=kpi_create(**entry, by=author.by, now=author.now), by=author.by, now=author.now)


def _email_template_write(known: EmailTemplate | None, entry: Entry, author: Author) -> EmailTemplate:
    if known is not None:
        return email_template_update(template=known, changes=entry, by=author.by, now=author.now)
    template = email_template_create(**entry, by=author.by, now=author.now)
    return email_template_activate(template=template, by=author.by, now=author.now)


def _action_write(known: Action | None, entry: Entry, author: Author) -> Action:
    if known is not None:
        return action_update(action=known, changes=entry, by=author.by, now=author.now)
    action = action_create(**entry, by=author.by, now=author.now)
    return action_activate(action=action, by=author.by, now=author.now)


def _sla_write(known: SLA | None, entry: Entry, author: Author) -> SLA:
    document = {key: entry[key] for key in KEYS & entry.keys()}
    document["items"] = _items_with_ids(document["items"], entry["record_type"])
    names = {key: entry[key] for key in entry.keys() - KEYS}
    if known is None:
        return sla_create(**names, document=document, by=author.by, now=author.now)
    sla_rename(sla=known, changes=names, by=author.by, now=author.now)
    return sla_update_draft(sla=known, document=document, expected_revision=None, by=author.by, now=author.now)


def _items_with_ids(items: object, record_type: object) -> Any:
    """Only where the shapes are right; the validator of documents words what is wrong."""
    if not isinstance(items, list):
        return items
    return [_item_with_ids(item, record_type) if isinstance(item, Mapping) else item for item in items]


def _item_with_ids(item: Mapping[str, Any], record_type: object) -> Entry:
    changed = {key: _with_ids(item[key], record_type) for key in ("applicable_when", "success_when") if key in item}
    pause = item.get("pause")
    if isinstance(pause, Mapping) and pause.get("when") is not None:
        changed["pause"] = {**pause, "when": _with_ids(pause["when"], record_type)}
    return {**item, **changed}


def _with_ids(condition: Any, record_type: object) -> Any:
    try:
        known = records.get(record_type) if isinstance(record_type, str) else None
    except records.UnknownRecordType:
        known = None
    return with_ids(condition, known) if known else condition


SECTIONS = (
    Section(
        "holiday_schedules",
        frozenset({"code", "name"}),
        frozenset({"description", "holidays"}),
        lambda entry: HolidaySchedule.objects.filter(code=entry["code"]).first(),
        _holiday_schedule_write,
        bundles.holiday_schedule_entry,
    ),
    Section(
        "business_hours",
        frozenset({"code", "name", "tz", "week"}),
        frozenset({"description", "overrides", "holiday_schedule"}),
        lambda entry: BusinessHours.objects.filter(code=entry["code"]).first(),
        _business_hours_write,
        bundles.business_hours_entry,
    ),
    Section(
        "kpis",
        frozenset({"code", "name", "record_type", "applicable_from"}),
        frozenset({"description", "pause_override", "pause_when"}),
        lambda entry: KPI.objects.filter(code=entry["code"], record_type=str(entry["record_type"])).first(),
        _kpi_write,
        bundles.kpi_entry,
    ),
    Section(
        "email_templates",
        frozenset({"code", "name", "target_type", "subject", "body"}),
        frozenset(),
        lambda entry: EmailTemplate.objects.filter(code=entry["code"]).first(),
        _email_template_write,
        bundles.email_template_entry,
    ),
    Section(
        "actions",  # after the texts that they name
        frozenset({"code", "name", "target_type", "document"}),
        frozenset(),
        lambda entry: Action.objects.filter(code=entry["code"]).first(),
        _action_write,
        bundles.action_entry,
    ),
)
SLA_SECTION = Section(
    "sla",
    frozenset({"code", "name", "record_type", "items"}),
    frozenset({"description"}) | KEYS,
    lambda entry: SLA.objects.select_related("current").filter(code=entry["code"]).first(),
    _sla_write,
    lambda sla: bundles.sla_entry(sla, editable_document(sla)),
)


# --- comparing ---


def _mapping(value: object, pointer: str, known: frozenset[str] | set[str], problems: Problems) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        problems.add(pointer, "wrong_type", _("Expected an object."))
        return {}
    problems.extend(unknown_keys(value, known, pointer=pointer))
    return value


def _differences(before: Any, after: Any, place: str) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = [*before, *(name for name in after if name not in before)]
        for name in names:
            yield from _differences(before.get(name), after.get(name), f"{place}/{name}")
    elif _is_keyed(before) and _is_keyed(after):
        yield from _differences(_by_key(before), _by_key(after), place)
        if [*_by_key(before)] != [*_by_key(after)] and set(_by_key(before)) == set(_by_key(after)):
            yield Difference(f"{place}/(order)", [*_by_key(before)], [*_by_key(after)])
    elif before != after:
        yield Difference(place, before, after)


def _is_keyed(value: Any) -> bool:
    """A list whose members have a name of their own, so that inserting one does not shift the others."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) and _key(each) for each in value)


def _by_key(members: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {_key(member): member for member in members}


def _key(member: Mapping[str, Any]) -> str:
    return str(member.get("key") or member.get("date") or "")
