"""Commands on the list of items in the editor: the order, a duplicate, taking one out."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, NotPossible, Stale
from sla_project.operations.numbers import whole_number
from sla_project.operations.requests import user_of
from sla_project.operations.web import error_words
from slas.models import SLA, KPIInstance
from slas.selectors.policy.reading import editable_document
from slas.services.policy.item_edits import item_index, sla_item_delete, sla_item_duplicate, sla_items_reorder
from slas.views.editor.page import Editor
from slas.views.editor.saving import Act, Done, Typed, item_carry, item_command
from slas.views.policy.frame import sla_crumbs, sla_get

UP, DOWN = "up", "down"


@require_POST
@administrator_required
def sla_edit_order(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole order (`order`, once for each item), or one `move`: `up key`, `down key`, or `to key` (`position-key`).

    A script asks for the list alone and leaves the item's form as it is.
    """
    editor = Editor(sla_get(pk), clock_now())

    def act(sla: SLA, revision: int) -> Done:
        keys = [item["key"] for item in editable_document(sla)["items"]]
        moved, order = "", request.POST.getlist("order")
        if not order:
            moved, order = _moved(request, keys)
        sla = sla_items_reorder(sla=sla, keys=order, expected_revision=revision, by=user_of(request), now=editor.now)
        return Done(_where(sla, moved or _first_moved(keys, order)), row=moved)

    if request.headers.get("HX-Request"):
        return _list_alone(request, editor, act)
    return item_carry(request, editor, act, otherwise=request.GET.get("item", ""))


def _list_alone(request: HttpRequest, editor: Editor, act: Act) -> HttpResponse:
    sentence, failed = "", ""
    try:
        sentence = act(editor.sla, Typed(request).revision).words
    except Stale as stale:
        failed = _("%(reason)s The list shows the order as it is now.") % {"reason": stale.message}
    except (Invalid, NotPossible) as error:
        failed = error_words(error)
    editor = Editor(sla_get(editor.sla.pk), editor.now)
    chosen = request.GET.get("item", "")
    context = {**editor.list_context(chosen), "announce": sentence, "failed": failed, "alone": True}
    return render(request, "slas/editor/_items.html", context, status=409 if failed else 200)


def _moved(request: HttpRequest, keys: Sequence[str]) -> tuple[str, list[str]]:
    """(key of the item that was moved by a button, the order that this makes)."""
    order, (way, _space, key) = list(keys), request.POST.get("move", "").partition(" ")
    if way not in (UP, DOWN, "to") or key not in order:
        return "", order
    place = order.index(key)
    if way == "to":
        position = whole_number(request.POST.get(f"position-{key}", ""))
        target = place if position is None else position - 1
    else:
        target = place + (1 if way == DOWN else -1)
    order.insert(max(0, min(target, len(order) - 1)), order.pop(place))
    return key, order


def _first_moved(before: Sequence[str], after: Sequence[str]) -> str:
    """The item that a drag has moved: the one without which the two orders are the same."""
    if list(before) == list(after):
        return ""
    return next((key for key in after if _without(before, key) == _without(after, key)), "")


def _without(keys: Sequence[str], key: str) -> list[str]:
    return [other for other in keys if other != key]


def _where(sla: SLA, key: str) -> str:
    items = editable_document(sla)["items"]
    index = item_index({"items": items}, key)
    if index is None:
        return _("The order is saved in the draft.")
    words = {"name": items[index]["name"], "number": index + 1, "count": len(items)}
    return _("“%(name)s” is now item %(number)d of %(count)d.") % words


@require_POST
@administrator_required
def sla_edit_duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    editor, key = Editor(sla_get(pk), clock_now()), request.POST.get("item", "")

    def act(sla: SLA, revision: int) -> Done:
        _sla, copy = sla_item_duplicate(
            sla=sla, key=key, expected_revision=revision, by=user_of(request), now=editor.now
        )
        return Done(_("This is the copy, right below its original."), item=copy)

    return item_carry(request, editor, act, otherwise=key)


@administrator_required
def sla_edit_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Names what depends on the item to `ask` about; a POST with `item` is the answer, and takes it out of the draft.

    What is typed in the item's form goes along: it is saved with the deletion of another item, or kept by *Cancel*.
    """
    editor, key = Editor(sla_get(pk), clock_now()), request.POST.get("item", "")
    if not key:
        return _ask(request, editor, request.POST.get("ask") or request.GET.get("item", ""))

    def act(sla: SLA, revision: int) -> Done:
        sla_item_delete(sla=sla, key=key, expected_revision=revision, by=user_of(request), now=editor.now)
        return Done(_("The item is taken out of the draft."))

    if Typed(request).chosen == key:
        return item_command(request, editor, act, otherwise="")
    return item_carry(request, editor, act, otherwise="")


def _ask(request: HttpRequest, editor: Editor, key: str) -> HttpResponse:
    sla, document = editor.sla, editor.document
    index = item_index(document, key)
    if index is None:
        raise Http404
    item, typed = document["items"][index], Typed(request)
    running = KPIInstance.objects.filter(sla=sla, item_key=key, status__in=KPIInstance.OPEN_STATUSES).count()
    context = {
        "title": _("Delete “%(name)s”?") % {"name": item["name"]},
        "breadcrumbs": sla_crumbs(sla),
        "sla": sla,
        "item": item,
        "plural": editor.offers.record_type.plural,
        "running": running,
        "heirs": [other["name"] for other in document["items"][index + 1 :] if other["kpi"] == item["kpi"]],
        "is_only": len(document["items"]) == 1,
        "revision": typed.seen or sla.draft_revision,
        "typed": typed,
    }
    return render(request, "slas/sla_edit_delete.html", context)
