"""Runs that never took place: actors who are, moment by moment, as a test tells them to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from patrol.map_geojson import load_map
from simulation.actors.company import ActorNow
from simulation.actors.kinds import ActorKind, Posture
from simulation.actors.looks import outfit_of
from simulation.actors.spec import ActorSpec, Look
from simulation.actors.state import ActorState
from simulation.conditions import Conditions
from simulation.scenarios.scene import Moment, Scene
from simulation.scenarios.trace import Trace
from simulation.truth_box import TruthBox

ROOT = Path(__file__).parents[4]
GROUND = load_map(ROOT / "maps" / "proving_ground.geojson")
DAY, STREET = Conditions(12.0), (60.0, 2.0)
Play = Callable[[float], ActorState | None]


def person(name: str = "eva", kind: ActorKind = ActorKind.PERSON, **look: Any) -> ActorSpec:
    return ActorSpec(name, kind, STREET, 0.0, Look(**look))


def at(place: tuple[float, float] = STREET, **more: Any) -> ActorState:
    return ActorState(*place, 0.0, **more)


def box(distance_m: float = 8.0, **more: Any) -> TruthBox:
    shape = TruthBox(
        "eva", "person", (100.0, 100.0, 130.0, 180.0), distance_m, 0.0, 0.0, (0, 0, 0)
    )
    return replace(shape, **more)


def trace_of(
    plays: Sequence[tuple[ActorSpec, Play]],
    seconds: float = 20.0,
    conditions: Conditions = DAY,
    seen: Callable[[float], TruthBox | None] = lambda _: box(),
    dark: frozenset[str] = frozenset(),
) -> Trace:
    """A run in which actors are as they are told to be by time."""
    trace, scene = Trace(GROUND), Scene(conditions)
    for i in range(1, round(seconds / 0.2) + 1):
        t_s = round(0.2 * i, 3)
        actors, boxes = {}, {}
        for spec, play in plays:
            state = play(t_s)
            gone = state is None
            state = ActorState(0.0, 0.0, 0.0, visible=False) if state is None else state
            actors[spec.name] = ActorNow(spec, outfit_of(spec, 0), state)
            found = None if gone else seen(t_s)
            if found is not None:
                boxes[spec.name] = found
        lamps = {"lamp 1": (55.0, 3.1)}
        scene.moments.append(Moment(t_s, (50.0, 0.0), actors, boxes, dark, lamps))
    trace.scene, trace.ended_s = scene, seconds
    return trace


LYING = at(posture=Posture.LYING_SIDE)
