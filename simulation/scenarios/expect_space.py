"""Expectations about the space that the vehicle uses: speed limits, areas, distances, errors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from shapely.geometry import Point, Polygon

from patrol.map import WayClass
from patrol.signals import SignalLight
from simulation.scenarios.trace import Sample, Trace
from simulation.scenarios.verdicts import (
    STANDING_MPS,
    Expectation,
    began,
    ended_s,
    require_positive,
)

SPEED_TOLERANCE_MPS = 0.05


@dataclass(frozen=True, slots=True)
class SpeedAtMost(Expectation):
    """A speed limit holds: everywhere, in a zone, on a kind of way, after an event."""

    mps: float
    zone: str = ""
    way_class: WayClass | None = None
    after: str = ""
    settle_s: float = 0.0

    KIND: ClassVar[str] = "speed_at_most"

    def __post_init__(self) -> None:
        require_positive(mps=self.mps)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        where = f" in {self.zone}" if self.zone else ""
        where += f" on a {self.way_class}" if self.way_class else ""
        where += f" after {self.after}" if self.after else ""
        return f"drives at most {self.mps:g} m/s{where}"

    @property
    def names(self) -> tuple[str, ...]:
        """The event, if one is given."""
        return (self.after,) if self.after else ()

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the true speed; 0.05 m/s of ripple is allowed."""
        begin_s, end_s = 0.0, trace.ended_s
        if self.after:
            mark = began(trace, self.after)
            begin_s, end_s = mark.begin_s + self.settle_s, ended_s(trace, mark)
        inside = [s for s in trace.window(begin_s, end_s) if self._applies(trace, s)]
        if not inside:
            return False, "was never there"
        top = max(abs(s.speed_mps) for s in inside)
        return top <= self.mps + SPEED_TOLERANCE_MPS, f"at most {top:.2f} m/s"

    def _applies(self, trace: Trace, sample: Sample) -> bool:
        patrol_map, pose = trace.patrol_map, sample.pose
        if self.zone and self.zone not in {z.id for z in patrol_map.zones_at(pose.x_m, pose.y_m)}:
            return False
        if self.way_class is None:
            return True
        edge = trace.ways.edge_at(pose.x_m, pose.y_m)
        return edge is not None and edge.way_class is self.way_class


@dataclass(frozen=True, slots=True)
class StaysInside(Expectation):
    """The vehicle never leaves a zone, or the corridor to either side of its path."""

    zone: str = ""
    corridor_m: float | None = None

    KIND: ClassVar[str] = "stays_inside"

    def __post_init__(self) -> None:
        require_positive(corridor_m=self.corridor_m)
        if bool(self.zone) == (self.corridor_m is not None):
            raise ValueError("zone: give either zone or corridor_m")

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"stays inside {self.zone or f'{self.corridor_m:g} m beside its path'}"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the true place of base_link."""
        if self.corridor_m is not None:
            far = max((abs(s.cross_track_m or 0.0) for s in trace.samples), default=0.0)
            return far <= self.corridor_m, f"at most {far:.2f} m"
        ring = next(z.polygon_map for z in trace.patrol_map.zones if z.id == self.zone)
        shape = Polygon(ring)
        out = [s for s in trace.samples if not shape.covers(Point(s.pose.x_m, s.pose.y_m))]
        return not out, f"left it at {out[0].t_s:.1f} s" if out else "never left it"


@dataclass(frozen=True, slots=True)
class KeepsAway(Expectation):
    """base_link never comes nearer to an actor's middle than this while it drives."""

    actor: str
    at_least_m: float

    KIND: ClassVar[str] = "keeps_away"

    def __post_init__(self) -> None:
        require_positive(at_least_m=self.at_least_m)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"keeps {self.at_least_m:g} m from {self.actor}"

    @property
    def actors(self) -> tuple[str, ...]:
        """From whom."""
        return (self.actor,)

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By true places, while the vehicle moves."""
        nearest = math.inf
        for t_s, places in trace.actors:
            sample, place = trace.at(t_s), places.get(self.actor)
            if sample is None or place is None or abs(sample.speed_mps) < STANDING_MPS:
                continue
            nearest = min(nearest, math.dist(place, (sample.pose.x_m, sample.pose.y_m)))
        return nearest >= self.at_least_m, f"nearest {nearest:.2f} m"


@dataclass(frozen=True, slots=True)
class CrossTrack(Expectation):
    """The 95th percentile of the true cross-track error while moving."""

    p95_m: float

    KIND: ClassVar[str] = "cross_track"

    def __post_init__(self) -> None:
        require_positive(p95_m=self.p95_m)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"stays within {self.p95_m:g} m of its path (95 %)"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """Over all moving samples."""
        errors = cross_track_errors(trace)
        p95 = float(np.percentile(errors, 95)) if len(errors) else math.inf
        return p95 <= self.p95_m, f"p95 {p95:.3f} m"


@dataclass(frozen=True, slots=True)
class Localized(Expectation):
    """The 95th percentile of the estimate's distance from the truth while moving."""

    p95_m: float

    KIND: ClassVar[str] = "localized"

    def __post_init__(self) -> None:
        require_positive(p95_m=self.p95_m)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"knows its place to {self.p95_m:g} m (95 %)"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """Over all moving samples that have an estimate."""
        errors = localization_errors(trace)
        p95 = float(np.percentile(errors, 95)) if len(errors) else math.inf
        return p95 <= self.p95_m, f"p95 {p95:.3f} m"


@dataclass(frozen=True, slots=True)
class CrossesOnWalk(Expectation):
    """A signalled crosswalk is entered only while its light says walk."""

    crosswalk: str

    KIND: ClassVar[str] = "crosses_on_walk"

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"enters {self.crosswalk} on green only"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the true place and the light at that moment."""
        before = False
        for sample in trace.samples:
            pose = sample.pose
            on = trace.ways.crosswalk_at(pose.x_m, pose.y_m) == self.crosswalk
            if on and not before:
                light = trace.light_at(self.crosswalk, sample.t_s)
                return light is SignalLight.WALK, f"entered at {sample.t_s:.1f} s on {light}"
            before = on
        return False, "never came to it"


def cross_track_errors(trace: Trace) -> list[float]:
    """Absolute true errors while moving, m."""
    return [
        abs(s.cross_track_m)
        for s in trace.samples
        if s.cross_track_m is not None and abs(s.speed_mps) >= STANDING_MPS
    ]


def localization_errors(trace: Trace) -> list[float]:
    """Distances between estimate and truth while moving, m."""
    return [
        math.hypot(s.estimate.x_m - s.pose.x_m, s.estimate.y_m - s.pose.y_m)
        for s in trace.samples
        if s.estimate is not None and abs(s.speed_mps) >= STANDING_MPS
    ]
