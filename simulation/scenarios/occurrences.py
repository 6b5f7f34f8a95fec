"""Occurrences: when and where a definition came true in a run, and from when it was in view."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from simulation.scenarios.definition import Definition
from simulation.scenarios.grounds import Ground
from simulation.scenarios.scene import SCENE_S, Moment, Scene

EARLY_S, LATE_S = 2.0, 10.0  # of an alarm about an event (KISA's test)


@dataclass(frozen=True, slots=True)
class Sight:
    """What it takes to say that a camera sees somebody, by the true boxes."""

    at_least_px: float = 24.0  # the box's larger side
    within_m: float = 20.0
    most_occlusion: float = 0.5
    most_truncation: float = 0.6
    for_s: float = 2.0  # altogether
    share: float = 1.0  # of a group that must be seen at once

    def __post_init__(self) -> None:
        for name in ("at_least_px", "within_m", "for_s"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name):g} must be above 0")
        for name in ("most_occlusion", "most_truncation"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name):g} is outside [0, 1)")
        if not 0 < self.share <= 1:
            raise ValueError(f"share: {self.share:g} is outside (0, 1]")

    def sees(self, moment: Moment, name: str) -> bool:
        """Whether somebody is seen at a moment."""
        box = moment.boxes.get(name)
        if box is None:
            return False
        x1, y1, x2, y2 = box.box_xyxy_px
        return (
            max(x2 - x1, y2 - y1) >= self.at_least_px
            and box.distance_m <= self.within_m
            and box.occlusion <= self.most_occlusion
            and box.truncation <= self.most_truncation
        )

    def sees_all(self, moment: Moment, who: Sequence[str]) -> bool:
        """Whether the share of a group that it takes is seen at a moment."""
        return sum(self.sees(moment, name) for name in who) >= self.share * len(who) - 1e-9


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One event: it held from `begin_s` to `end_s`, and was there from `met_s` on."""

    who: tuple[str, ...]
    begin_s: float
    met_s: float
    end_s: float
    place_map: tuple[float, float]  # when it was met
    from_start: bool = False  # it held when the run began: nobody knows since when


def occurrences(
    definition: Definition, scene: Scene, ground: Ground, who: Sequence[str]
) -> list[Occurrence]:
    """Every event of these actors (none named: of everybody), in order of time."""
    if not scene.moments:
        return []
    first = scene.moments[0]
    names = tuple(who) or tuple(first.lamps_map if definition.OF_LAMPS else first.actors)
    groups = [names] if definition.JOINT else [(name,) for name in names]
    found = [o for group in groups for o in _of_group(definition, scene, ground, group)]
    return sorted(found, key=lambda o: (o.met_s, o.who))


def _of_group(
    definition: Definition, scene: Scene, ground: Ground, group: tuple[str, ...]
) -> list[Occurrence]:
    found: list[Occurrence] = []
    run: list[Moment] = []
    for moment in scene.moments[definition.first(scene.moments, group) :]:
        if definition.holds(moment, group, ground):
            run.append(moment)
            continue
        found += _occurrence(definition, scene, run, group)
        run = []
    return found + _occurrence(definition, scene, run, group)


def _occurrence(
    definition: Definition, scene: Scene, run: Sequence[Moment], group: tuple[str, ...]
) -> list[Occurrence]:
    """The event that moments in a row make, if they last."""
    if not run or run[-1].t_s - run[0].t_s < definition.for_s - 1e-6:
        return []
    met = next(m for m in run if m.t_s - run[0].t_s >= definition.for_s - 1e-6)
    places = [place for name in group if (place := definition.place_of(met, name)) is not None]
    if not places:  # what is gone was where it stood
        places = [met.actors[name].spec.place_map for name in group]
    x_m = sum(x for x, _ in places) / len(places)
    y_m = sum(y for _, y in places) / len(places)
    from_start = run[0] is scene.moments[0]
    return [Occurrence(group, run[0].t_s, met.t_s, run[-1].t_s, (x_m, y_m), from_start)]


def seen_s(
    scene: Scene, who: Sequence[str], sight: Sight, begin_s: float, end_s: float
) -> list[float]:
    """The moments between two times at which these are seen; each stands for SCENE_S."""
    return [
        m.t_s
        for m in scene.moments
        if begin_s - 1e-6 <= m.t_s <= end_s + 1e-6 and sight.sees_all(m, who)
    ]


def window_s(scene: Scene, occurrence: Occurrence, sight: Sight) -> tuple[float, float]:
    """From when to when an alarm is right; nobody could raise one where the second is infinite.

    Not earlier than EARLY_S before the event is there (any time, where it held when the run
    began), not later than LATE_S after it is there and has been in view as long as `sight` asks.
    """
    seen = seen_s(scene, occurrence.who, sight, occurrence.begin_s, occurrence.end_s)
    needed = math.ceil(sight.for_s / SCENE_S - 1e-6)
    due = math.inf if len(seen) < needed else max(occurrence.met_s, seen[needed - 1])
    early = 0.0 if occurrence.from_start else max(0.0, occurrence.met_s - EARLY_S)
    return early, due + LATE_S
