"""The registry of record types: what a row of an SLA-enabled model means to the engine.

`slas` never imports the apps whose records it judges; they register here from their `AppConfig.ready()`.
ContentTypes answer “which row?”, this registry answers “what does it mean?”.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

from slas.domain.fields import FieldSet, FieldType
from slas.tracking import TrackedModel


class UnknownRecordType(KeyError):
    """No record type of that name is registered."""


@dataclass(frozen=True)
class RecordType:
    """One SLA-enabled model.

    `fields` are the registered paths, many-to-one only (R3); `lifecycle` maps the codes of `lifecycle_field` to
    open, resolved or canceled (R25); `choosers` are the paths whose change re-decides the SLA (R14);
    `options(lookup)` are the active records offered as values of a lookup; `dimensions` are what reports group by,
    each with its registered path, which other record types may have under another one; `facts` are conditions that
    every record keeps, such as which status goes with which state, so that the checker leaves out what cannot be;
    `personal` are the columns and paths of its log that may say something of a person, which an erasure empties (R27).

    For lists and counts: `folded` maps every registered text to the attribute path of its stored folded column
    (`slas.domain.fields.fold`); `search(lookup, text)` are the active records that a text finds; `created_field` is
    the column by which records are recent; `list_url()` is the page that lists them.
    """

    name: str
    label: str
    one: str
    """The label with its article, as sentences need it: “an activity”."""
    plural: str
    model: type[TrackedModel]
    fields: FieldSet
    lifecycle_field: str
    lifecycle: Mapping[str, str]
    pause_field: str
    url: Callable[[int], str]
    options: Callable[[str], QuerySet[Any]]
    search: Callable[[str, str], QuerySet[Any]]
    folded: Mapping[str, str]
    list_url: Callable[[], str]
    created_field: str = "created_on"
    choosers: frozenset[str] = field(default_factory=frozenset)
    personal: frozenset[str] = frozenset()
    dimensions: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[Mapping[str, Any], ...] = ()
    entitlement_sla: str = ""
    entitlements_url: Callable[[int], str] = lambda sla: ""
    """The page that lists the entitlements that name an SLA."""
    number: Callable[[Any], str] = lambda obj: str(obj.pk)
    lookup_keys: Mapping[str, str] = field(default_factory=dict)
    """Lookup → the unique attribute by which another installation knows the same record."""

    def pause_statuses(self) -> list[tuple[str, str]]:
        """Code and label of every status that may be said to pause."""
        return [(choice.code, str(choice.label)) for choice in self.fields[self.pause_field].choices]

    def pause_status_label(self, code: object) -> str | None:
        return self.fields[self.pause_field].choice_label(code)

    def entitlements_naming(self, sla: int, *, in_force: bool = False) -> QuerySet[Any]:
        """Whatever gives its records this SLA by naming it; records without entitlements have nothing of the kind.

        `in_force`: only those that are offered to records today.
        """
        if not self.entitlement_sla:
            return self.model._default_manager.none()
        *relations, attribute = self.entitlement_sla.split(".")
        model: Any = self.model
        for relation in relations:
            model = model._meta.get_field(relation).related_model
        offered: QuerySet[Any] = self.options(".".join(relations)) if in_force else model._default_manager.all()
        return offered.filter(**{attribute: sla})

    def value_of(self, obj: Model, path: str) -> object:
        """The live value of one registered path, as the engine sees it: a lookup is the id behind it."""
        target: Any = obj
        *relations, attribute = path.split(".")
        for relation in relations:
            target = getattr(target, relation)
            if target is None:
                return None
        if self.fields[path].type is FieldType.LOOKUP:
            return getattr(target, f"{attribute}_id")
        return getattr(target, attribute)

    def values_of(self, obj: Model) -> dict[str, object]:
        """All registered values of a row, Python values."""
        return {path: self.value_of(obj, path) for path in self.fields}

    def dump(self, values: Mapping[str, object]) -> dict[str, Any]:
        """Python values → what JSON columns hold."""
        return self.fields.dump_values(values)

    def load(self, values: Mapping[str, Any]) -> dict[str, object]:
        """What JSON columns hold → Python values. Paths that are registered no longer are left out."""
        return self.fields.load_values(values)

    def dimensions_of(self, values: Mapping[str, object]) -> dict[str, str]:
        """What reports group by, as text: a choice's code, a lookup's id. What is missing is left out."""
        found = ((name, values.get(path)) for name, path in self.dimensions.items())
        return {name: str(value) for name, value in found if value not in (None, "")}

    @property
    def open_values(self) -> list[str]:
        """The codes of the lifecycle field that mean open."""
        return [code for code, meaning in self.lifecycle.items() if meaning == "open"]

    def column(self, path: str) -> str:
        """The path of a registered field as queries spell it: texts by their folded column, lookups by their id."""
        type_ = self.fields[path].type
        spelled = (self.folded[path] if type_ is FieldType.TEXT else path).replace(".", "__")
        return f"{spelled}_id" if type_ is FieldType.LOOKUP else spelled

    def paths_through(self, relation: str) -> list[str]:
        """The registered paths that cross this relation."""
        return [path for path in self.fields if path.startswith(f"{relation}.")]

    @property
    def related_paths(self) -> list[str]:
        """The registered paths that cross a relation."""
        return [path for path in self.fields if "." in path]


_types: dict[str, RecordType] = {}


def register(record_type: RecordType) -> None:
    """Add a record type. Called once per type, from `AppConfig.ready()`."""
    known = _types.get(record_type.name)
    if known is not None and known.model is not record_type.model:
        raise ValueError(f"Record type “{record_type.name}” is registered twice.")
    texts = {path for path, one in record_type.fields.items() if one.type is FieldType.TEXT}
    if texts != set(record_type.folded):
        raise ValueError(f"Record type “{record_type.name}”: each text, and only that, has a folded column.")
    _types[record_type.name] = record_type


def get(name: str) -> RecordType:
    try:
        return _types[name]
    except KeyError:
        raise UnknownRecordType(name) from None


def for_model(model: type[Model]) -> RecordType:
    for record_type in _types.values():
        if record_type.model is model:
            return record_type
    raise UnknownRecordType(model.__name__)


def all() -> Iterator[RecordType]:
    yield from _types.values()
