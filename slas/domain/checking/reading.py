"""From a document, complete as for publishing, to what is checked: items with their places, moments and actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slas.domain.checking.subject import Act, CheckedItem, CheckedMoment, CheckedSLA, Effect, RecordKind
from slas.domain.durations import Duration
from slas.domain.policy import ItemPolicy, compile_sla
from slas.domain.worktime import WorkingTime

EffectsOf = Callable[[Mapping[str, Any]], tuple[Effect, ...]]


def checked_sla(
    document: Mapping[str, Any],
    kind: RecordKind,
    *,
    effects_of: EffectsOf,
    hours: Mapping[int, WorkingTime] | None = None,
    often: frozenset[str] = frozenset(),
    neighbours: Mapping[str, CheckedSLA] | None = None,
) -> CheckedSLA:
    """`effects_of` says what one action of the document writes or creates."""
    policy = compile_sla(document, kind.fields, sla=0, version=1)
    items = tuple(
        _item(item, compiled, f"/items/{index}", effects_of)
        for index, (item, compiled) in enumerate(zip(document["items"], policy.items, strict=True))
    )
    return CheckedSLA(kind, policy, items, hours or {}, often, neighbours or {})


def _item(item: Mapping[str, Any], policy: ItemPolicy, pointer: str, effects_of: EffectsOf) -> CheckedItem:
    own_rule = (item.get("pause") or {}).get("when") is not None
    return CheckedItem(
        policy=policy,
        pointer=pointer,
        pause_pointer=f"{pointer}/pause/when" if own_rule else f"{pointer}/pause",
        moments=tuple(
            CheckedMoment(
                moment["key"],
                moment["kind"],
                Duration.parse_document(moment["after"]),
                f"{pointer}/moments/{index}",
            )
            for index, moment in enumerate(item["moments"])
            if moment["kind"] != "success"
        ),
        acts=tuple(_acts(item, pointer, effects_of)),
    )


def _acts(item: Mapping[str, Any], pointer: str, effects_of: EffectsOf) -> Iterator[Act]:
    for index, moment in enumerate(item["moments"]):
        for position, action in enumerate(moment.get("actions", ())):
            place = f"{pointer}/moments/{index}/actions/{position}"
            effects = effects_of(action)
            if effects:
                yield Act(item["key"], moment["key"], place, effects)
