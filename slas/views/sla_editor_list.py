"""Commands on the list of items in the editor: the order, a duplicate, taking one out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sla_project.accounts.policy import administrator_required
from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, NotPossible, Stale
from sla_project.operations.requests import user_of
from sla_project.operations.web import error_words
from slas.models import SLA, KPIInstance
from slas.selectors.policy import editable_document
from slas.services.item_edits import item_index, sla_item_delete, sla_item_duplicate, sla_items_reorder
from slas.views.editor_page import Editor
from slas.views.sla_frame import sla_crumbs, sla_get

UP, DOWN = "up", "down"


@require_POST
@administrator_required
def sla_edit_order(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole order (`order`, once for each item), or one `move`: `up key`, `down key`, or `key` to `position`."""
    sla = sla_get(pk)
    keys = [item["key"] for item in editable_document(sla)["items"]]
    asked = request.POST.getlist("order") or keys
    moved, order = _moved(request, asked)
    sentence, failed = "", ""
    try:
        sla = sla_items_reorder(
            sla=sla, keys=order, expected_revision=_revision(request), by=user_of(request), now=clock_now()
        )
    except Stale as stale:
        failed = _("%(reason)s The list shows the order as it is now.") % {"reason": stale.message}
    except (Invalid, NotPossible) as error:
        failed = error_words(error)
    else:
        sentence = _where(sla, moved or _first_moved(keys, order))
    chosen = request.GET.get("item", "")
    if not request.headers.get("HX-Request"):
        (messages.error if failed else messages.success)(request, failed or sentence)
        return redirect(f"{reverse('slas:sla_edit', args=[pk])}?item={chosen}#row-{moved}")
    editor = Editor(sla_get(pk), clock_now())
    context = {**editor.list_context(chosen), "announce": sentence, "failed": failed, "alone": True}
    return render(request, "slas/editor/_items.html", context, status=409 if failed else 200)


def _moved(request: HttpRequest, keys: Sequence[str]) -> tuple[str, list[str]]:
    """(key of the item that was moved by a button, the order that this makes)."""
    order, (way, _space, key) = list(keys), request.POST.get("move", "").partition(" ")
    if way not in (UP, DOWN, "to") or key not in order:
        return "", order
    place = order.index(key)
    if way == "to":
        text = request.POST.get("position", "")
        target = int(text) - 1 if text.isascii() and text.isdigit() and len(text) < 6 else place
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
    key = request.POST.get("item", "")

    def act() -> tuple[str, str]:
        _sla, copy = sla_item_duplicate(
            sla=sla_get(pk), key=key, expected_revision=_revision(request), by=user_of(request), now=clock_now()
        )
        return copy, _("This is the copy, right below its original.")

    return _command(request, pk, act, otherwise=key)


@administrator_required
def sla_edit_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Names what depends on the item, and asks; on POST takes it out of the draft."""
    sla = sla_get(pk)
    document = editable_document(sla)
    key = request.POST.get("item") or request.GET.get("item", "")
    if request.method == "POST":

        def act() -> tuple[str, str]:
            sla_item_delete(
                sla=sla, key=key, expected_revision=_revision(request), by=user_of(request), now=clock_now()
            )
            return "", _("The item is taken out of the draft.")

        return _command(request, pk, act, otherwise=key)
    index = item_index(document, key)
    if index is None:
        raise Http404
    item = document["items"][index]
    running = KPIInstance.objects.filter(sla=sla, item_key=key, status__in=KPIInstance.OPEN_STATUSES).count()
    context = {
        "title": _("Delete “%(name)s”?") % {"name": item["name"]},
        "breadcrumbs": sla_crumbs(sla),
        "sla": sla,
        "item": item,
        "running": running,
        "heirs": [other["name"] for other in document["items"][index + 1 :] if other["kpi"] == item["kpi"]],
        "is_last": len(document["items"]) == 1,
        "revision": sla.draft_revision,
    }
    return render(request, "slas/sla_edit_delete.html", context)


def _command(request: HttpRequest, pk: int, act: Callable[[], tuple[str, str]], *, otherwise: str) -> HttpResponse:
    """Runs a command that answers (item to show next, message); shows why not."""
    try:
        key, done = act()
    except (Invalid, NotPossible, Stale) as error:
        key = otherwise
        messages.error(request, error_words(error))
    else:
        messages.success(request, done)
    return redirect(f"{reverse('slas:sla_edit', args=[pk])}?item={key}")


def _revision(request: HttpRequest) -> int:
    """The revision that the page has shown; none that ever was, if that cannot be read."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
