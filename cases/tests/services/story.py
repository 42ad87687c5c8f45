"""A few seconds at the desk under the support contract, told over REST and read back over REST."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.tests.services.contract import LEVELS
from cases.tests.services.desk import wait_for
from cases.tests.services.rest import Rest

HELD = 2.5
"""Seconds that one case is on hold."""
ACTING = ("warned", "failed", "succeeded")
ENDS = {"noncompliant": "failed", "succeeded": "succeeded", "canceled": "canceled"}
"""Status of an ended clock → the kind of the event that ended it."""
"""Events that every item of the contract has actions for."""
FINISHED = ("done", "skipped", "dead", "suppressed")


@dataclass
class Lateness:
    """Seconds from a due time until it was judged, or until what follows from it was done."""

    what: str
    values: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        ordered = sorted(self.values)
        p50, p99 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        return f"{self.what}: n={len(ordered)} p50={p50:.3f}s p99={p99:.3f}s max={ordered[-1]:.3f}s"

    def assert_within(self, seconds: float) -> None:
        assert self.values
        assert min(self.values) >= 0, f"{self.what}: {min(self.values):.3f} s before its time"
        assert max(self.values) <= seconds, str(self)


class Story:
    """Four cases at once: one is left alone, one is answered and solved, one is held, one changes its level."""

    def __init__(self, rest: Rest, common: dict[str, Any]) -> None:
        self.rest = rest
        self.common = common
        self.ids: dict[str, int] = {}
        self.instances: dict[int, dict[str, Any]] = {}

    def begin(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """`meanwhile` happens to the desk while the first clocks run already."""
        self.open("late", "gold")
        meanwhile()
        self.open("held", "gold")
        self.change("held", status="on_hold")
        held_since = time.monotonic()
        self.open("prompt", "bronze")
        self.rest.post(f"cases/{self.ids['prompt']}/reply/", text="We are on it.")
        self.rest.post(f"cases/{self.ids['prompt']}/resolve/", status="problem_solved")
        self.open("moved", "silver")
        self.change("moved", service_level="gold")
        time.sleep(max(0.0, held_since + HELD - time.monotonic()))
        self.change("held", status="in_progress")

    def open(self, name: str, level: str) -> None:
        case = self.rest.post("cases/", title=f"Case {name}", service_level=level, **self.common)
        self.ids[name] = case["id"]
        # The two clocks are in the answer itself and at their own address.
        keys = {f"{level}-first-response", f"{level}-resolve"}
        assert {one["item_key"] for one in case["kpi_instances"]} == keys
        listed = self.rest.get(f"cases/{case['id']}/kpi-instances/")
        assert {(one["item_key"], one["status"]) for one in listed} == {(key, "in_progress") for key in keys}

    def change(self, name: str, **changes: Any) -> None:
        self.rest.patch(f"cases/{self.ids[name]}/", **changes)

    def finish(self, seconds: float = 60.0) -> None:
        """Wait until every clock has ended and every action is done."""
        wait_for(lambda: not self.open_ends(), "every clock and action is done", seconds, self.open_ends)
        for case in self.ids.values():
            for row in self.rest.get(f"cases/{case}/kpi-instances/"):
                events = self.rest.get(f"kpi-instances/{row['id']}/events/?limit=200")["results"]
                self.instances[row["id"]] = {**row, "case": case, "events": events}

    def open_ends(self) -> list[str]:
        """What must still happen: clocks that run, moments whose actions have not begun, actions that are not done."""
        time.sleep(0.3)
        runs = self.runs()
        begun = {(run["target_id"], int(run["cause_key"].partition("-")[2])) for run in runs}
        found = [f"run {run['id']}, {run['kind']}: {run['state']}" for run in runs if run["state"] not in FINISHED]
        for name, case in self.ids.items():
            for row in self.rest.get(f"cases/{case}/kpi-instances/"):
                found += [f"{name}, {row['item_key']}: {one}" for one in self._open_ends_of(case, row, begun)]
        return found

    def _open_ends_of(self, case: int, row: dict[str, Any], begun: set[tuple[int, int]]) -> list[str]:
        if row["ended_at"] is None or row["id"] is None:
            return [row["status"]]
        events = self.rest.get(f"kpi-instances/{row['id']}/events/?limit=200")["results"]
        if ENDS[row["status"]] not in {event["kind"] for event in events}:
            return [f"{row['status']}, which no worker has stored yet"]  # reading is ahead of them (engine.md R33)
        acting = [event for event in events if event["kind"] in ACTING]
        return [event["kind"] for event in acting if (case, event["number"]) not in begun]

    # --- what came of it ---

    def runs(self) -> list[dict[str, Any]]:
        return self.rest.rows("action-runs/?ordering=id")

    def clocks(self, name: str) -> dict[str, str]:
        mine = [one for one in self.instances.values() if one["case"] == self.ids[name]]
        return {one["item_key"]: one["status"] for one in mine}

    def of(self, name: str, item: str) -> dict[str, Any]:
        mine = [one for one in self.instances.values() if one["case"] == self.ids[name]]
        return next(one for one in mine if one["item_key"] == item)

    def judged_late(self) -> Lateness:
        """From a warning's or a failure's computed time until the engine wrote it down."""
        events = [event for one in self.instances.values() for event in one["events"]]
        due = [event for event in events if event["kind"] in ("warned", "failed")]
        return Lateness("timers", [between(event["due_at"], event["recorded_at"]) for event in due])

    def acted_late(self) -> Lateness:
        """From the same time until the action was done, or its mail handed over."""
        runs = [run for run in self.runs() if run["moment"] in ("warned", "failed") and run["state"] == "done"]
        return Lateness("actions", [between(run["caused_at"], run["finished_at"]) for run in runs])

    def assert_told_as_written(self) -> None:
        self._assert_clocks()
        self._assert_actions()
        self._assert_mails()

    def _assert_clocks(self) -> None:
        failed = {"gold-first-response": "noncompliant", "gold-resolve": "noncompliant"}
        replaced = {"silver-first-response": "canceled", "silver-resolve": "canceled"}
        assert self.clocks("late") == self.clocks("held") == failed
        assert self.clocks("prompt") == {"bronze-first-response": "succeeded", "bronze-resolve": "succeeded"}
        assert self.clocks("moved") == failed | replaced
        late, held, moved = (self.of(name, "gold-resolve") for name in ("late", "held", "moved"))
        for one in (late, moved):
            allowed = LEVELS["gold"][1][1]
            assert between(one["applicable_from_value"], one["failure_at"]) == allowed
        assert held["held_seconds"] >= HELD - 0.5
        moved_by = between(held["applicable_from_value"], held["failure_at"]) - allowed
        assert abs(moved_by - held["held_seconds"]) < 0.001

    def _assert_actions(self) -> None:
        """Success runs its own actions and no others; failure escalates; nothing happens twice."""
        runs = self.runs()
        assert {run["state"] for run in runs} == {"done"}
        keys = [(run["cause_key"], run["position"], run["recipient"]) for run in runs]
        assert len(keys) == len(set(keys))
        prompt = [run for run in runs if run["target_id"] == self.ids["prompt"]]
        assert sorted((run["moment"], run["kind"]) for run in prompt) == [("succeeded", "create_record")] * 2
        activities = self.rest.rows(f"cases/{self.ids['prompt']}/activities/")
        subjects = sorted(one["subject"] for one in activities if one["subject"].startswith("In time"))
        assert subjects == ["In time: resolve", "In time: response"]
        escalated = {name: self.rest.get(f"cases/{case}/")["is_escalated"] for name, case in self.ids.items()}
        assert escalated == {"late": True, "held": True, "moved": True, "prompt": False}

    def _assert_mails(self) -> None:
        """Two warnings to the owner and two failures to the lead, for each case that came too late."""
        messages = self.rest.rows("messages/?ordering=id")
        assert {message["state"] for message in messages} == {"sent"}
        assert len({message["message_id"] for message in messages}) == len(messages)
        subjects: dict[str, list[str]] = {}
        for message in messages:
            number, _, text = message["subject"].partition(": ")
            subjects.setdefault(number, []).append(text)
        due = ["resolve due soon", "resolve missed", "response due soon", "response missed"]
        assert [sorted(texts) for texts in subjects.values()] == [due] * 3
        assert {message["to_email"] for message in messages} == {"agent@desk.example", "lead@desk.example"}


def between(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def report(scenario: str, numbers: Iterable[object]) -> None:
    """What docs/faults.md quotes; seen with `pytest -s`."""
    for number in numbers:
        sys.stdout.write(f"\n{scenario} | {number}")
