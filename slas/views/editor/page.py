"""What the pages of the SLA editor show: the items in order, the chosen item's form, the example of its times."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from sla_project.operations.selectors import settings_get
from slas.domain.durations import Duration, DurationError
from slas.forms.condition_fields import condition_assets
from slas.forms.items.item import ItemForm, empty_item, item_raw
from slas.forms.items.offers import Offers
from slas.forms.items.raw import Raw, text_in
from slas.models import SLA
from slas.selectors.forecasts.publications import draft_rebases
from slas.selectors.hours.clock_examples import ClockExample, Hours, clock_example, hours_of
from slas.selectors.policy import reading
from slas.selectors.policy.editor_rows import ItemRow, item_rows, rest_rows
from slas.selectors.policy.sentences import DocumentWords
from slas.services.checking.documents import CheckResult, document_check
from slas.services.policy.item_edits import item_index
from slas.views.policy.frame import TONES, sla_crumbs

NEW = "new"


class Editor:
    """One SLA in the editor: its draft, or the published version that a first change makes a draft of."""

    def __init__(self, sla: SLA, now: datetime) -> None:
        self.sla = sla
        self.now = now
        self.document = reading.editable_document(sla)
        self.offers = Offers(sla.record_type)
        self.words = DocumentWords(sla.record_type)

    @cached_property
    def check(self) -> CheckResult:
        return document_check(self.document, record_type=self.sla.record_type, now=self.now)

    @cached_property
    def rows(self) -> list[ItemRow]:
        return item_rows(self.words, self.document, self.check.refusals, self.check.warnings)

    # --- which item ---

    def chosen_key(self, asked: str) -> str:
        """The item that the address asks for; else the first, or "" where there is none."""
        if asked == NEW or item_index(self.document, asked) is not None:
            return asked
        return str(self.document["items"][0]["key"]) if self.document["items"] else ""

    def raw(self, key: str, *, kpi: str = "", like: str = "") -> Raw:
        """The item as its form posts it; a new one may begin with a KPI and the condition of the item `like`."""
        index = item_index(self.document, key)
        if index is not None:
            return item_raw(self.document["items"][index], self.offers)
        model = item_index(self.document, like)
        condition = self.document["items"][model]["applicable_when"] if model is not None else None
        codes = {one.code for one in self.offers.kpis if one.state == one.State.ACTIVE}
        return empty_item(kpi=kpi if kpi in codes else "", applicable_when=condition)

    def is_changed(self, key: str, raw: Raw) -> bool:
        """Whether the form says anything but what the document says, or an empty form."""
        return self.form(raw, quiet=True).texts() != self.form(self.raw(key), quiet=True).texts()

    def form(self, raw: Raw, *, quiet: bool) -> ItemForm:
        return ItemForm(
            raw, quiet=quiet, offers=self.offers, usual_hours=self.document["business_hours"], sla=self.sla.pk
        )

    def number_of(self, key: str) -> int:
        """The item's number; that of the next one where it is new."""
        index = item_index(self.document, key)
        return (index if index is not None else len(self.document["items"])) + 1

    # --- the example under the times ---

    def hours(self, code: str) -> Hours:
        """The hours that an item with these runs in; the SLA's where it has none."""
        wanted = code or self.document["business_hours"]
        found = next((hours for hours in self.offers.hours if hours.code == wanted), None)
        return hours_of(found, settings_get(), self.now)

    def clock(self, raw: Raw) -> dict[str, Any]:
        """Context of `editor/_clock.html`, from what is typed."""
        example = self._example(raw)
        kpi = next((kpi for kpi in self.offers.kpis if kpi.code == text_in(raw, "kpi")), None)
        fields = self.offers.record_type.fields
        start = fields.full_label(kpi.applicable_from) if kpi and kpi.applicable_from in fields else ""
        return {"example": example, "kpi": kpi, "start_label": start, "sentence": _sentence(example, start)}

    def _example(self, raw: Raw) -> ClockExample | None:
        times = [(text_in(moment, "kind"), _duration(text_in(moment, "after"))) for moment in raw.get("moments", [])]
        failure = next((after for kind, after in times if kind == "failure"), None)
        if failure is None:
            return None
        warnings = [after for kind, after in times if kind == "warning" and after is not None]
        return clock_example(self.hours(text_in(raw, "business_hours")), warnings, failure, now=self.now)

    # --- contexts ---

    def frame(self, view: str) -> dict[str, Any]:
        """The head and the tabs that all views of the editor have."""
        address = reverse("slas:sla_edit", args=[self.sla.pk])
        tabs = [
            ("items", _("Items"), address),
            ("matrix", _("Matrix"), f"{address}?view=matrix"),
            ("settings", _("Hours and reopening"), f"{address}?view=settings"),
            ("document", _("Document"), reverse("slas:sla_edit_document", args=[self.sla.pk])),
        ]
        return {
            "title": self.sla.name,
            "breadcrumbs": sla_crumbs(self.sla),
            "rebases": draft_rebases(self.sla),
            "sla": self.sla,
            "tone": TONES[self.sla.state],
            "plural": self.offers.record_type.plural,
            "record_type": self.offers.record_type,
            "tabs": [{"label": label, "url": url, "active": key == view} for key, label, url in tabs],
            "item_count": len(self.document["items"]),
        }

    def list_context(self, chosen: str) -> dict[str, Any]:
        """Context of `editor/_items.html`."""
        general = [problem for problem in self.check.refusals if not problem.pointer.startswith("/items/")]
        return {
            "sla": self.sla,
            "rows": self.rows,
            "rest": rest_rows(self.words, self.document, self.rows),
            "general": general,
            "chosen": chosen,
            "revision": self.sla.draft_revision,
            "plural": self.offers.record_type.plural,
        }

    def form_context(self, form: ItemForm, raw: Raw, chosen: str) -> dict[str, Any]:
        """Context of `editor/_item_form.html`."""
        return {
            "sla": self.sla,
            "form": form,
            "chosen": chosen,
            "number": self.number_of(chosen),
            "revision": self.sla.draft_revision,
            "offers": self.offers,
            "condition_assets": condition_assets(self.sla.record_type),
            "placeholders": self.offers.mail_placeholders,
            **self.clock(raw),
        }


def _duration(text: str) -> Duration | None:
    try:
        return Duration.parse_text(text)
    except DurationError:
        return None


def _sentence(example: ClockExample | None, start: str) -> str:
    """“Opened on Fri 16:30 → warn Mon 09:15 → breach Mon 09:30”."""
    if example is None:
        return ""
    said = [f"{start or _('Starts')} {example.start.words}"]
    said += [_("warn %(time)s") % {"time": mark.words} for mark in example.shown_warnings]
    said.append(_("breach %(time)s") % {"time": example.failure.words})
    return " → ".join(said)
