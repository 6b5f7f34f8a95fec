"""CrossingRule: whether the vehicle may go on to the carriageway now.

A robot obeys pedestrian signals like a pedestrian (Korean Road Traffic Act, article 5): it begins
on `walk` only, and only with time enough to be over. Whoever comes is let pass. Once on the
carriageway it goes on to the other side: a fault that stops makes it stand there, and somebody
who comes along a lane that it has not entered, and would not be past before it.
"""

from __future__ import annotations

import logging
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace

from navigation.crossing.lights import LightWatch
from navigation.crossing.places import LOOKS_WITHIN_M, Crossing, CrossingFinder
from navigation.crossing.traffic import MARGIN_S, Comer, TrafficWatch
from navigation.following.tracker import PathTracker
from patrol.errors import OrderError
from patrol.geometry import Scan, StampedPose
from patrol.map import PatrolMap
from patrol.signals import SignalLight, SignalState
from patrol.vehicle import VehicleSpec
from patrol.waiting import Waiting

log = logging.getLogger(__name__)

CLEAR_FOR_S = 1.0  # the way was seen, and nobody came, for so long; sight may be lost as long
SAME_PLACE_M = 0.5
CONFIRMED_FOR_S = 10.0  # an operator's word, until the vehicle goes
SIGNAL_MISSED_AFTER_S = 5.0  # of waiting
BESIDE_M = 0.6  # between the bumper and the strip of who is let pass on the road
SLOWEST_MPS = 1.0  # at which the vehicle goes on from where it let somebody pass, on average
LONGEST_M = 6.0  # of who comes
NOBODY = (math.inf, -math.inf)  # to let pass


@dataclass(frozen=True, slots=True)
class Passage:
    """What the next crosswalk asks of the vehicle; travels along the path, m."""

    crossing: Crossing | None = None
    may_go: bool = True
    on_road: bool = False  # it is on the carriageway, or cannot stand before it any more
    waiting_for: str = ""
    signal_missing: bool = False
    yield_m: float = math.inf  # on the carriageway: where to let somebody pass

    @property
    def is_yielding(self) -> bool:
        """Whether it lets somebody pass on the carriageway."""
        return self.yield_m < math.inf

    def stop_at_m(self, wished_m: float) -> float:
        """Where to stop, of a vehicle that would stop at `wished_m` by itself."""
        if self.crossing is None or self.may_go or wished_m <= self.crossing.safe_m:
            return wished_m
        return self.crossing.hold_m

    def is_begun(self, crossing: Crossing) -> bool:
        """Whether the vehicle had leave for this crossing."""
        return self.crossing is crossing and self.may_go


NO_CROSSWALK = Passage()


@dataclass(frozen=True, slots=True)
class CrossingInputs:
    """What the rule looks at each cycle."""

    travel_m: float
    speed_mps: float
    braking_m: float  # what comfortable braking takes now
    cap_mps: float  # of the response to faults, and of a detour
    last_released: int  # node of the route
    signals: Mapping[str, SignalState]
    scan: Scan | None
    pose: StampedPose | None


class CrossingRule:
    """Gives leave for one crossing after the other; `step` every cycle."""

    def __init__(self, spec: VehicleSpec, patrol_map: PatrolMap) -> None:
        self._spec = spec
        self._finder = CrossingFinder(patrol_map, spec)
        self._light = LightWatch()
        self._traffic = TrafficWatch(spec.lidar)
        self._crossings: tuple[Crossing, ...] = ()
        self._passage = NO_CROSSWALK  # of the last cycle
        self._sighted_s = -math.inf  # the last time that the carriageway was seen
        self._threat_s = -math.inf  # the last time that it was not seen to be free
        self._confirmed: tuple[str, float] | None = None  # which crosswalk, when
        self._silent_since_s: float | None = None  # the light that it waits for
        self._yield = NOBODY  # where it lets somebody pass on the road, and until when

    def lay(self, tracker: PathTracker, first_node: int) -> None:
        """A new path, as `CrossingFinder.find` takes it; where the next crossing is still the
        same, leave that was given for it is kept."""
        self._crossings, self._yield = self._finder.find(tracker, first_node), NOBODY
        before = self._passage.crossing
        same = (c for c in self._crossings if before is not None and _is_same(c, before))
        crossing = next(same, None)
        self._passage = replace(self._passage, crossing=crossing) if crossing else NO_CROSSWALK

    def forget(self) -> None:
        """There is no path."""
        self._crossings, self._passage, self._confirmed = (), NO_CROSSWALK, None

    def confirm(self, crosswalk_id: str, now_s: float) -> None:
        """An operator sees that the way is free; raises OrderError where the vehicle waits for no
        light, or at another crosswalk than the one that is named (empty: where it waits).

        It stands for a light that is not known, never against one that is.
        """
        problem = self._problem_of_confirming(crosswalk_id, now_s)
        if problem:
            raise OrderError(f"confirmCrossing: {problem}", "actionError")
        assert self._passage.crossing is not None
        self._confirmed = (self._passage.crossing.crosswalk.id, now_s)
        log.info("crossing_confirmed crosswalk=%s", self._confirmed[0])

    def _problem_of_confirming(self, crosswalk_id: str, now_s: float) -> str:
        crossing, passage = self._passage.crossing, self._passage
        if crossing is None or not passage.waiting_for:
            return "the vehicle waits at no crosswalk"
        here = crossing.crosswalk.id
        if crosswalk_id not in ("", here):
            return f"the vehicle waits at crosswalk {here!r}, not at {crosswalk_id!r}"
        if crossing.signal_id is None:
            return f"crosswalk {here!r} has no light: the vehicle waits for {passage.waiting_for}"
        light = self._light.known(now_s)
        if light in (SignalLight.CLEARANCE, SignalLight.DONT_WALK):
            return f"the light of crosswalk {here!r} shows {light.value}"
        return ""

    def step(self, inputs: CrossingInputs, now_s: float) -> Passage:
        """What the next crosswalk asks now."""
        index = bisect_right(self._crossings, inputs.travel_m, key=lambda c: c.exit_m)
        if index == len(self._crossings):
            self._passage = NO_CROSSWALK
            return NO_CROSSWALK
        crossing, before = self._crossings[index], self._passage
        self._passage = self._judge(crossing, inputs, now_s)
        if self._passage.is_begun(crossing) != before.is_begun(crossing):
            event = "begun" if self._passage.may_go else "put_off"
            reason = self._passage.waiting_for
            log.info("crossing_%s crosswalk=%s reason=%r", event, crossing.crosswalk.id, reason)
        return self._passage

    def _judge(self, crossing: Crossing, inputs: CrossingInputs, now_s: float) -> Passage:
        if inputs.travel_m < crossing.hold_m - LOOKS_WITHIN_M:
            self._silent_since_s = None
            return Passage(crossing, may_go=False)
        self._light.see(inputs.signals.get(crossing.signal_id or ""))
        if inputs.scan is not None and inputs.pose is not None:
            self._traffic.see(inputs.scan, inputs.pose)
        if self._is_committed(crossing, inputs):
            self._confirmed = None
            return Passage(crossing, on_road=True, yield_m=self._yield_m(crossing, inputs, now_s))
        reason = self._reason_to_wait(crossing, inputs, now_s)
        missing = self._signal_is_missing(crossing, bool(reason), now_s)
        return Passage(crossing, not reason, waiting_for=reason, signal_missing=missing)

    def _is_committed(self, crossing: Crossing, inputs: CrossingInputs) -> bool:
        """Whether to brake now would be to stand on the carriageway."""
        if inputs.travel_m >= crossing.road_from_m:
            return True
        over_m = inputs.travel_m + self._spec.front_m - crossing.road_from_m
        if self._passage.crossing is not crossing:  # a path that begins here, as after a restart
            return crossing.kerb_known and over_m > 0
        # whoever was made to wait, and is pushed (or thought) over the kerb, waits on
        return self._passage.may_go and over_m + inputs.braking_m > 0

    def _yield_m(self, crossing: Crossing, inputs: CrossingInputs, now_s: float) -> float:
        """Where on the carriageway to let somebody pass, inf for nobody: who has not stopped for
        a vehicle that may cross, and whose lane it can still stand before.

        It stands for CLEAR_FOR_S after the last that was seen to come.
        """
        place_m, until_s = self._yield if self._passage.on_road else NOBODY
        comers = self._traffic.comers(crossing.road, inputs.speed_mps, now_s) or []
        places = [
            where_m
            for comer in comers
            if (where_m := self._place_before(comer, crossing, inputs, place_m)) is not None
        ]
        if places:
            place_m, until_s = min(place_m, *places), now_s + CLEAR_FOR_S
        self._yield = (place_m, until_s) if now_s < until_s else NOBODY
        return self._yield[0]

    def _place_before(
        self, comer: Comer, crossing: Crossing, inputs: CrossingInputs, place_m: float
    ) -> float | None:
        """Where the vehicle would stand before somebody's strip; None where they do not meet
        there, or it cannot stand before it any more."""
        tail_m = inputs.travel_m - self._spec.rear_overhang_m
        bumper_m = inputs.travel_m + self._spec.front_m
        near_m, far_m = crossing.road_from_m + comer.near_m, crossing.road_from_m + comer.far_m
        pace_mps = max(abs(inputs.speed_mps), SLOWEST_MPS)
        enters_s, leaves_s = (near_m - bumper_m) / pace_mps, (far_m - tail_m) / pace_mps
        passed_s = comer.arrival_s + (2 * crossing.road.half_width_m + LONGEST_M) / comer.speed_mps
        is_met = enters_s < passed_s and comer.arrival_s < leaves_s + CLEAR_FOR_S
        where_m = near_m - BESIDE_M - self._spec.front_m
        least_m = inputs.speed_mps**2 / (2 * self._spec.max_deceleration_mps2)
        can_stand = where_m - inputs.travel_m >= least_m or where_m >= place_m
        return where_m if is_met and can_stand else None

    def _reason_to_wait(self, crossing: Crossing, inputs: CrossingInputs, now_s: float) -> str:
        """Why the vehicle may not begin now, for people; empty where it may."""
        if inputs.last_released < crossing.end_node:
            return Waiting.NEW_BASE
        needed_s = self._needed_s(crossing, inputs)
        if crossing.signal_id is not None and not self._has_light(
            crossing, needed_s, inputs.cap_mps, now_s
        ):
            return Waiting.CROSSWALK_LIGHT
        return self._traffic_to_wait_for(crossing, inputs.speed_mps, needed_s, now_s)

    def _needed_s(self, crossing: Crossing, inputs: CrossingInputs) -> float:
        """How long the vehicle takes until it has left the carriageway."""
        top_mps = min(float(crossing.limit_mps.max()), inputs.cap_mps)
        slower_mps = max(0.0, top_mps - abs(inputs.speed_mps))
        lost_m = slower_mps**2 / (2 * self._spec.max_acceleration_mps2)
        return crossing.drive_s(inputs.travel_m, inputs.cap_mps) + lost_m / top_mps

    def _has_light(
        self, crossing: Crossing, needed_s: float, cap_mps: float, now_s: float
    ) -> bool:
        if self._light.known(now_s) in (SignalLight.CLEARANCE, SignalLight.DONT_WALK):
            return False
        over_m = crossing.exit_m - crossing.road_from_m
        pace_mps = over_m / crossing.drive_s(crossing.road_from_m, cap_mps)
        begun = self._passage.is_begun(crossing)
        return self._light.is_enough(needed_s, pace_mps, begun, now_s) or self._is_confirmed(
            crossing, now_s
        )

    def _is_confirmed(self, crossing: Crossing, now_s: float) -> bool:
        if self._confirmed is None:
            return False
        crosswalk_id, at_s = self._confirmed
        return crosswalk_id == crossing.crosswalk.id and 0 <= now_s - at_s <= CONFIRMED_FOR_S

    def _traffic_to_wait_for(
        self, crossing: Crossing, own_mps: float, needed_s: float, now_s: float
    ) -> str:
        arrival_s = self._traffic.arrival_s(crossing.road, own_mps, now_s)
        if arrival_s is None:  # a nod of the body as it starts takes a moment's sight
            if self._passage.is_begun(crossing) and now_s - self._sighted_s <= CLEAR_FOR_S:
                return ""
            self._threat_s = now_s
            return Waiting.CROSSWALK_SIGHT
        self._sighted_s = now_s
        if arrival_s < needed_s + MARGIN_S:
            self._threat_s = now_s
        return Waiting.CROSSWALK_TRAFFIC if now_s - self._threat_s < CLEAR_FOR_S else ""

    def _signal_is_missing(self, crossing: Crossing, waits: bool, now_s: float) -> bool:
        """Whether the vehicle has waited long enough for a light of which nobody tells."""
        told = crossing.signal_id is None or self._light.known(now_s) is not None
        if told or not waits:
            self._silent_since_s = None
            return False
        if self._silent_since_s is None:
            self._silent_since_s = now_s
        return now_s - self._silent_since_s >= SIGNAL_MISSED_AFTER_S


def _is_same(one: Crossing, other: Crossing) -> bool:
    return one.crosswalk.id == other.crosswalk.id and abs(one.exit_m - other.exit_m) < SAME_PLACE_M
