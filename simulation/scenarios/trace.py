"""Trace: what happened in a run, as expectations, pages and recordings read it."""

from __future__ import annotations

import bisect
import hashlib
import itertools
import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from navigation.types import Mode
from patrol.faults import FaultKind, Response
from patrol.geometry import Pose2
from patrol.incident import AnomalyKind, Incident
from patrol.map import PatrolMap
from patrol.signals import SignalLight
from simulation.scenarios.scene import Scene
from simulation.scenarios.whereabouts import Ways

SAMPLE_S = 0.05
START = "start"  # the begin of the scenario, where an event's name is asked for


@dataclass(frozen=True, slots=True)
class Sample:
    """The vehicle at one moment (20 Hz); `t_s` counts from the start of the scenario."""

    t_s: float
    pose: Pose2  # truth
    speed_mps: float  # truth
    estimate: Pose2 | None
    mode: Mode
    faults: frozenset[FaultKind]
    response: Response
    latched: bool
    cross_track_m: float | None
    battery_pct: float
    order_id: str
    waiting_for: str


@dataclass(frozen=True, slots=True)
class Mark:
    """When an event or injected fault began and ended (None: not yet, or a moment only)."""

    name: str
    begin_s: float
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A node of the order that was reached."""

    t_s: float
    node_id: int


@dataclass
class RoomFigures:
    """What the control room counted."""

    states: int = 0
    duplicates: int = 0
    missing: int = 0
    largest_gap_s: float = 0.0
    reported: set[str] = field(default_factory=set)  # error types seen in states


@dataclass
class Trace:
    """Everything that a run leaves behind, in order of time."""

    patrol_map: PatrolMap
    samples: list[Sample] = field(default_factory=list)
    marks: dict[str, Mark] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    contacts: list[tuple[float, str]] = field(default_factory=list)
    incidents: list[tuple[float, Incident]] = field(default_factory=list)
    actors: list[tuple[float, dict[str, tuple[float, float]]]] = field(default_factory=list)
    scene: Scene = field(default_factory=Scene)  # filled where an expectation reads it
    watched: frozenset[AnomalyKind] = frozenset()  # kinds that a rule ran for
    lights: list[tuple[float, dict[str, SignalLight]]] = field(default_factory=list)  # changes
    done_actions: dict[str, float] = field(default_factory=dict)  # action id → when finished
    checkpoint_visits: dict[str, float] = field(default_factory=dict)
    room: RoomFigures = field(default_factory=RoomFigures)
    notes: list[tuple[float, str]] = field(default_factory=list)
    ended_s: float = 0.0
    ended_because: str = ""
    others: dict[str, Trace] = field(default_factory=dict)  # of the other vehicles, by name

    @cached_property
    def ways(self) -> Ways:
        """The map's ways, by place."""
        return Ways(self.patrol_map)

    def light_at(self, crosswalk: str, t_s: float) -> SignalLight | None:
        """What a crosswalk's light showed; None where it has none."""
        index = bisect.bisect_right(self.lights, t_s + 1e-9, key=lambda change: change[0])
        return self.lights[index - 1][1].get(crosswalk) if index else None

    def window(self, begin_s: float, end_s: float) -> list[Sample]:
        """Samples from one time to another, both included."""
        first = bisect.bisect_left(self.samples, begin_s - 1e-9, key=lambda s: s.t_s)
        last = bisect.bisect_right(self.samples, end_s + 1e-9, key=lambda s: s.t_s)
        return self.samples[first:last]

    def at(self, t_s: float) -> Sample | None:
        """The last sample not after a time."""
        index = bisect.bisect_right(self.samples, t_s + 1e-9, key=lambda s: s.t_s)
        return self.samples[index - 1] if index else None

    def mark(self, name: str) -> Mark | None:
        """An event or fault that took place, or the start; None where it never came to it."""
        return Mark(START, 0.0) if name == START else self.marks.get(name)

    def distance_m(self, begin_s: float, end_s: float) -> float:
        """How far the vehicle really moved between two times."""
        points = [(s.pose.x_m, s.pose.y_m) for s in self.window(begin_s, end_s)]
        return sum(math.dist(a, b) for a, b in itertools.pairwise(points))

    def fault_spans(self, fault: FaultKind) -> list[tuple[float, float | None]]:
        """When a fault was open: (from, to); to None where it was open at the end."""
        spans: list[tuple[float, float | None]] = []
        begin_s: float | None = None
        for sample in self.samples:
            if fault in sample.faults and begin_s is None:
                begin_s = sample.t_s
            elif fault not in sample.faults and begin_s is not None:
                spans.append((begin_s, sample.t_s))
                begin_s = None
        return spans if begin_s is None else [*spans, (begin_s, None)]

    def all_faults(self) -> list[FaultKind]:
        """Every fault that was open at some time, by name."""
        return sorted({fault for sample in self.samples for fault in sample.faults})


class RunHash:
    """SHA-256 over truth, commands and events: equal hashes, equal runs."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def numbers(self, values: Iterable[float]) -> None:
        """Add figures, bit for bit."""
        packed = list(values)
        self._hash.update(struct.pack(f"<{len(packed)}d", *packed))

    def words(self, *values: str) -> None:
        """Add texts."""
        self._hash.update("\x1f".join(values).encode() + b"\x1e")

    def digest(self) -> str:
        """The first 16 hexadecimal digits: enough to compare two runs by eye."""
        return self._hash.hexdigest()[:16]
