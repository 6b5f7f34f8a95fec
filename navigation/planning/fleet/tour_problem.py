"""A team's tour as a problem: tasks, vehicles, times between places; and what cannot be."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from navigation.planning.fleet.driving import Driver
from navigation.planning.fleet.routing import RoutingVehicle
from navigation.planning.fleet.types import LeftOut, PlanVehicle, Task
from navigation.planning.route_search import RouteSearch, Start
from navigation.planning.route_timed import TimedSearch
from navigation.planning.travel_times import TravelTimes, travel_times
from patrol.errors import PlanError
from patrol.map import Dock, PatrolMap

Searches = Callable[[PlanVehicle], RouteSearch]
TimedSearches = Callable[[PlanVehicle], TimedSearch]


@dataclass(frozen=True)
class TourProblem:
    """What `plan_team_tour` works on; `times[v]` holds vehicle v's matrices over all rows."""

    patrol_map: PatrolMap
    tasks: tuple[Task, ...]
    vehicles: tuple[PlanVehicle, ...]
    searches: tuple[RouteSearch, ...]
    times: tuple[TravelTimes, ...]
    horizon_s: float
    timed: tuple[TimedSearch, ...] = ()  # where zones open or close on the way; one a vehicle

    @property
    def start_row(self) -> int:
        """Rows before it are tasks; from here on, one row a vehicle's start, then its dock."""
        return len(self.tasks)

    def driver(self, v: int) -> Driver:
        """A vehicle where it stands, ready to drive."""
        return Driver(self.searches[v], self.vehicles[v], self.timed[v] if self.timed else None)

    def dock_of(self, vehicle: PlanVehicle) -> Dock | None:
        """Where a vehicle ends."""
        return self.patrol_map.dock(vehicle.dock_id) if vehicle.dock_id else None

    @classmethod
    def of(
        cls,
        patrol_map: PatrolMap,
        tasks: tuple[Task, ...],
        vehicles: tuple[PlanVehicle, ...],
        search_of: Searches,
        horizon_s: float,
        timed_of: TimedSearches | None = None,
    ) -> TourProblem:
        """The problem with all times between its places; vehicles may share a search.

        With `timed_of` ways go by the clock, and times are those with nothing closed at times.
        """
        starts, docks = list[Start](), set[Start]()
        for vehicle in vehicles:
            starts.append(Start(vehicle.node_id, vehicle.heading_rad))
            if vehicle.dock_id:
                dock = patrol_map.dock(vehicle.dock_id)
                docks.add(Start(dock.node_id, dock.heading_rad))
                starts.append(Start(dock.node_id, dock.heading_rad))
            else:
                starts.append(starts[-1])
        timed = tuple(timed_of(vehicle) for vehicle in vehicles) if timed_of else ()
        searches = tuple(t.search for t in timed) or tuple(search_of(v) for v in vehicles)
        known: dict[int, TravelTimes] = {}
        unlike = list(dict.fromkeys(starts))  # most vehicles share a dock
        rows = [*range(len(tasks)), *(len(tasks) + unlike.index(start) for start in starts)]
        for search in searches:
            if id(search) not in known:
                found = travel_times(search, [t.node_id for t in tasks], unlike, docks)
                known[id(search)] = found.only(rows)
        times = tuple(known[id(search)] for search in searches)
        return cls(patrol_map, tasks, vehicles, searches, times, horizon_s, timed)

    def only(self, kept: Sequence[int]) -> TourProblem:
        """The same with some of the tasks."""
        rows = [*kept, *range(self.start_row, len(self.times[0].worst_s))]
        times = tuple(t.only(rows) for t in self.times)
        return replace(self, tasks=tuple(self.tasks[i] for i in kept), times=times)

    def routing_vehicles(self, kind: str) -> list[RoutingVehicle]:
        """The vehicles over the `worst_s` or the `mean_s` matrices."""
        made = []
        for index, vehicle in enumerate(self.vehicles):
            row = self.start_row + 2 * index
            times_s: NDArray[np.float64] = getattr(self.times[index], kind)
            end = row + 1 if vehicle.dock_id else None
            limits = (vehicle.available_at_s, self.horizon_s, vehicle.endurance_s)
            made.append(RoutingVehicle(row, end, times_s, *limits))
        return made


@dataclass(frozen=True, slots=True)
class Hopeless:
    """A task that no vehicle can do even if it does nothing else."""

    task_id: str
    left_out: LeftOut


def why_hopeless(problem: TourProblem, task: Task) -> Hopeless | None:
    """Why no vehicle alone can do a task, by the one that comes nearest to it; None if one can."""
    trips = [_alone(problem, v, task) for v in range(len(problem.vehicles))]
    if any(trip.fits for trip in trips):
        return None
    what = f"checkpoint {task.id}"
    return Hopeless(task.id, LeftOut(what, *_reason(problem, task, trips)))


def _reason(problem: TourProblem, task: Task, trips: Sequence[_Trip]) -> tuple[str, str]:
    reachable = [trip for trip in trips if trip.arrive_s is not None]
    if not reachable:
        why = problem.searches[0].reason(problem.vehicles[0].node_id, task.node_id)
        return why, "open that way, or leave the checkpoint out"
    in_time = [trip for trip in reachable if trip.duration_s is not None]
    if not in_time:
        earliest_s = min(trip.arrive_s for trip in reachable if trip.arrive_s is not None)
        last_s = max((closes for _, closes in task.windows_s), default=None)
        if last_s is None:
            return (
                "none of its windows is open while the plan runs",
                "start when one is, or plan more hours",
            )
        if last_s >= earliest_s:
            return (
                "no vehicle can stay there for its visit and leave again while the way is open",
                "start when the way is open for longer, or stay a shorter time",
            )
        return (
            f"its last window closes {last_s / 60:.1f} min after the start, the first vehicle is "
            f"there after {earliest_s / 60:.1f} min",
            f"let it close {(earliest_s - last_s) / 60:.1f} min later, or start earlier",
        )
    best = min(in_time, key=lambda trip: (trip.beyond_battery_s > 0, trip.beyond_horizon_s))
    if best.beyond_battery_s > 0:
        return (
            f"the trip there and back takes {best.minutes:.1f} min, the battery of "
            f"{best.vehicle_id} allows {best.minutes - best.beyond_battery_s / 60:.1f}",
            f"charge {best.vehicle_id} for {best.beyond_battery_s / 60:.1f} min of driving more",
        )
    late_min = best.beyond_horizon_s / 60
    return (
        f"the first vehicle is back {late_min:.1f} min after the end of the plan",
        f"plan {late_min:.1f} min longer",
    )


def why_no_room(problem: TourProblem, task: Task) -> LeftOut:
    """For a task that one vehicle could do alone, but the team has better to do."""
    minutes = min(_alone(problem, v, task).minutes for v in range(len(problem.vehicles)))
    return LeftOut(
        f"checkpoint {task.id}",
        "the vehicles' time is full with checkpoints that weigh as much or more",
        f"add a vehicle, or plan up to {math.ceil(minutes)} min longer",
    )


@dataclass(frozen=True, slots=True)
class _Trip:
    """A vehicle alone: out to one task and back; `None`: it does not get that far."""

    vehicle_id: str
    arrive_s: float | None = None
    duration_s: float | None = None
    beyond_battery_s: float = math.inf
    beyond_horizon_s: float = math.inf

    @property
    def fits(self) -> bool:
        return self.beyond_battery_s <= 0 and self.beyond_horizon_s <= 0

    @property
    def minutes(self) -> float:
        return math.inf if self.duration_s is None else self.duration_s / 60


def _alone(problem: TourProblem, v: int, task: Task) -> _Trip:
    vehicle = problem.vehicles[v]
    driver = problem.driver(v)
    try:
        arrive_s = driver.arrival_s(task.node_id)
    except PlanError:
        return _Trip(vehicle.id)
    try:
        driver.visit(task)
        dock = problem.dock_of(vehicle)
        if dock is not None:
            driver.charge(dock)
    except PlanError:
        return _Trip(vehicle.id, arrive_s)
    duration_s = driver.clock_s - vehicle.available_at_s
    beyond = (duration_s - vehicle.endurance_s, driver.clock_s - problem.horizon_s)
    return _Trip(vehicle.id, arrive_s, duration_s, *beyond)
