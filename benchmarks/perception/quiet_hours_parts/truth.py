"""Truth: whether an incident is about something that really was an event, by the simulator.

Asked are the definitions that the seeing suite is scored with (`simulation.scenarios.definitions`,
as `config/scenarios/seeing/events.yaml` sets them), the true states of actors and the zones of the
map; never the rule that spoke. An incident is right from 2 s before an event until 10 s after its
end, within 3 m of it or of who it is about: the suite's window, and everybody near is asked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from benchmarks.perception.quiet_hours_parts.zones import Armed
from patrol.incident import AnomalyKind
from simulation.actors.kinds import THINGS, ActorKind
from simulation.scenarios.define_people import (
    NIGHT_H,
    AloneAtNight,
    Crowds,
    Fights,
    Lies,
    Runs,
    SitsOnRoad,
    Tampers,
)
from simulation.scenarios.define_places import OnCarriageway
from simulation.scenarios.define_things import (
    Blocks,
    Changed,
    Grown,
    LampDark,
    LeftAlone,
    ParksBadly,
)
from simulation.scenarios.definition import Definition
from simulation.scenarios.grounds import Ground
from simulation.scenarios.occurrences import EARLY_S, LATE_S, Occurrence, occurrences
from simulation.scenarios.scene import Moment, Scene

EVERYWHERE: Mapping[AnomalyKind, Definition] = {
    AnomalyKind.COLLAPSED_PERSON: Lies(),
    AnomalyKind.PERSON_IN_NEED: SitsOnRoad(),
    AnomalyKind.VULNERABLE_ALONE: AloneAtNight(),
    AnomalyKind.PERSON_ON_ROAD: OnCarriageway(),
    AnomalyKind.FIGHT: Fights(),
    AnomalyKind.CROWD: Crowds(),
    AnomalyKind.RUNNING: Runs(),
    AnomalyKind.ABANDONED_OBJECT: LeftAlone(),
    AnomalyKind.BLOCKED_PATH: Blocks(),
    AnomalyKind.FORBIDDEN_PARKING: ParksBadly(),
    AnomalyKind.DARK_LAMP: LampDark(),
    AnomalyKind.FIRE: Grown(what=ActorKind.FIRE),
    AnomalyKind.SMOKE: Grown(what=ActorKind.SMOKE, to_m=0.6),
    AnomalyKind.CAMERA_TAMPERING: Tampers(),
}
OF_THE_DARK = frozenset({AnomalyKind.DARK_LAMP, AnomalyKind.PERSON_IN_NEED})
OF_THE_NIGHT = frozenset({AnomalyKind.VULNERABLE_ALONE})
WITHIN_M = 3.0
NEAR_M = 8.0  # who may have a part in what is reported
OF_THINGS = (LeftAlone, Changed)
ON_GROUND = THINGS | {ActorKind.DOOR}


class Truth:
    """What happened in a finished stretch."""

    def __init__(self, scene: Scene, ground: Ground, armed: Sequence[Armed]) -> None:
        self._scene, self._ground = scene, ground
        self._definitions = {**EVERYWHERE, **{one.incident: one.definition for one in armed}}

    @property
    def kinds(self) -> frozenset[AnomalyKind]:
        """Kinds that can be judged here: the others have no zone, or not their hour."""
        ground = self._ground
        asleep = frozenset() if ground.conditions.is_dark else OF_THE_DARK
        asleep |= frozenset() if ground.is_between(*NIGHT_H) else OF_THE_NIGHT
        return frozenset(self._definitions) - asleep

    def event(
        self, kind: AnomalyKind, at_s: float, place_map: tuple[float, float]
    ) -> Occurrence | None:
        """The event that an incident is about; None where there was none: a false incident."""
        definition = self._definitions.get(kind)
        if definition is None or not self._scene.moments:
            return None
        then = min(self._scene.moments, key=lambda m: abs(m.t_s - at_s))
        near = self._near(then, place_map, definition)
        if not near:
            return None
        found = occurrences(definition, self._scene, self._ground, near)
        return next((o for o in found if _is_about(o, at_s, place_map, then)), None)

    def _near(
        self, then: Moment, place_map: tuple[float, float], definition: Definition
    ) -> tuple[str, ...]:
        names = near_names(then, place_map, NEAR_M)
        if isinstance(definition, OF_THINGS):
            return tuple(n for n in names if then.actors[n].spec.kind in ON_GROUND)
        return names

    def events(self, within_m: float) -> dict[str, int]:
        """Events of single bodies that came true so near the vehicle, by kind, reported or not."""
        counts: dict[str, int] = {}
        for kind, definition in self._definitions.items():
            if definition.JOINT or definition.OF_LAMPS:
                continue
            names = self._of(definition)
            found = occurrences(definition, self._scene, self._ground, names) if names else []
            near = sum(self._robot_m(o) <= within_m for o in found)
            if near:
                counts[kind.value] = near
        return counts

    def _of(self, definition: Definition) -> tuple[str, ...]:
        if not self._scene.moments:
            return ()
        actors = self._scene.moments[0].actors
        if not isinstance(definition, OF_THINGS):
            return tuple(actors)
        return tuple(name for name, a in actors.items() if a.spec.kind in ON_GROUND)

    def _robot_m(self, event: Occurrence) -> float:
        then = min(self._scene.moments, key=lambda m: abs(m.t_s - event.met_s))
        return math.dist(then.robot_map, event.place_map)


def near_names(moment: Moment, place_map: tuple[float, float], within_m: float) -> tuple[str, ...]:
    """Who and what was so near a place, nearest first."""
    apart = {
        name: math.dist(here, place_map)
        for name in moment.actors
        if (here := moment.place_of(name)) is not None
    }
    return tuple(sorted((n for n, m in apart.items() if m <= within_m), key=lambda n: apart[n]))


def _is_about(
    event: Occurrence, at_s: float, place_map: tuple[float, float], then: Moment
) -> bool:
    begin_s = 0.0 if event.from_start else event.met_s - EARLY_S
    if not begin_s <= at_s <= event.end_s + LATE_S:
        return False
    places = [event.place_map, *(p for n in event.who if (p := then.place_of(n)) is not None)]
    return min(math.dist(p, place_map) for p in places) <= WITHIN_M
