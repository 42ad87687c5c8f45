"""Publishing and trying in a real browser, while a worker works and agents go on changing cases."""

from __future__ import annotations

import copy
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases.demo.people import Desk
from cases.models import Case
from cases.services import case_create, case_update
from cases.tests.browser.conftest import sign_in
from cases.tests.browser.test_pages import AXE, TAGS
from sla_project.operations import jobs
from sla_project.operations.clock import clock_now
from sla_project.operations.jobs import job_pass
from slas.models import SLA, RecordChange, TrackedRecord
from slas.passes import advance_all, advance_pass
from slas.services.policy.slas import sla_update_draft

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, desk: Desk) -> Page:
    return sign_in(browser, live_server, "dana@example.com").new_page()


@pytest.fixture
def sla(desk: Desk) -> SLA:
    """The support contract, with a draft that gives gold customers twice the time."""
    sla = SLA.objects.select_related("current").get(code="support-contract")
    assert sla.current is not None
    document = copy.deepcopy(sla.current.document["authored"])
    for moment in document["items"][0]["moments"]:
        if "after" in moment:
            moment["after"] = {"amount": 5, "unit": "hours"}
    return sla_update_draft(sla=sla, document=document, expected_revision=None, by=None, now=clock_now())


def has_no_faults(page: Page) -> None:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run({runOnly: tags})", TAGS)["violations"]
    assert [fault["id"] for fault in found] == []


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Runs something again and again in a thread with a connection of its own, until the test is over."""
    stopping = threading.Event()
    threads: list[threading.Thread] = []
    errors: list[BaseException] = []

    def start(act: Callable[[], object], pause: float = 0.05) -> None:
        def loop() -> None:
            try:
                while not stopping.wait(pause):
                    act()
            except BaseException as error:
                errors.append(error)
            finally:
                connection.close()

        threads.append(threading.Thread(target=loop))
        threads[-1].start()

    yield start
    stopping.set()
    for thread in threads:
        thread.join()
    assert errors == []


def test_publishing_with_reapplication_while_cases_run(
    page: Page, sla: SLA, desk: Desk, beside: Callable[[Callable[[], object]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BUDGET", 0.0)  # one record at a time, so that the bar is seen to move
    levels = ["gold", "silver", "bronze"]
    for number in range(30):
        case_create(title=f"Rush {number}", service_level=levels[number % 3], by=None, now=clock_now())
    rush = list(Case.objects.filter(title__startswith="Rush"))
    random_ = random.Random(7)

    def agent() -> None:
        case = random_.choice(rush)
        case_update(case=case, service_level=random_.choice(levels), by=None, now=clock_now())

    page.goto(f"/slas/{sla.pk}/publish/")
    expect(page.get_by_role("heading", name="What changes")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Timers replaced")).to_be_visible()
    has_no_faults(page)
    beside(agent)
    page.get_by_label("New and open records").check()
    page.get_by_label("Reason").fill("Twice the time for gold")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.wait_for_url("**/jobs/**")
    expect(page.get_by_text("Waits for a worker")).to_be_visible()
    beside(lambda: (advance_pass(), job_pass()))
    expect(page.locator("#job")).to_contain_text("Running", timeout=30_000)
    expect(page.locator("#job .state, #job .badge-pill")).to_have_text("Done", timeout=120_000)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "100")
    has_no_faults(page)
    advance_all()
    open_ = TrackedRecord.objects.filter(sla=sla, lifecycle="open")
    assert set(open_.values_list("sla_version__number", flat=True)) == {2}
    times = Counter(RecordChange.objects.filter(kind="reapplied").values_list("record", flat=True))
    assert len(times) >= 30 and set(times.values()) == {1}


def test_trying_on_a_case(page: Page, sla: SLA) -> None:
    case = Case.objects.filter(state="active", service_level="gold").order_by("pk")[0]
    page.goto(f"/slas/{sla.pk}/try/")
    expect(page.get_by_text("Which timers would a case get?")).to_be_visible()
    page.get_by_label("Real record").fill(case.number)
    page.get_by_role("button", name="Try", exact=True).click()
    response = page.get_by_role("region", name="First response by", exact=True)
    expect(response).to_contain_text("Gold – First response by wins")
    expect(response).to_contain_text("5 h are counted until failure")
    response.get_by_text("Each item and why").click()
    expect(response).to_contain_text("not asked: “Gold – First response by” comes first")
    has_no_faults(page)
    page.get_by_label("Service level", exact=True).select_option("silver")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(response).to_contain_text("Silver – First response by wins")
    expect(response).to_contain_text("In fact version 1 judges it")
    response.get_by_text("Each item and why").click()
    expect(response).to_contain_text("Service level is Gold (is Silver)")
    page.locator("#id_version").select_option("1")
    page.get_by_label("Service level", exact=True).select_option("gold")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(response).not_to_contain_text("In fact")


def test_a_trial_and_a_job_without_javascript(browser: Browser, live_server: LiveServer, sla: SLA) -> None:
    page = sign_in(browser, live_server, "dana@example.com", java_script_enabled=False).new_page()
    page.goto(f"/slas/{sla.pk}/try/")
    page.get_by_label("Service level", exact=True).select_option("bronze")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("region", name="First response by", exact=True)).to_contain_text("Bronze")
    page.goto(f"/slas/{sla.pk}/publish/")
    page.get_by_label("New and open records").check()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Waits for a worker")).to_be_visible()
    while job_pass():
        pass
    page.get_by_role("link", name="Reload").click()
    expect(page.get_by_text("Done", exact=True)).to_be_visible()
