"""A running plan, who is left of its team, and what a mode makes of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from navigation.planning.fleet.driving import Driver
from navigation.planning.fleet.plan import PlanRequest, plan_fleet, searches_of
from navigation.planning.fleet.plan_searches import PlanSearches
from navigation.planning.fleet.replanning.changes import Changes, Moved
from navigation.planning.fleet.replanning.standing import (
    Standing,
    turn_rounds,
)
from navigation.planning.fleet.tour_problem import TimedSearches
from navigation.planning.fleet.types import (
    FleetPlan,
    LeftOut,
    PlanMode,
    PlanVehicle,
    Step,
    VehiclePlan,
    Walk,
)
from navigation.planning.route_search import RouteSearch, Start
from navigation.planning.route_timed import TimedSearch
from patrol.errors import PlanError

IS_BACK = "is back"
KEEPS = "keeps its route: nothing that happened concerns it"


@dataclass(frozen=True)
class RunningPlan:
    """A plan that vehicles follow, and all that was before it; `replan_fleet` makes the next.

    `request` has the closures of now, and the vehicles as they stood when `plan` was made. A plan
    fresh from `plan_fleet` is `RunningPlan(request, plan)`.
    """

    request: PlanRequest
    plan: FleetPlan
    done: frozenset[str] = frozenset()  # tasks that were behind before it
    driven_edge_ids: frozenset[int] = frozenset()
    last_visit_s: Mapping[str, float] = field(default_factory=dict)  # of rounds, by checkpoint
    gone: tuple[PlanVehicle, ...] = ()  # who has left, as they stood
    changes: tuple[tuple[float, Changes], ...] = ()  # and when, oldest first
    moved: tuple[Moved, ...] = ()  # promises, at the last change
    kept: frozenset[str] = frozenset()  # vehicles whose rest the last change left as it was
    searches: PlanSearches | None = field(default=None, compare=False)  # ready for this request

    @classmethod
    def begun(cls, request: PlanRequest) -> RunningPlan:
        """A new plan with its route searches ready; raises PlanError as `plan_fleet` does."""
        searches = searches_of(request)
        return cls(request, plan_fleet(request, searches), searches=searches)

    def vehicle(self, vehicle_id: str) -> PlanVehicle | None:
        """A vehicle that drives or has left, as it stood; None for one never heard of."""
        known = (*self.request.vehicles, *self.gone)
        return next((vehicle for vehicle in known if vehicle.id == vehicle_id), None)


@dataclass(frozen=True)
class Member:
    """A vehicle that is left: `prelude` comes first, then it stands as `vehicle` does.

    `rest` is what was ahead of it; `because` says why that cannot stay as it is, "" if it can.
    """

    vehicle: PlanVehicle
    standing: Standing
    prelude: tuple[Step, ...]
    rest: tuple[Step, ...]
    because: str
    search: RouteSearch
    timed: TimedSearch | None = None  # where zones open or close on the way, and that is passed

    def driver(self) -> Driver:
        """The vehicle as it stands after its prelude, ready to drive."""
        return Driver(self.search, self.vehicle, self.timed)

    @property
    def start(self) -> Start:
        """Where its first step begins."""
        return Start(self.standing.node_id, self.standing.heading_rad)

    def promised(self) -> tuple[str, ...]:
        """The tasks ahead of it, in order."""
        return tuple(s.task_id for s in self.rest if s.task_id and not s.is_charge)

    def way_home(self) -> tuple[Step, ...]:
        """To the dock, for a vehicle that has nothing more to do; empty where that is closed."""
        dock_id = self.vehicle.dock_id
        driver = self.driver()
        if dock_id is None or self.search.patrol_map.dock(dock_id).node_id == driver.node_id:
            return ()
        try:
            driver.charge(self.search.patrol_map.dock(dock_id))
        except PlanError:
            return ()
        return tuple(driver.steps)

    def kept(self, reason: str = KEEPS) -> VehiclePlan:
        """Its rest as it was."""
        return self.plan(self.rest, reason)

    def plan(self, steps: tuple[Step, ...], reason: str) -> VehiclePlan:
        """Its plan: the prelude, then these steps."""
        whole = (*self.prelude, *steps)
        turns = turn_rounds(self.search, self.start, whole)
        return VehiclePlan(self.vehicle.id, whole, reason, turns)


@dataclass(frozen=True)
class Situation:
    """What a mode's replanning starts from; `lost` says why a vehicle is gone, by id."""

    before: RunningPlan
    request: PlanRequest  # with today's closures
    now_s: float
    changes: Changes
    searches: PlanSearches
    members: tuple[Member, ...]
    lost: Mapping[str, str]
    done: frozenset[str]
    driven_edge_ids: frozenset[int]
    last_visit_s: Mapping[str, float]
    stuck: tuple[Member, ...] = ()  # who is left but closed in

    @property
    def timed_of(self) -> TimedSearches | None:
        """Searches by the clock, for a tour past zones that open or close on the way."""
        return self.searches.timed_of if self.request.mode is PlanMode.TOUR else None

    @property
    def old(self) -> FleetPlan:
        """The plan that is replaced."""
        return self.before.plan

    def why(self, vehicle_id: str) -> str:
        """Why a vehicle gave something up."""
        if vehicle_id in self.lost:
            return f"{vehicle_id} {self.lost[vehicle_id]}"
        because = next((m.because for m in self.members if m.vehicle.id == vehicle_id), "")
        return f"{vehicle_id} {because}" if because else "ways or vehicles changed"


@dataclass(frozen=True)
class Outcome:
    """What a mode's replanning gives back; `plans` are in the order of the members."""

    plans: tuple[VehiclePlan, ...]
    left_out: tuple[LeftOut, ...]
    figures: Mapping[str, float]
    moved: tuple[Moved, ...]
    kept: frozenset[str]
    notes: tuple[str, ...] = ()
    walks: tuple[Walk, ...] = ()
