"""SceneTruth: the label of a seeing scenario, what follows from it, and the row it leaves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from patrol.incident import AnomalyKind
from simulation.scenarios.definitions import AnyDefinition
from simulation.scenarios.expect_room import NoIncident
from simulation.scenarios.expect_seeing import (
    Alerts,
    DoesNotShow,
    Shows,
    Visible,
    Watched,
    first_reports,
    found_in,
    off_m,
)
from simulation.scenarios.grounds import Ground
from simulation.scenarios.occurrences import Sight, window_s
from simulation.scenarios.scene import Scene
from simulation.scenarios.trace import Trace
from simulation.scenarios.verdicts import Expectation


@dataclass(frozen=True)
class SceneTruth:
    """What a scene shows: an event of a kind by a definition, or what only looks like one.

    `who` are the actors of the event, or those that a wrong alarm would be about.
    """

    incident: AnomalyKind
    is_event: bool
    definition: AnyDefinition
    who: tuple[str, ...]
    sight: Sight = field(default_factory=Sight)
    within_m: float = 3.0  # of an alarm from the true place
    seed: int = 0
    asked_of_all: bool = True  # of a look-alike: nobody at all may meet the definition

    @property
    def gates(self) -> tuple[Expectation, ...]:
        """What must hold of the scene itself, whatever perception can do yet."""
        if not self.is_event:
            asked = () if self.asked_of_all else self.who
            return DoesNotShow(self.definition, asked), Visible(self.who, self.sight)
        return Shows(self.definition, self.who), Visible(self.who, self.sight, self.definition)

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        """What perception must make of it."""
        watched = Watched(self.incident)
        if not self.is_event:
            return watched, NoIncident(self.incident)
        alerts = Alerts(self.incident, self.definition, self.who, self.sight, self.within_m)
        return watched, alerts

    def row(self, scenario_id: str, trace: Trace) -> TruthRow:
        """The label of a finished run, with what perception raised of the kind."""
        found = found_in(trace, self.definition, self.who) if self.is_event else []
        event = found[0] if found else None
        window = window_s(trace.scene, event, self.sight) if event else None
        if window is not None and math.isinf(window[1]):
            window = None
        ground = Ground(trace.patrol_map, trace.ways, trace.scene.conditions)
        raised = first_reports(trace, self.incident)
        return TruthRow(
            scenario_id,
            self.incident.value,
            self.is_event,
            self.seed,
            trace.ended_s,
            _plain(self.definition),
            self.who,
            event.begin_s if event else None,
            event.met_s if event else None,
            event.end_s if event else None,
            window,
            event.place_map if event else None,
            self.within_m,
            ground.ring(self.definition.places),
            trace.scene.conditions.hour_h,
            trace.scene.conditions.weather.value,
            trace.scene.conditions.is_dark,
            _nearest_m(trace.scene, self.who),
            tuple((t_s, i.x_m, i.y_m, i.confidence) for t_s, i in raised),
            tuple(off_m(trace, t_s, i, event) for t_s, i in raised) if event else (),
        )


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One scenario's label as the event scorer reads it.

    Times count from its start, places are metres in the map; both are None for a look-alike.
    `alarm_s` is from when to when an alarm is right (None: nobody could see the event), `raised`
    are the incidents of the kind that perception raised: (time, x, y, confidence), and
    `raised_off_m` how far each was from the event (empty for a look-alike).
    """

    scenario: str
    incident: str
    is_event: bool
    seed: int
    duration_s: float
    definition: dict[str, Any]
    who: tuple[str, ...]
    begin_s: float | None
    met_s: float | None
    end_s: float | None
    alarm_s: tuple[float, float] | None
    place_map: tuple[float, float] | None
    within_m: float
    zone_map: tuple[tuple[float, float], ...]
    hour_h: float
    weather: str
    is_dark: bool
    nearest_m: float
    raised: tuple[tuple[float, float, float, float], ...]
    raised_off_m: tuple[float, ...] = ()


def _plain(definition: AnyDefinition) -> dict[str, Any]:
    """A definition as a file has it, the zone apart."""
    values = {k: v for k, v in asdict(definition).items() if k != "zone"}
    return {"kind": definition.KIND, **values}


def _nearest_m(scene: Scene, who: Sequence[str]) -> float:
    """The least distance from base_link to any of these, 1,000 where they never were there."""
    places = [
        math.dist(place, moment.robot_map)
        for moment in scene.moments
        for name in who
        if (place := moment.place_of(name)) is not None
    ]
    return min(places, default=1000.0)
