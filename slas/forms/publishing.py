"""Forms for publishing, comparing and restoring versions. They shape input; services decide what is valid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sla_project.operations.problems import REASON_LIMIT

NEW, ALSO_OPEN = "new", "open"


class ReachForm(forms.Form):
    """Why, and whom a publication reaches. Without open records there is nobody to ask about."""

    reach = forms.ChoiceField(
        label=gettext_lazy("Applies to"), widget=forms.RadioSelect, required=False, initial=NEW, choices=()
    )
    run_actions = forms.BooleanField(
        label=gettext_lazy("Also run the actions of what is breached or warned at once"),
        required=False,
        help_text=gettext_lazy("Only when re-applying. Otherwise these are recorded, and nobody gets a mail for them."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=REASON_LIMIT,
        help_text=gettext_lazy("Kept with the version, for whoever asks why."),
    )

    def __init__(self, *args: Any, open_records: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if open_records == 0:
            del self.fields["reach"], self.fields["run_actions"]
            return
        also = _("New and open records: re-apply to the open ones now")
        if open_records is not None:
            said = ngettext(
                "New and open records: re-apply to %d open record now",
                "New and open records: re-apply to %d open records now",
                open_records,
            )
            also = said % open_records
        field = self.fields["reach"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(NEW, _("New records only; open ones keep their version")), (ALSO_OPEN, also)]

    @property
    def reapplies(self) -> bool:
        return bool(self.cleaned_data.get("reach") == ALSO_OPEN)


class PublishForm(ReachForm):
    revision = forms.IntegerField(widget=forms.HiddenInput)


class RepublishForm(ReachForm):
    """Which SLAs get a new version: each choice is the SLA and the version that was seen."""

    slas = forms.MultipleChoiceField(
        label=gettext_lazy("SLAs to publish"), widget=forms.CheckboxSelectMultiple, choices=()
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["slas"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(choices)


class CompareForm(forms.Form):
    """Two versions, or a version and the draft."""

    DRAFT = "draft"

    before = forms.ChoiceField(label=gettext_lazy("From"), choices=())
    after = forms.ChoiceField(label=gettext_lazy("To"), choices=())

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("before", "after"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(choices)
