"""What `<lookup-box>` asks while somebody types."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from cases.lookups import LOOKUPS, lookup_find, lookup_rows

LONGEST_TEXT = 200


@login_required
@require_GET
def lookup(request: HttpRequest, lookup: str) -> JsonResponse:
    """The first records that a text (`q`) finds: the active, with `inactive` all; of one `customer` if named."""
    if lookup not in LOOKUPS:
        raise Http404
    named = request.GET.get("customer", "")
    customer = int(named) if named.isdecimal() and len(named) < 19 else None
    rows = lookup_rows(lookup, customer=customer, inactive="inactive" in request.GET)
    found = lookup_find(rows, lookup, request.GET.get("q", "")[:LONGEST_TEXT])
    return JsonResponse({"results": [{"id": one.id, "label": one.label} for one in found]})
