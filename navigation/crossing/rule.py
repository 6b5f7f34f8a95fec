"""CrossingRule: whether the vehicle may go on to the carriageway now.

A robot obeys pedestrian signals like a pedestrian (Korean Road Traffic Act, article 5): it begins
on `walk` only, and only with time enough to be over. Whoever comes is let pass. Once on the
carriageway it goes on to the other side: nobody but a fault that stops makes it stand there.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from navigation.crossing.places import Crossing, CrossingFinder
from navigation.crossing.traffic import MARGIN_S, TrafficWatch
from navigation.following.path import RoutePath
from patrol.errors import OrderError
from patrol.geometry import Scan, StampedPose
from patrol.map import Edge, PatrolMap
from patrol.signals import SignalLight, SignalState
from patrol.topics import TOPICS
from patrol.vehicle import VehicleSpec

log = logging.getLogger(__name__)

SIGNAL_MAX_AGE_S = TOPICS["/signals/state"].max_age_s or 0.0
LOOKS_WITHIN_M = 8.0  # of the place to wait at
CLEAR_FOR_S = 1.0  # nobody came for so long
FRESH_WALK_S = 3.0  # after its beginning was seen: a light whose end nobody tells is long enough
SIGNAL_MARGIN_S = 1.0
SAME_PLACE_M = 0.5
CONFIRMED_FOR_S = 10.0  # an operator's word, until the vehicle goes
SIGNAL_MISSED_AFTER_S = 5.0  # of waiting


@dataclass(frozen=True, slots=True)
class Passage:
    """What the next crosswalk asks of the vehicle; travels along the path, m."""

    crossing: Crossing | None = None
    may_go: bool = True
    on_road: bool = False  # the body is over the carriageway
    waiting_for: str = ""
    signal_missing: bool = False

    def stop_at_m(self, wished_m: float) -> float:
        """Where to stop, of a vehicle that would stop at `wished_m` by itself."""
        if self.crossing is None or self.may_go or wished_m <= self.crossing.safe_m:
            return wished_m
        return self.crossing.hold_m


NO_CROSSWALK = Passage()


@dataclass(frozen=True, slots=True)
class CrossingInputs:
    """What the rule looks at each cycle."""

    travel_m: float
    speed_mps: float
    braking_m: float  # what comfortable braking takes now
    cap_mps: float  # of the response to faults
    last_released: int  # node of the route
    signals: Mapping[str, SignalState]
    scan: Scan | None
    pose: StampedPose | None


class CrossingRule:
    """Gives leave for one crossing after the other; `step` every cycle."""

    def __init__(self, spec: VehicleSpec, patrol_map: PatrolMap) -> None:
        self._spec = spec
        self._finder = CrossingFinder(patrol_map, spec)
        self._watch = TrafficWatch(spec.lidar)
        self._crossings: tuple[Crossing, ...] = ()
        self._leave: Crossing | None = None
        self._threat_s = -math.inf
        self._walk_since_s: dict[str, float] = {}
        self._lights: dict[str, SignalState] = {}
        self._confirmed: tuple[str, float] | None = None
        self._missing_since_s: float | None = None
        self._passage = Passage()
        self._signals: Mapping[str, SignalState] = {}

    def lay(
        self, path: RoutePath, edges: Sequence[Edge], caps_mps: Sequence[float], first_node: int
    ) -> None:
        """A new path, as `CrossingFinder.find` takes it; leave that was given for a crossing that
        stays is kept."""
        self._crossings = self._finder.find(path, edges, caps_mps, first_node)
        kept = self._leave
        same = (c for c in self._crossings if kept is not None and _is_same(c, kept))
        self._leave = next(same, None)

    def confirm(self, crosswalk_id: str, now_s: float) -> None:
        """An operator sees that the way is free; raises OrderError where the vehicle waits at no
        crosswalk, or at another than the one that is named (empty: where it waits).

        It stands for a light that is not known, never against one that is.
        """
        crossing, passage = self._passage.crossing, self._passage
        if crossing is None or passage.may_go or not passage.waiting_for:
            raise OrderError("confirmCrossing: the vehicle waits at no crosswalk", "actionError")
        if crosswalk_id not in ("", crossing.crosswalk.id):
            raise OrderError(
                f"confirmCrossing: the vehicle waits at crosswalk {crossing.crosswalk.id!r},"
                f" not at {crosswalk_id!r}",
                "actionError",
            )
        state = self._signals.get(crossing.signal_id or "")
        if _is_fresh(state, now_s) and state is not None and state.light is not SignalLight.WALK:
            raise OrderError(
                f"confirmCrossing: the light of crosswalk {crossing.crosswalk.id!r} shows"
                f" {state.light.value}",
                "actionError",
            )
        self._confirmed = (crossing.crosswalk.id, now_s)
        log.info("crossing_confirmed crosswalk=%s", crossing.crosswalk.id)

    def step(self, inputs: CrossingInputs, now_s: float) -> Passage:
        """What the next crosswalk asks now."""
        self._signals = inputs.signals
        self._note_lights(inputs.signals)
        self._passage = self._judge(inputs, now_s)
        return self._passage

    def _note_lights(self, signals: Mapping[str, SignalState]) -> None:
        """See where a light changes to walk; after a silence it may be an old one."""
        for name, state in signals.items():
            before = self._lights.get(name)
            self._lights[name] = state
            if state.light is not SignalLight.WALK or before is None:
                continue
            unbroken = state.stamp_s - before.stamp_s <= SIGNAL_MAX_AGE_S
            if before.light is not SignalLight.WALK and unbroken:
                self._walk_since_s[name] = state.stamp_s

    def _judge(self, inputs: CrossingInputs, now_s: float) -> Passage:
        crossing = next((c for c in self._crossings if inputs.travel_m < c.exit_m), None)
        if crossing is None:
            return self._wait_for(None)
        if inputs.travel_m < crossing.hold_m - LOOKS_WITHIN_M:
            return self._wait_for(crossing)
        if inputs.scan is not None and inputs.pose is not None:
            self._watch.see(inputs.scan, inputs.pose)
        if self._is_committed(crossing, inputs):
            on_road = inputs.travel_m + self._spec.front_m > crossing.road_from_m
            self._confirmed = None
            return Passage(crossing, on_road=on_road)
        reason = self._reason_to_wait(crossing, inputs, now_s)
        if reason:
            return self._wait_for(crossing, reason, self._signal_is_missing(crossing, now_s))
        if self._leave is not crossing:
            log.info("crossing_begun crosswalk=%s", crossing.crosswalk.id)
        self._leave, self._missing_since_s = crossing, None
        return Passage(crossing)

    def _wait_for(
        self, crossing: Crossing | None, reason: str = "", signal_missing: bool = False
    ) -> Passage:
        if crossing is not None and self._leave is crossing:
            log.info("crossing_put_off crosswalk=%s reason=%r", crossing.crosswalk.id, reason)
        self._leave = None
        if not reason:
            self._missing_since_s = None
        return Passage(crossing, crossing is None, False, reason, signal_missing)

    def _is_committed(self, crossing: Crossing, inputs: CrossingInputs) -> bool:
        """Whether to stand now would be to stand on the carriageway."""
        front_m = inputs.travel_m + self._spec.front_m
        if crossing.kerb_known and front_m > crossing.road_from_m:
            return True  # also after a restart: nobody is left standing there
        if inputs.travel_m >= crossing.road_from_m:
            return True
        return self._leave is crossing and inputs.travel_m + inputs.braking_m > crossing.safe_m

    def _reason_to_wait(self, crossing: Crossing, inputs: CrossingInputs, now_s: float) -> str:
        """Why the vehicle may not begin now, for people; empty where it may."""
        if inputs.last_released < crossing.end_node:
            return "a new base"
        needed_s = self._needed_s(crossing, inputs)
        if crossing.signal_id is not None and not self._has_light(crossing, needed_s, now_s):
            return f"the light of crosswalk {crossing.crosswalk.id}"
        return self._traffic(crossing, inputs.speed_mps, needed_s, now_s)

    def _needed_s(self, crossing: Crossing, inputs: CrossingInputs) -> float:
        """How long the vehicle takes until it has left the carriageway."""
        cap_mps = min(crossing.cap_mps, inputs.cap_mps)
        speeding_up_s = max(0.0, cap_mps - inputs.speed_mps) / self._spec.max_acceleration_mps2
        lost_m = speeding_up_s * max(0.0, cap_mps - inputs.speed_mps) / 2
        return (crossing.exit_m - inputs.travel_m + lost_m) / cap_mps

    def _has_light(self, crossing: Crossing, needed_s: float, now_s: float) -> bool:
        name = crossing.signal_id or ""
        state = self._signals.get(name)
        if state is None or not _is_fresh(state, now_s):
            return self._is_confirmed(crossing, now_s)
        if state.light is not SignalLight.WALK:
            return False
        if state.walk_left_s is not None:
            left_s = state.walk_left_s - (now_s - state.stamp_s)
            return left_s >= needed_s + SIGNAL_MARGIN_S
        fresh = now_s - self._walk_since_s.get(name, -math.inf) <= FRESH_WALK_S
        begun = self._leave is crossing
        return fresh or begun or self._is_confirmed(crossing, now_s)

    def _is_confirmed(self, crossing: Crossing, now_s: float) -> bool:
        if self._confirmed is None:
            return False
        crosswalk_id, at_s = self._confirmed
        return crosswalk_id == crossing.crosswalk.id and 0 <= now_s - at_s <= CONFIRMED_FOR_S

    def _traffic(self, crossing: Crossing, own_mps: float, needed_s: float, now_s: float) -> str:
        arrival_s = self._watch.arrival_s(crossing, own_mps, now_s)
        if arrival_s is None:
            return "" if self._leave is crossing else "sight of the carriageway"
        if arrival_s < needed_s + MARGIN_S:
            self._threat_s = now_s
        return "traffic to pass" if now_s - self._threat_s < CLEAR_FOR_S else ""

    def _signal_is_missing(self, crossing: Crossing, now_s: float) -> bool:
        """Whether the vehicle has waited long enough for a light of which nobody tells."""
        silent = crossing.signal_id is not None and not _is_fresh(
            self._signals.get(crossing.signal_id), now_s
        )
        if not silent:
            self._missing_since_s = None
            return False
        self._missing_since_s = now_s if self._missing_since_s is None else self._missing_since_s
        return now_s - self._missing_since_s >= SIGNAL_MISSED_AFTER_S


def _is_fresh(state: SignalState | None, now_s: float) -> bool:
    return state is not None and 0 <= now_s - state.stamp_s <= SIGNAL_MAX_AGE_S


def _is_same(one: Crossing, other: Crossing) -> bool:
    return one.crosswalk.id == other.crosswalk.id and abs(one.exit_m - other.exit_m) < SAME_PLACE_M
