"""A hundred times `kill -9`, at random moments, under load: nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cases.tests.services import busy_desk
from cases.tests.services.desk import Desk, Program, open_desk, test_database_url, wait_for
from cases.tests.services.invariants import assert_everything_happened_once, is_quiet, what_waits
from cases.tests.services.mail_sink import mail_sink
from cases.tests.services.story import Lateness, report
from sla_project.operations.models import Heartbeat
from slas.models import KPIEvent, KPIInstance

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

SEED = 20260302
GONE = 1.0
BACK = 2.0
PAUSE = (0.1, 0.9)
SETTLING = 2.0
TIMERS, ACTIONS = ("timers-1", "timers-2"), ("actions-1", "actions-2")
# A mail whose sender was killed is taken up again when its lease ends, a minute later. So that nobody waits for that
# at the end, mail senders die in the first part only.
EARLY = {"pass process of timers": 20, "pass process of actions": 20, "timers": 6, "actions": 8, "beat": 6}
LATE = {"pass process of timers": 25, "timers": 9, "beat": 6}


@dataclass
class Killer:
    """Kills and starts again, as a supervisor of the system would, and measures what becomes of it."""

    desk: Desk
    chance: random.Random
    kills: dict[str, int] = field(default_factory=dict)
    gone: Lateness = field(default_factory=lambda: Lateness("processes of a killed worker gone after"))
    back: Lateness = field(default_factory=lambda: Lateness("killed pass process back after"))

    def strike(self, victim: str) -> None:
        time.sleep(self.chance.uniform(*PAUSE))
        kind = victim.rpartition(" ")[2]
        names = {"timers": TIMERS, "actions": ACTIONS, "beat": ("beat",)}[kind]
        program = self.desk.programs[self.chance.choice(names)]
        if victim.startswith("pass process"):
            self.kill_pass_process(program)
        else:
            self.kill_program(program)
        self.kills[victim] = self.kills.get(victim, 0) + 1

    def kill_pass_process(self, program: Program) -> None:
        wait_for(lambda: self.desk.pass_process(program), "the worker has a pass process")
        victim = self.desk.pass_process(program)
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        back = wait_for(lambda: self.desk.pass_process(program) not in (None, victim), "it is back", BACK)
        self.back.values.append(back)

    def kill_program(self, program: Program) -> None:
        program.popen.kill()
        program.popen.wait()
        self.gone.values.append(wait_for(lambda: not self.orphans(), "no orphan is left", GONE))
        self.desk.launch(program)

    def orphans(self) -> set[int]:
        """Processes of the desk that belong to no living program."""
        alive = {each.pid for each in self.desk.programs.values() if each.popen.poll() is None}
        return {pid for pid in self.desk.pids() if pid not in alive and parent_of(pid) not in alive}


def parent_of(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def test_a_hundred_kills(folder: Path, transactional_db: None) -> None:
    chance = random.Random(SEED)
    busy_desk.set_up()
    with mail_sink(pause=0.02) as sink, open_desk(folder, **surroundings(sink.url)) as desk:
        for name in TIMERS:
            desk.worker(name, "timers")
        for name in ACTIONS:
            desk.worker(name, "actions")
        desk.beat()
        wait_for(lambda: Heartbeat.objects.exists(), "the passes run", 60)
        agents = busy_desk.Agents(2, seed=SEED)
        agents.start()
        killer = Killer(desk, chance)
        try:
            for part in (EARLY, LATE):
                victims = [victim for victim, count in part.items() for _ in range(count)]
                chance.shuffle(victims)
                for victim in victims:
                    killer.strike(victim)
        finally:
            agents.go_home()
        assert sum(killer.kills.values()) == 100
        settle()
        assert_everything_happened_once(sink)
        tell(killer, agents, sink.accepted.total(), len(sink.accepted))


def surroundings(mail_url: str) -> dict[str, str]:
    return {"DATABASE_URL": test_database_url(), "EMAIL_URL": mail_url}


def settle() -> None:
    """Until every clock has ended and every lease of a killed sender is over."""
    deadline = time.monotonic() + 90
    while not is_quiet():
        assert time.monotonic() < deadline, what_waits()
        time.sleep(0.2)


def tell(killer: Killer, agents: busy_desk.Agents, mails: int, different: int) -> None:
    due = KPIEvent.objects.filter(kind__in=["warned", "failed"]).exclude(due_at=None)
    late = Lateness("timers", [(event.recorded_at - event.due_at).total_seconds() for event in due if event.due_at])
    counts = f"{agents.commands} commands, {KPIInstance.objects.count()} instances, {due.count()} timers fired"
    copies = f"{different} mails, {mails - different} second copies"
    report("100 kills", [killer.kills, killer.gone, killer.back, counts, late, copies])


def test_a_killed_pass_process_judges_again_within_two_seconds(folder: Path, transactional_db: None) -> None:
    """Not only started: it has run its passes, which its heartbeat proves."""
    with open_desk(folder, DATABASE_URL=test_database_url()) as desk:
        worker = desk.worker("timers", "timers")
        wait_for(lambda: beats(desk.pass_process(worker)), "the passes run", 60)
        back = Lateness("killed pass process has judged after")
        for _ in range(3):
            wait_for(lambda: desk.has_spare(worker), "a spare one stands beside it", 20)
            time.sleep(SETTLING)
            victim = desk.pass_process(worker)
            assert victim is not None
            os.kill(victim, signal.SIGKILL)
            judged = wait_for(lambda old=victim: beats(desk.pass_process(worker), but=old), "it judges", 20)
            back.values.append(judged)
        report("Calm", [back])
        back.assert_within(BACK)


def test_a_pass_process_that_still_starts_goes_with_its_worker(folder: Path, transactional_db: None) -> None:
    """Between its birth and its first line of Django lie one or two seconds, in which it must not be orphaned."""
    with open_desk(folder, DATABASE_URL=test_database_url()) as desk:
        killer = Killer(desk, random.Random(SEED))
        worker = desk.worker("timers", "timers")
        for _ in range(2):
            wait_for(lambda: desk.pass_process(worker), "the worker has a pass process", 60)
            killer.kill_program(worker)
        killer.gone.assert_within(GONE)


def test_a_worker_that_is_asked_to_stop_takes_its_pass_process_along(folder: Path, transactional_db: None) -> None:
    with open_desk(folder, DATABASE_URL=test_database_url()) as desk:
        worker = desk.worker("timers", "timers")
        wait_for(lambda: beats(desk.pass_process(worker)), "the passes run", 60)
        worker.popen.terminate()
        assert worker.popen.wait(timeout=10) == 0
        wait_for(lambda: not desk.pids(), "no orphan is left", GONE)


def beats(pid: int | None, *, but: int = 0) -> bool:
    return pid not in (None, but) and Heartbeat.objects.filter(name__endswith=f":{pid}").exists()
