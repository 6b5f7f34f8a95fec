"""Expectations about events that a vehicle should see: that they are there, in view, reported."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

from patrol.incident import AnomalyKind, Incident
from simulation.scenarios.definitions import AnyDefinition
from simulation.scenarios.grounds import Ground
from simulation.scenarios.occurrences import (
    LATE_S,
    Occurrence,
    Sight,
    occurrences,
    seen_s,
    window_s,
)
from simulation.scenarios.places import Place
from simulation.scenarios.scene import LAMP, SCENE_S
from simulation.scenarios.trace import Trace
from simulation.scenarios.verdicts import Expectation, require_positive


class _OfActors(Expectation):
    definition: AnyDefinition | None
    who: tuple[str, ...]

    READS_SCENE: ClassVar[bool] = True

    @property
    def actors(self) -> tuple[str, ...]:
        """Whom it speaks of."""
        return self.who

    @property
    def places(self) -> tuple[Place, ...]:
        """Where its definition looks."""
        return self.definition.places if self.definition else ()


def _check_who(who: tuple[str, ...], definition: AnyDefinition | None, least: int = 1) -> None:
    """Raises ValueError where nobody is named, or somebody who can never meet the definition."""
    if len(who) < least:
        raise ValueError("who: nobody is named")
    for name in who:
        if definition is not None and name.startswith(LAMP) is not definition.OF_LAMPS:
            raise ValueError(f"who: {name!r} can never be {definition.KIND}")


@dataclass(frozen=True, slots=True)
class Shows(_OfActors):
    """An event really takes place, by its definition and the true states of actors."""

    definition: AnyDefinition
    who: tuple[str, ...]

    KIND: ClassVar[str] = "shows"

    def __post_init__(self) -> None:
        _check_who(self.who, self.definition)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"{', '.join(self.who)}: {self.definition.KIND}"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the first occurrence."""
        found = found_in(trace, self.definition, self.who)
        if not found:
            return False, "never"
        return True, f"from {found[0].begin_s:.1f} s, there at {found[0].met_s:.1f} s"


@dataclass(frozen=True, slots=True)
class DoesNotShow(_OfActors):
    """A look-alike stays one: the definition never comes true (for nobody, if none is named)."""

    definition: AnyDefinition
    who: tuple[str, ...] = ()

    KIND: ClassVar[str] = "does_not_show"

    def __post_init__(self) -> None:
        _check_who(self.who, self.definition, least=0)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"{', '.join(self.who) or 'nobody'}: not {self.definition.KIND}"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By every occurrence."""
        found = found_in(trace, self.definition, self.who)
        if found:
            return False, f"{', '.join(found[0].who)} did at {found[0].met_s:.1f} s"
        return bool(trace.scene.moments), "never"


@dataclass(frozen=True, slots=True)
class Visible(_OfActors):
    """A camera sees actors, by true boxes: large, near, free and long enough.

    With a `definition` only while it holds for them.
    """

    who: tuple[str, ...]
    sight: Sight = field(default_factory=Sight)
    definition: AnyDefinition | None = None

    KIND: ClassVar[str] = "visible"

    def __post_init__(self) -> None:
        _check_who(self.who, self.definition)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"{', '.join(self.who)} in view for {self.sight.for_s:g} s"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """Over the run, or the first occurrence."""
        begin_s, end_s = 0.0, math.inf
        if self.definition is not None:
            found = found_in(trace, self.definition, self.who)
            if not found:
                return False, "there is no such event"
            begin_s, end_s = found[0].begin_s, found[0].end_s
        seconds = len(seen_s(trace.scene, self.who, self.sight, begin_s, end_s)) * SCENE_S
        return seconds >= self.sight.for_s - 1e-6, f"for {seconds:.1f} s"


@dataclass(frozen=True, slots=True)
class Alerts(_OfActors):
    """One incident for one event: in time, near its true place.

    In time is as `simulation.scenarios.occurrences.window_s` has it; more than one is wrong, and
    so is one in another place (`off_m`).
    """

    incident: AnomalyKind
    definition: AnyDefinition
    who: tuple[str, ...]
    sight: Sight = field(default_factory=Sight)
    within_m: float = 3.0

    KIND: ClassVar[str] = "alerts"

    def __post_init__(self) -> None:
        _check_who(self.who, self.definition)
        require_positive(within_m=self.within_m)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"raises one {self.incident} within {LATE_S:g} s"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """Against the first occurrence."""
        found = found_in(trace, self.definition, self.who)
        if not found:
            return False, "there is no such event"
        event = found[0]
        raised = first_reports(trace, self.incident)
        if not raised:
            return False, "not raised"
        t_s, incident = raised[0]
        late_s, away_m = t_s - event.met_s, off_m(trace, t_s, incident, event)
        told = f"at {t_s:.1f} s, {late_s:+.1f} s, {away_m:.1f} m off"
        if len(raised) > 1:
            return False, f"{told}; {len(raised)} of them"
        begin_s, end_s = window_s(trace.scene, event, self.sight)
        return begin_s <= t_s <= end_s and away_m <= self.within_m, told


@dataclass(frozen=True, slots=True)
class Watched(Expectation):
    """The vehicle has a rule for a kind of incident at all; without one, silence says nothing."""

    incident: AnomalyKind

    KIND: ClassVar[str] = "watched"

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"watches for {self.incident}"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the rules that ran."""
        known = ", ".join(sorted(trace.watched)) or "nothing"
        return self.incident in trace.watched, f"watches for {known}"


def found_in(trace: Trace, definition: AnyDefinition, who: tuple[str, ...]) -> list[Occurrence]:
    """Occurrences in a run."""
    ground = Ground(trace.patrol_map, trace.ways, trace.scene.conditions)
    return occurrences(definition, trace.scene, ground, who)


def first_reports(trace: Trace, kind: AnomalyKind) -> list[tuple[float, Incident]]:
    """The first report of every incident of a kind."""
    first: dict[str, tuple[float, Incident]] = {}
    for t_s, incident in trace.incidents:
        if incident.kind is kind:
            first.setdefault(incident.incident_id, (t_s, incident))
    return list(first.values())


def off_m(trace: Trace, t_s: float, incident: Incident, event: Occurrence) -> float:
    """How far a report at `t_s` is from where the event was met, or from who it is about.

    Somebody who runs is told about where they are by then, not where they began.
    """
    places = [event.place_map]
    if len(event.who) == 1:
        moment = min(trace.scene.moments, key=lambda m: abs(m.t_s - t_s))
        here = moment.place_of(event.who[0])
        places += [here] if here is not None else []
    return min(math.dist((incident.x_m, incident.y_m), place) for place in places)
