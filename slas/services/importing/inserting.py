"""Inserting very many rows: `COPY` on PostgreSQL, one prepared statement on SQLite.

Django's `bulk_create` spends most of an import's time on building statements. This stores the same bytes (a test
compares both) for models made of the ordinary columns below. Rows are *packed* first, into the form that the database
driver wants, which needs no database and may happen in another process. They are inserted later, when the columns are
known that only the database can tell: their own id, and those of the rows that they point at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeAlias, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState

POSTGRESQL = "postgresql"

Packed: TypeAlias = Any
"""A row without its late columns: a line of `COPY`'s text on PostgreSQL, a tuple on SQLite."""
Convert = Callable[[Any], Any]
M = TypeVar("M", bound=models.Model)


def row_maker(model: type[M], *names: str) -> Callable[..., M]:
    """Makes new rows from the values of these columns, in order; the others get their defaults.

    A model's own constructor asks every field, relation and signal, which costs ten times as much.
    """
    made, fixed = _defaults(model, names)

    def make(*values: object) -> M:
        row = model.__new__(model)
        row._state = ModelState()
        columns = row.__dict__
        columns.update(fixed)
        columns.update(zip(names, values, strict=True))
        for name, default in made.items():
            columns[name] = default()
        return row

    return make


def _defaults(model: type[models.Model], given: Collection[str]) -> tuple[dict[str, Callable[[], Any]], dict[str, Any]]:
    """What the columns that are not given have in a new row: by a call for each row, or the same in all."""
    others = [field for field in model._meta.concrete_fields if field.attname not in given]
    made: dict[str, Callable[[], Any]] = {}
    fixed: dict[str, Any] = {}
    for field in others:
        if field.has_default() and callable(field.default):
            made[field.attname] = field.get_default
        else:
            fixed[field.attname] = field.get_default()
    return made, fixed


class Packing:
    """How rows of one model are packed for one kind of database, and inserted into it.

    `late` are the columns that are known only when the rows are inserted; the id is always one of them, the first.
    `given` are those that `pack` is given, in order, by default all that are not late; the others are the same in all
    rows: what `fixed` says, or else their defaults. `texts` are JSON columns that are given as their text.
    """

    def __init__(
        self,
        model: type[models.Model],
        *,
        vendor: str,
        late: Sequence[str] = (),
        given: Sequence[str] | None = None,
        fixed: Mapping[str, Any] | None = None,
        texts: Collection[str] = (),
    ) -> None:
        fields = {field.attname: field for field in model._meta.concrete_fields}
        self.model = model
        self.vendor = vendor
        self.late = ("id", *late)
        self.given = tuple(name for name in fields if name not in self.late) if given is None else given
        fixed = _defaults(model, {*self.late, *self.given})[1] | dict(fixed or {})
        self.columns = [str(fields[name].column) for name in (*self.late, *self.given, *fixed)]
        convert = _text_converter if vendor == POSTGRESQL else _value_converter
        converters = {name: convert(field, ready=name in texts) for name, field in fields.items()}
        self._take = itemgetter(*self.given)
        self._late = [converters[name] for name in self.late]
        self._given = [converters[name] for name in self.given]
        self._places = [(place, each) for place, each in enumerate(self._given) if each is not None]
        self._fixed = self._converted(tuple(fixed.values()), [converters[name] for name in fixed])
        self.pack: Callable[[Sequence[Any]], Packed] = self._line if vendor == POSTGRESQL else self._tuple
        """The values of the given columns, packed."""

    def pack_rows(self, rows: Iterable[models.Model]) -> list[Packed]:
        """Unsaved rows, packed. A row that they point at must have its id, or the column must be a late one."""
        pack, take = self.pack, self._take
        return [pack(take(row.__dict__)) for row in rows]

    def insert(self, late: Iterable[Sequence[Any]], packed: Iterable[Packed]) -> None:
        """Insert packed rows, with the values of their late columns. The caller holds a transaction."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        columns = ", ".join(map(connection.ops.quote_name, self.columns))
        if self.vendor == POSTGRESQL:
            lines = "".join(map(self._complete, late, packed))
            statement = f"COPY {table} ({columns}) FROM STDIN"
            # Django knows nothing of COPY, so its errors are told to be wrapped here.
            with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
                copy.write(lines)
            return
        marks = ", ".join(["%s"] * len(self.columns))
        statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - names of our own tables
        with connection.cursor() as cursor:
            cursor.executemany(statement, [(*first, *rest) for first, rest in zip(late, packed, strict=True)])

    def _tuple(self, values: Sequence[Any]) -> tuple[Any, ...]:
        if not self._places:
            return (*values, *self._fixed)
        converted = list(values)
        for place, convert in self._places:
            if (value := converted[place]) is not None:
                converted[place] = convert(value)
        converted += self._fixed
        return tuple(converted)

    def _line(self, values: Sequence[Any]) -> str:
        texts = self._converted(values, self._given)
        texts += self._fixed
        return "\t".join(texts)

    def _complete(self, late: Sequence[Any], packed: str) -> str:
        return "\t".join([*self._converted(late, self._late), packed]) + "\n"

    def _converted(self, values: Sequence[Any], converters: Sequence[Convert | None]) -> list[Any]:
        missing = r"\N" if self.vendor == POSTGRESQL else None
        return [
            missing if value is None else value if convert is None else convert(value)
            for value, convert in zip(values, converters, strict=True)
        ]


def rows_insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model and give them their ids. The caller holds a transaction."""
    if not rows:
        return
    packing = Packing(type(rows[0]), vendor=connection.vendor)
    packed = packing.pack_rows(rows)
    ids = ids_take(type(rows[0]), len(rows))
    packing.insert([(pk,) for pk in ids], packed)
    for row, pk in zip(rows, ids, strict=True):
        row.pk = pk
        row._state.adding, row._state.db = False, connection.alias


# Materialized, since the sequence would be looked up for every id otherwise.
_NEXT_IDS = """
    WITH own AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS sequence)
    SELECT nextval(own.sequence) FROM own, generate_series(1, %s)
"""


def ids_take(model: type[models.Model], count: int) -> Sequence[int]:
    """Free ids: from the sequence on PostgreSQL; on SQLite, whose one writer we are, what AUTOINCREMENT would give.

    The caller holds a transaction and inserts the rows in it.
    """
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == POSTGRESQL:
            cursor.execute(_NEXT_IDS, [table, column, count])
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    first = (found[0] if found else 0) + 1
    return range(first, first + count)


def json_text(document: Any) -> str:
    """As Django's JSON columns hold it."""
    return _encode(document) if document or not isinstance(document, dict) else "{}"


_encode = json.JSONEncoder().encode


def _value_converter(field: models.Field[Any, Any], *, ready: bool) -> Convert | None:
    """For SQLite: what its driver does not know itself."""
    if isinstance(field, models.JSONField):
        return None if ready else json_text
    if isinstance(field, models.DateTimeField):
        return _sqlite_time
    if isinstance(field, models.CharField | models.TextField) and field.choices:
        return str  # a member of TextChoices
    return None


@lru_cache(maxsize=65536)
def _sqlite_time(moment: datetime) -> str:
    """As Django's own adapter writes it: UTC without a zone."""
    return moment.astimezone(UTC).isoformat(" ")[:-6]


def _text_converter(field: models.Field[Any, Any], *, ready: bool) -> Convert:
    """For the text format of PostgreSQL's COPY."""
    if isinstance(field, models.JSONField):
        return _escaped_json if ready else _copied_json
    if isinstance(field, models.DateTimeField):
        return datetime.isoformat
    if isinstance(field, models.CharField | models.TextField):
        return _escaped
    return str


def _copied_json(document: Any) -> str:
    return _escaped_json(json_text(document))


def _escaped_json(text: str) -> str:
    """JSON is ASCII without control characters; only backslashes mean something to COPY."""
    return text.replace("\\", "\\\\") if "\\" in text else text


_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


def _escaped(text: str) -> str:
    if _SPECIAL.search(text) is None:
        return str(text)
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text)
