"""The checker's findings in words, with an example that people can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from slas.domain.checking import Create
from slas.domain.checking import Finding as Found
from slas.domain.checking.subject import How, Write
from slas.domain.conditions import Condition, Group, GroupKind, Leaf, value_text
from slas.domain.fields import FieldType, Operator
from slas.selectors.clocks.explanations import Words
from slas.selectors.policy import shared
from slas.services.checking.findings import Finding, Severity, Shown
from slas.services.checking.subject import Subject


class FindingWords:
    """Words findings of one document; the names behind lookups are read once for all of them."""

    def __init__(self, subject: Subject, found: Iterable[Found]) -> None:
        self.subject = subject
        self.record_type = subject.record_type
        self.fields = subject.record_type.fields
        self.words = Words(subject.record_type)
        self.kpis = {kpi.code: kpi.name for kpi in shared.kpis(self.record_type.name)}
        self.words.sentence(_everything_named(found, self.record_type.fields))

    def finding(self, found: Found) -> Finding:
        return Finding(
            pointer=found.pointer,
            code=found.code,
            message=_MESSAGES[found.code](self, found.data),
            severity=Severity.REFUSAL if found.refused else Severity.WARNING,
            item=found.item,
            witness=None if found.witness is None else self.record_type.dump(found.witness),
            shown=() if found.witness is None else tuple(self.shown(found.witness)),
            item_name=self.subject.names.get(found.item, ""),
            record=None if found.witness is None else self.record_type.dump(self.subject.whole(found.witness)),
        )

    def shown(self, witness: Mapping[str, object]) -> Iterable[Shown]:
        """In the registry's order, so that the same fields always stand alike."""
        for path in sorted(witness, key=list(self.fields).index):
            value = witness[path]
            text = _("(not set)") if value is None or value == "" else self._value(path, value)
            yield Shown(self.fields.full_label(path), text, value if isinstance(value, datetime) else None)

    # --- parts of messages ---

    def _value(self, path: str, value: object) -> str:
        field = self.fields[path]
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, datetime):
            return moment_words(value)
        return value_text(field.type, value, field, self.words.label_of)

    def label(self, path: object) -> str:
        return self.fields.full_label(str(path))

    def names(self, names: object) -> str:
        quoted = [f"“{name}”" for name in names] if isinstance(names, tuple) else []
        if len(quoted) < 2:
            return "".join(quoted)
        return _("%(some)s and %(last)s") % {"some": ", ".join(quoted[:-1]), "last": quoted[-1]}

    def steps(self, steps: object) -> str:
        """“A” (Priority = High) → “B” (Priority = Low)."""
        if not isinstance(steps, tuple):
            return ""
        return " → ".join(f"“{name}” ({self._effect(effect)})" for name, _moment, effect in steps)

    def _effect(self, effect: object) -> str:
        if isinstance(effect, Create):
            return _("creates %(type)s") % {"type": effect.record_type}
        assert isinstance(effect, Write)
        label = self.label(effect.path)
        if effect.value is None:
            return _("clears %(field)s") % {"field": label}
        sign = "=" if effect.how is How.SET else "+"
        return f"{label} {sign} {self._value(effect.path, effect.value)}"

    @property
    def records(self) -> str:
        return str(self.record_type.plural).lower()


def moment_words(moment: object) -> str:
    """In the reader's zone."""
    return date_format(localtime(moment), "D j M Y, H:i") if isinstance(moment, datetime) else _("never")


def _everything_named(found: Iterable[Found], fields: Mapping[str, Any]) -> Condition:
    """One condition with all records that the findings name, so that their names are read together."""
    ids: dict[str, dict[object, None]] = {}
    for finding in found:
        region = finding.data.get("region")
        for leaf in region.leaves() if isinstance(region, Condition) else ():
            ids.setdefault(leaf.path, {}).update(dict.fromkeys(leaf.values))
        for path, value in (finding.witness or {}).items():
            ids.setdefault(path, {})[value] = None
    leaves = [
        Leaf(path, FieldType.LOOKUP, Operator.IN, tuple(value for value in values if isinstance(value, int)))
        for path, values in ids.items()
        if fields[path].lookup
    ]
    return Condition(Group(GroupKind.ALL, tuple(leaves)))


# --- messages by code ---

_Data = Mapping[str, Any]


def _never_applies(words: FindingWords, data: _Data) -> str:
    if data["reason"] == "never_open":
        return _("The item never applies to open %(records)s: its conditions hold only once they are closed.") % {
            "records": words.records
        }
    message = ngettext(
        "The item never applies: %(items)s always comes first for the same KPI.",
        "The item never applies: between them, %(items)s always come first for the same KPI.",
        len(data["others"]),
    )
    return message % {"items": words.names(data["others"])}


def _duplicate_item(words: FindingWords, data: _Data) -> str:
    message = _("The item never applies: it has the same conditions as %(item)s above it.")
    return message % {"item": words.names(data["others"])}


def _never_succeeds(words: FindingWords, data: _Data) -> str:
    if data["reason"] == "stops_applying":
        return _("The item can never succeed: it stops applying before its success criteria can hold.")
    message = _("The item can never succeed: every success hands the KPI to an earlier item (%(items)s).")
    return message % {"items": words.names(data["others"])}


def _success_may_hand_over(words: FindingWords, data: _Data) -> str:
    if data["to"]:
        message = _("Meeting the criteria may hand the KPI to “%(item)s”: this timer is then canceled, not succeeded.")
        return message % {"item": data["to"]}
    return _("Meeting the criteria may end the item itself: its timer is then canceled, not succeeded.")


def _succeeds_at_once(words: FindingWords, data: _Data) -> str:
    if data["reason"] == "always":
        return _("The timer succeeds as soon as it starts: wherever the item applies, its success criteria hold.")
    return _("The timer succeeds as soon as it starts: new %(records)s meet the success criteria already.") % {
        "records": words.records
    }


def _gap(words: FindingWords, data: _Data) -> str:
    message = _("No item of “%(kpi)s” covers %(records)s of this kind: %(region)s.")
    kpi = words.kpis.get(data["kpi"], data["kpi"])
    return message % {"kpi": kpi, "records": words.records, "region": words.words.sentence(data["region"])}


def _always_paused(words: FindingWords, data: _Data) -> str:
    return _("The timer never runs: wherever the item applies, its pause rule holds.")


def _paused_at_start(words: FindingWords, data: _Data) -> str:
    message = _("New %(records)s are paused from the start: what they are created with makes the pause rule hold.")
    return message % {"records": words.records}


def _never_pauses(words: FindingWords, data: _Data) -> str:
    if data["reason"] == "contradiction":
        return _("The pause rule can never hold: its parts contradict each other.")
    return _("The item never pauses: what would pause it ends it, since it no longer applies then.")


def _pause_may_end_item(words: FindingWords, data: _Data) -> str:
    if data["to"]:
        message = _("What pauses the item may hand the KPI to “%(item)s”: this timer is then canceled, not paused.")
        return message % {"item": data["to"]}
    return _("What pauses the item may end it: its timer is then canceled, not paused.")


def _warning_not_before_failure(words: FindingWords, data: _Data) -> str:
    message = _("This warning is never shown: it comes after %(warning)s, the failure after %(failure)s.")
    return message % {"warning": data["warning"], "failure": data["failure"]}


def _warning_may_be_late(words: FindingWords, data: _Data) -> str:
    message = _(
        "This warning is not always shown: counted from %(start)s, %(warning)s are over no sooner than %(failure)s."
    )
    return message % {**data, "start": moment_words(data["start"])}


def _target_far(words: FindingWords, data: _Data) -> str:
    if data["due"] is None:
        return _("The failure is out of reach: these hours never add up to %(after)s.") % {"after": data["after"]}
    message = _("The failure is out of reach: %(after)s in these hours, counted from now, end on %(due)s.")
    return message % {"after": data["after"], "due": moment_words(data["due"])}


def _hours_closed(words: FindingWords, data: _Data) -> str:
    if data["opening"] is None:
        return _("The timer never runs: these hours do not open again.")
    return _("The timer stands still for long: these hours are closed until %(opening)s.") % {
        "opening": moment_words(data["opening"])
    }


def _business_days_around_the_clock(words: FindingWords, data: _Data) -> str:
    message = _("%(after)s without business hours count Saturdays, Sundays and holidays too. Choose business hours.")
    return message % {"after": data["after"]}


def _days_of_24_hours(words: FindingWords, data: _Data) -> str:
    message = _(
        "A day here is 24 working hours: %(after)s, counted from now, end on %(due)s. Business days may be meant."
    )
    return message % {"after": data["after"], "due": moment_words(data["due"])}


def _changes_often(words: FindingWords, data: _Data) -> str:
    measured = words.subject.often[data["field"]].words()
    return _("%(measured)s Each change may end this timer and start another.") % {"measured": measured}


def _start_changes_often(words: FindingWords, data: _Data) -> str:
    measured = words.subject.often[data["field"]].words()
    return _("%(measured)s The KPI counts from it, so each change starts its timers anew.") % {"measured": measured}


def _action_loop(words: FindingWords, data: _Data) -> str:
    message = _("Actions wake each other in a circle: %(steps)s. It is stopped only after several rounds.")
    return message % {"steps": words.steps(data["steps"])}


def _action_meets_success(words: FindingWords, data: _Data) -> str:
    return _("This action meets the item's own success criteria: after the warning nobody has to do anything.")


def _constant(text: Callable[[], str]) -> Callable[[FindingWords, _Data], str]:
    return lambda words, data: text()


_MESSAGES: dict[str, Callable[[FindingWords, _Data], str]] = {
    "never_applies": _never_applies,
    "duplicate_item": _duplicate_item,
    "never_succeeds": _never_succeeds,
    "success_may_hand_over": _success_may_hand_over,
    "succeeds_at_once": _succeeds_at_once,
    "gap": _gap,
    "contradiction": _constant(lambda: _("This can never hold: its parts contradict each other.")),
    "never_holds": _constant(lambda: _("This part can never hold, so it changes nothing.")),
    "always_holds": _constant(lambda: _("This part always holds, so it changes nothing.")),
    "redundant_part": _constant(lambda: _("This part says nothing that the others do not say.")),
    "always_paused": _always_paused,
    "paused_at_start": _paused_at_start,
    "never_pauses": _never_pauses,
    "pause_may_end_item": _pause_may_end_item,
    "warning_not_before_failure": _warning_not_before_failure,
    "warning_may_be_late": _warning_may_be_late,
    "target_far": _target_far,
    "hours_closed": _hours_closed,
    "business_days_around_the_clock": _business_days_around_the_clock,
    "days_of_24_hours": _days_of_24_hours,
    "changes_often": _changes_often,
    "start_changes_often": _start_changes_often,
    "action_loop": _action_loop,
    "action_meets_success": _action_meets_success,
}
CODES = frozenset(_MESSAGES)
