"""Actors in a scenario file → ActorSpec: the one module that knows simulation.actors.

Every step of `simulation.actors.script` can be written by its name in snake case, with its own
fields; where it has points of the map (`path_map`, `centre_map`) the file has places beside edges
(`path`, `centre`). New steps need nothing here.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from dataclasses import dataclass, field
from typing import Any

from patrol.map import PatrolMap
from simulation.actors import script
from simulation.actors.kinds import ActorKind
from simulation.actors.script import Step
from simulation.actors.spec import ActorSpec, Look
from simulation.scenarios.places import Place, place_map
from simulation.world import ScenarioError

PLACES = {"path_map": ("path", tuple[Place, ...]), "centre_map": ("centre", Place)}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _entry_of(step: type[Step]) -> type:
    """The step's fields as a file has them."""
    hints = typing.get_type_hints(step)
    fields: list[tuple[str, Any, Any]] = []
    for known in dataclasses.fields(step):
        name, hint = PLACES.get(known.name, (known.name, hints[known.name]))
        is_place = known.name in PLACES
        default = field() if is_place else field(default=known.default)
        fields.append((name, hint, default))
    namespace = {"KIND": _snake(step.__name__)}
    return dataclasses.make_dataclass(
        step.__name__, fields, namespace=namespace, frozen=True, kw_only=True
    )


STEPS: dict[str, type[Step]] = {
    _snake(kind.__name__): kind
    for kind in vars(script).values()
    if isinstance(kind, type) and issubclass(kind, Step) and kind is not Step
}
ENTRIES = {name: _entry_of(kind) for name, kind in STEPS.items()}
StepEntry: Any = typing.Union[tuple(ENTRIES.values())]  # noqa: UP007


@dataclass(frozen=True, slots=True)
class ActorEntry:
    """Somebody or something in the file; `heading_rad` counts from the edge's direction.

    `does` is what it does, step by step; nothing is to stand (or lie about) for ever.
    """

    name: str
    at: Place
    kind: ActorKind = ActorKind.PERSON
    heading_rad: float = 0.0
    look: Look = field(default_factory=Look)
    does: tuple[StepEntry, ...] = ()
    held_by: str = ""
    begins_m: float = 0.3


def actor_of(patrol_map: PatrolMap, entry: ActorEntry) -> ActorSpec:
    """An entry on its map; raises ScenarioError naming the actor."""
    try:
        here = place_map(patrol_map, entry.at)
        return ActorSpec(
            entry.name,
            entry.kind,
            (here.x_m, here.y_m),
            here.yaw_rad + entry.heading_rad,
            entry.look,
            tuple(_step(patrol_map, step) for step in entry.does),
            entry.held_by,
            entry.begins_m,
        )
    except (ScenarioError, ValueError) as error:
        raise ScenarioError(f"actor {entry.name!r}: {error}") from None


def _step(patrol_map: PatrolMap, entry: Any) -> Step:
    values = {known.name: getattr(entry, known.name) for known in dataclasses.fields(entry)}
    for attribute, (name, _) in PLACES.items():
        if name in values:
            values[attribute] = _points(patrol_map, values.pop(name))
    return STEPS[entry.KIND](**values)


def _points(patrol_map: PatrolMap, places: Place | tuple[Place, ...]) -> Any:
    if isinstance(places, Place):
        pose = place_map(patrol_map, places)
        return pose.x_m, pose.y_m
    return tuple(_points(patrol_map, place) for place in places)
