"""What pages are made of: a list, a form, a command. Views stay functions of a few lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelInvalid
from django.core.paginator import Page, Paginator
from django.db.models import ProtectedError, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_filters import FilterSet

from sla_project.operations.clock import clock_now
from sla_project.operations.csv_files import csv_response
from sla_project.operations.errors import Invalid, NotPossible, Refused, ServiceError, Stale, form_errors
from sla_project.operations.requests import user_of
from sla_project.operations.seen import SEEN, Edited

ROWS_ON_A_PAGE = 50
ROWS_READ_AT_ONCE = 1000
EMPTY_CHOICE = "-" * 9
"""What django-filter shows for “no choice” unless told otherwise."""
Cell = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a list page; `order` is the field (or fields) that a click on its head sorts by."""

    label: Any
    order: str = ""
    num: bool = False
    first: bool = False


def list_page(
    request: HttpRequest,
    *,
    title: Any,
    queryset: QuerySet[Any],
    columns: Sequence[Column],
    row: Callable[[Any], Sequence[Cell]] | None = None,
    rows: Callable[[Sequence[Any]], Iterable[Sequence[Cell]]] | None = None,
    filterset: type[FilterSet] | None = None,
    template: str = "parts/list.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A filtered, sortable, paged table; the rest of `parts/list.html` comes in `context`.

    `row` makes the cells of one object; `rows`, given instead, those of the whole page, where they share a look-up.
    """
    filters = filterset(request.GET, queryset=queryset, request=request) if filterset else None
    found = ordered(filters.qs if filters else queryset, columns, request.GET.get("sort", ""))
    page = Paginator(found, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    objects = list(page.object_list)
    cells = rows(objects) if rows else map(row, objects) if row else ()
    shown: dict[str, Any] = {
        "title": title,
        "columns": [column_head(column, request.GET) for column in columns],
        "rows": [{"cells": each, "object": obj} for each, obj in zip(cells, objects, strict=True)],
        "pagination": pagination(page, request.GET),
        "filter_form": _filter_form(filters) if filters else None,
        "filter_more": getattr(filterset, "more", ()),
        "filter_more_used": any(request.GET.get(name) for name in getattr(filterset, "more", ())),
        "clear_url": request.path,
    }
    shown |= context or {}
    if filters and not objects and any(request.GET.get(name) for name in filters.form.fields):
        shown["empty"] = _nothing_fits(request.path)
    return render(request, template, shown)


def empty_list(icon: str, heading: Any, text: Any, button: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a list says before it has any row, and the button of its page that makes the first."""
    action = {"action_url": button["url"], "action_label": button["label"]} if button else {}
    return {"icon": icon, "heading": heading, "text": text, **action}


def _nothing_fits(all_of_it: str) -> dict[str, Any]:
    button = {"url": all_of_it, "label": _("Clear the filters")}
    return empty_list("filter", _("Nothing fits"), _("There are no rows that pass all filters."), button)


def _filter_form(filters: FilterSet) -> forms.Form:
    """The form of the filters, with “Any” where Django would say “Unknown” or draw a row of dashes.

    The choices are kept as they are read here: many are questions to the database, and the template would ask again.
    """
    form: forms.Form = filters.form
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, forms.Select) and not widget.allow_multiple_selected:
            choices = list(widget.choices)
            if choices and (isinstance(widget, forms.NullBooleanSelect) or choices[0][1] == EMPTY_CHOICE):
                choices[0] = (choices[0][0], _("Any"))
            widget.choices = choices
    return form


def list_csv(
    request: HttpRequest,
    *,
    name: str,
    queryset: QuerySet[Any],
    columns: Sequence[Column],
    head: Sequence[Any],
    row: Callable[[Any], Sequence[Any]],
    filterset: type[FilterSet] | None = None,
) -> StreamingHttpResponse:
    """All rows of a list page as a CSV file, in the order that the page has."""
    filters = filterset(request.GET, queryset=queryset, request=request) if filterset else None
    found = ordered(filters.qs if filters else queryset, columns, request.GET.get("sort", ""))
    return csv_response(name, head, (row(obj) for obj in found.iterator(chunk_size=ROWS_READ_AT_ONCE)))


def csv_asked(request: HttpRequest) -> bool:
    return request.GET.get("format") == "csv"


def csv_url(request: HttpRequest) -> str:
    """The address of this list as a file, for the button that `parts/list.html` shows."""
    return query_with(request.GET, format="csv", page=None)


def form_page(
    request: HttpRequest,
    *,
    title: Any,
    form: forms.BaseForm,
    save: Callable[[Any], str],
    message: Any = "",
    template: str = "operations/form.html",
    context: Mapping[str, Any] | None = None,
    edits: Edited | None = None,
) -> HttpResponse:
    """Shows a form; on POST `save(cleaned_data)` calls the service and returns where to go next.

    `edits`: the object that is edited, so that nobody overwrites unseen.
    """
    if edits is not None:
        edits.add_to(form)
    if request.method == "POST" and form.is_valid():
        try:
            target = _saved(form, save, edits)
        except (ServiceError, ModelInvalid, ProtectedError) as error:
            _show_on_form(form, error)
        else:
            if message:
                messages.success(request, message)
            return redirect(target)
    shown = {"title": title, "form": form, "multipart": form.is_multipart(), **(context or {})}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, shown, status=status)


def _saved(form: forms.BaseForm, save: Callable[[Any], str], edits: Edited | None) -> str:
    if edits is None:
        return save(form.cleaned_data)
    form.cleaned_data.pop(SEEN, None)
    try:
        with edits.unchanged(form.data.get(SEEN, "")):
            return save(form.cleaned_data)
    except Stale:
        raise edits.tell(form) from None


def command_view(request: HttpRequest, *, act: Callable[[], Any], to: str, then: str = "") -> HttpResponse:
    """For a button: on POST runs `act`, shows the message it returns (or why not), goes to `to`.

    `then`: where to go instead when it went well, such as from what is deleted to the list.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        done = act()
    except (ServiceError, ModelInvalid, ProtectedError) as error:
        messages.error(request, error_words(error))
    else:
        if done:
            messages.success(request, str(done))
        to = then or to
    return redirect(to)


Commands = Mapping[str, tuple[Callable[..., Any], Any]]
"""By the verb in the address: the service and what to say when it is done."""


def verb_view(request: HttpRequest, commands: Commands, verb: str, *, to: str, **objects: Any) -> HttpResponse:
    """The command of this verb on `objects`, by whoever asks; 404 for a verb that is none."""
    if verb not in commands:
        raise Http404
    service, done = commands[verb]

    def act() -> Any:
        service(**objects, by=user_of(request), now=clock_now())
        return done

    return command_view(request, act=act, to=to)


def error_words(error: Exception) -> str:
    """What a person reads. Raises PermissionDenied for what this person may not do."""
    match error:
        case Refused():
            raise PermissionDenied(error.message)
        case Invalid():
            return " ".join(dict.fromkeys(problem.sentence for problem in error.problems))
        case NotPossible() | Stale():
            return error.message
        case ModelInvalid():
            return " ".join(error.messages)
        case ProtectedError():
            return _("Other objects use this one, so it stays.")
    return str(error)


def _show_on_form(form: forms.BaseForm, error: Exception) -> None:
    if isinstance(error, Invalid):
        form_errors(form, error)
    elif isinstance(error, ModelInvalid) and hasattr(error, "error_dict"):
        for name, faults in error.error_dict.items():
            form.add_error(name if name in form.fields else None, faults)
    else:
        form.add_error(None, error_words(error))


def ordered(queryset: QuerySet[Any], columns: Sequence[Column], sort: str) -> QuerySet[Any]:
    """By the column that was clicked, with the primary key so that pages do not overlap."""
    field = sort.removeprefix("-")
    if field not in {column.order for column in columns if column.order}:
        return queryset
    return queryset.order_by(sort, "-pk" if sort.startswith("-") else "pk")


def column_head(column: Column, query: QueryDict) -> dict[str, Any]:
    sort = query.get("sort", "")
    sorted_by = bool(column.order) and sort.removeprefix("-") == column.order
    descending = sorted_by and sort.startswith("-")
    other = column.order if descending or not sorted_by else f"-{column.order}"
    return {
        "label": column.label,
        "num": column.num,
        "first": column.first,
        "sorted": ("desc" if descending else "asc") if sorted_by else "",
        "sort_url": query_with(query, sort=other, page=None) if column.order else "",
    }


def pagination(page: Page[Any], query: QueryDict) -> dict[str, str]:
    values = {"first": page.start_index(), "last": page.end_index(), "all": page.paginator.count}
    label = _("%(first)d–%(last)d of %(all)d") % values if values["all"] else ""
    return {
        "previous_url": query_with(query, page=page.previous_page_number()) if page.has_previous() else "",
        "next_url": query_with(query, page=page.next_page_number()) if page.has_next() else "",
        "label": label,
    }


def query_with(query: QueryDict, **changes: Any) -> str:
    """The query string with some parameters set, or left out where None."""
    changed = query.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}"
