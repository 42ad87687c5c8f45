"""The item's form in the editor: shown, and saved alone or together with a command on the list of items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from sla_project.operations.errors import Invalid, NotPossible, Stale
from sla_project.operations.numbers import whole_number
from sla_project.operations.requests import user_of
from sla_project.operations.web import error_words
from slas.forms.items.item import ItemForm
from slas.forms.items.raw import Raw, flat, raw_of_post, text_in
from slas.models import SLA
from slas.selectors.policy.draft_history import theirs
from slas.services.policy.item_edits import document_with_item, sla_item_put
from slas.views.editor.page import NEW, Editor
from slas.views.policy.frame import sla_get


@dataclass(frozen=True)
class Done:
    """What a command has done in words, and where to go: `item` to show ("" the one that is open), `row` to be at."""

    words: str
    item: str = ""
    row: str = ""


_NOT_TYPED = ("csrfmiddlewaretoken", "revision", "do", "ask", "item")

Act = Callable[[SLA, int], Done]
"""A command on the draft of this revision; raises what services raise."""


class Typed:
    """What stands in the item's form of a request, and the revision that its page has shown."""

    def __init__(self, request: HttpRequest) -> None:
        self._post = request.POST
        self.seen = request.POST.get("revision", "")

    @cached_property
    def raw(self) -> Raw:
        return raw_of_post(self._post)

    @property
    def is_there(self) -> bool:
        """Whether the form came with the request at all: a drag, or a confirmed question, may come alone."""
        return "moments" in self.raw

    @property
    def chosen(self) -> str:
        return text_in(self.raw, "key") or NEW

    @property
    def fields(self) -> list[tuple[str, str]]:
        """All of the form as it was posted, for a page between that hands it on."""
        texts = flat({name: value for name, value in self.raw.items() if name not in _NOT_TYPED})
        return [(name, text) for name, found in texts.lists() for text in found]

    @property
    def revision(self) -> int:
        """None that ever was, if what was sent is no number."""
        seen = whole_number(self.seen)
        return -1 if seen is None else seen


def item_page(
    request: HttpRequest, editor: Editor, form: ItemForm, typed: Typed, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The whole editor with what is typed; it still rests on the revision that was seen."""
    context = {
        **editor.frame("items"),
        **editor.list_context(typed.chosen),
        **editor.form_context(form, typed.raw, typed.chosen),
        "revision": typed.seen,
        "unsaved": True,
        **more,
    }
    return render(request, "slas/sla_edit.html", context, status=status)


def item_save(request: HttpRequest, editor: Editor, typed: Typed, act: Act | None = None) -> HttpResponse:
    """Saves what is typed and carries out `act` on it, both or neither; shows the page with the reasons if not."""
    form = editor.form(typed.raw, quiet=False)
    if not form.tree_is_valid():
        return item_page(request, editor, form, typed, status=422)
    item, by = form.document(), user_of(request)
    done = Done("")
    try:
        with transaction.atomic():
            sla, key = sla_item_put(sla=editor.sla, item=item, expected_revision=typed.revision, by=by, now=editor.now)
            if act is not None:
                done = act(sla, sla.draft_revision)
    except Stale:
        return _conflict(request, editor, typed)
    except NotPossible as refused:
        form.add_error(None, refused.message)
    except Invalid as invalid:
        document, index = document_with_item(editor.document, item)
        form.add_problems(invalid.problems, index, [one["name"] for one in document["items"]])
    else:
        messages.success(request, _("“%(name)s” is saved in the draft.") % {"name": item["name"]})
        return _shown(request, sla, done, otherwise=key)
    return item_page(request, editor, form, typed, status=422)


def item_carry(request: HttpRequest, editor: Editor, act: Act, *, otherwise: str) -> HttpResponse:
    """Carries out `act`. What is typed and not saved yet is saved with it, or comes back with its faults."""
    typed = Typed(request)
    if typed.is_there and editor.is_changed(typed.chosen, typed.raw):
        return item_save(request, editor, typed, act)
    return item_command(request, editor, act, otherwise=typed.chosen if typed.is_there else otherwise)


def item_command(request: HttpRequest, editor: Editor, act: Act, *, otherwise: str) -> HttpResponse:
    """Carries out `act` alone; `otherwise` is the item to show where it names none."""
    try:
        done = act(editor.sla, Typed(request).revision)
    except (Invalid, NotPossible, Stale) as error:
        messages.error(request, error_words(error))
        done = Done("")
    return _shown(request, editor.sla, done, otherwise=otherwise)


def _shown(request: HttpRequest, sla: SLA, done: Done, *, otherwise: str) -> HttpResponse:
    if done.words:
        messages.success(request, done.words)
    anchor = f"#row-{done.row}" if done.row else ""
    return redirect(f"{reverse('slas:sla_edit', args=[sla.pk])}?item={done.item or otherwise}{anchor}")


def _conflict(request: HttpRequest, editor: Editor, typed: Typed) -> HttpResponse:
    """Mine stays in the form, theirs is said beside it; saving again replaces this item of theirs knowingly."""
    editor = Editor(sla_get(editor.sla.pk), editor.now)
    key = "" if typed.chosen == NEW else typed.chosen
    changed = theirs(editor.sla, revision=typed.revision, item_key=key)
    form, revision = editor.form(typed.raw, quiet=True), editor.sla.draft_revision
    return item_page(request, editor, form, typed, status=409, theirs=changed, revision=revision)
