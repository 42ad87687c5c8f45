"""What `<lookup-box>` asks while somebody types."""

from __future__ import annotations

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from cases.lookups import LOOKUPS, lookup_find, lookup_rows
from sla_project.accounts.policy import signed_in
from sla_project.operations.numbers import whole_number

LONGEST_TEXT = 200


@signed_in
@require_GET
def lookup(request: HttpRequest, lookup: str) -> JsonResponse:
    """The first records that a text (`q`) finds: the active, with `inactive` all; of one `customer` if named."""
    if lookup not in LOOKUPS:
        raise Http404
    customer = whole_number(request.GET.get("customer", ""))
    rows = lookup_rows(lookup, customer=customer, inactive="inactive" in request.GET)
    found = lookup_find(rows, lookup, request.GET.get("q", "")[:LONGEST_TEXT])
    return JsonResponse({"results": [{"id": one.id, "label": one.label} for one in found]})
