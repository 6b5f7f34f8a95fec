"""UnpredictablePatrol: who drives where next, at random, and never late."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import Floats, PatrolGraph
from navigation.planning.unpredictable.certificate import BOUND, owners, persistent_idleness_s
from navigation.planning.unpredictable.course import Course
from navigation.planning.unpredictable.group import PatrolGroup
from navigation.planning.unpredictable.lone import LoneVehicle, laps_of
from navigation.planning.unpredictable.rules import LoneRules, Rules, rules_for
from navigation.planning.unpredictable.schedule import Seat
from navigation.planning.unpredictable.seating import Whereabouts, seats_at_start, seats_from
from navigation.planning.unpredictable.track import tracks_of
from navigation.planning.unpredictable.tuning import tuned
from patrol.errors import PlanError


@dataclass(frozen=True, slots=True)
class PatrolMove:
    """A decided move of a vehicle; it stands at `start` until `depart_s`."""

    vehicle: int
    start: int
    end: int
    depart_s: float
    arrive_s: float
    arrival: int  # at the end; the end itself where the graph tells no arrivals apart


class UnpredictablePatrol:
    """Random moves for the vehicles 0 … of a persistent plan, numbered through its cycles.

    Every place's weighted idleness stays at or below `bound_s`, twice the plan's worst, in every
    run; docs/unpredictable.md has the argument. Over an ArrivalGraph a cycle's order of places
    counts, and how long its laps take follows from the best arrivals for either way. Vehicles
    start at time 0 at the places ahead of their slots. Deterministic for one seed. Without `rules`
    a lone vehicle's are tried out on the graph, a second or two for forty places. Raises PlanError
    for a plan that leaves a place out, and for a team with the rules of a lone vehicle.
    """

    rules: Rules

    def __init__(
        self,
        graph: PatrolGraph | ArrivalGraph,
        plan: Sequence[PatrolCycle],
        seed: int | np.random.Generator = 0,
        rules: Rules | None = None,
    ) -> None:
        self._prepare(graph, plan, seed, rules)
        if rules is None and isinstance(self.rules, LoneRules):
            self.rules = tuned(self._courses[0])
        seats = [
            seats_at_start(track, cycle.vehicles)
            for track, cycle in zip(self._there, self.plan, strict=True)
        ]
        following = iter(range(sum(map(len, seats))))
        numbers = [[next(following) for _ in group] for group in seats]
        self._seat(seats, np.zeros(len(graph)), numbers)

    @classmethod
    def from_field(
        cls,
        graph: PatrolGraph | ArrivalGraph,
        plan: Sequence[PatrolCycle],
        where: Sequence[Whereabouts],
        last_visit_s: Floats,
        seed: int | np.random.Generator = 0,
        rules: Rules | None = None,
    ) -> UnpredictablePatrol:
        """With vehicles wherever they are: after a loss, a closed street, from their docks.

        Vehicle i is `where[i]`; `last_visit_s` is (n,). Vehicles drive to slots such that the
        last is in step soonest; `holds_from_s` says from when on the bound holds. Rules are not
        tried out: without any, a lone vehicle's are `LoneRules()`.
        """
        patrol = cls.__new__(cls)
        patrol._prepare(graph, plan, seed, rules)
        counts = [cycle.vehicles for cycle in patrol.plan]
        wanted = sum(counts)
        if len(where) != wanted:
            raise PlanError(
                f"unpredictable patrol: the plan is for {wanted} vehicles, {len(where)} are there"
            )
        seats, numbers = seats_from(patrol.arrivals, patrol._there, counts, where)
        patrol._seat(seats, last_visit_s.astype(float), numbers)
        return patrol

    def _prepare(
        self,
        graph: PatrolGraph | ArrivalGraph,
        plan: Sequence[PatrolCycle],
        seed: int | np.random.Generator,
        rules: Rules | None,
    ) -> None:
        self.arrivals = graph if isinstance(graph, ArrivalGraph) else ArrivalGraph.plain(graph)
        self.plan = tuple(plan)
        if not self.plan:
            raise PlanError("unpredictable patrol: the persistent plan has no cycle")
        vehicles = sum(cycle.vehicles for cycle in self.plan)
        if vehicles > 1 and isinstance(rules, LoneRules):
            raise PlanError(
                f"unpredictable patrol: the plan is for {vehicles} vehicles, the rules are for one"
                " alone; give Rules"
            )
        is_alone = vehicles == 1
        self.rules = LoneRules.of(rules) if is_alone else rules or rules_for(vehicles)
        tracks_for = laps_of if is_alone else tracks_of
        tracks = [tracks_for(self.arrivals, cycle) for cycle in self.plan]
        self._there = [found[0] for found in tracks]
        self.persistent_s = persistent_idleness_s(self.arrivals, self._there)
        self._owned = owners(self.arrivals, self._there)
        self._courses = [
            Course.of(self.arrivals, found, places, self.persistent_s)
            for found, places in zip(tracks, self._owned, strict=True)
        ]
        self._rng = np.random.default_rng(seed)

    def _seat(
        self,
        seats: Sequence[Sequence[Seat]],
        last_visit_s: Floats,
        numbers: Sequence[Sequence[int]],
    ) -> None:
        self._groups = [
            LoneVehicle(course, group, last_visit_s, self.rules)
            if isinstance(self.rules, LoneRules)
            else PatrolGroup(course, group, last_visit_s, self.rules)
            for course, group in zip(self._courses, seats, strict=True)
        ]
        pairs = [
            (vehicle, (group, seat))
            for group, vehicles in enumerate(numbers)
            for seat, vehicle in enumerate(vehicles)
        ]
        self._seat_of = [pair for _, pair in sorted(pairs)]

    @property
    def bound_s(self) -> float:
        """The weighted idleness that no place exceeds from `holds_from_s` on."""
        return BOUND * self.persistent_s

    @property
    def holds_from_s(self) -> float:
        """From when on the bound holds: 0 unless vehicles had to come from elsewhere."""
        return max(group.holds_from_s for group in self._groups)

    @property
    def vehicles(self) -> int:
        """How many vehicles the plan has."""
        return len(self._seat_of)

    def place(self, vehicle: int) -> int:
        """Where a vehicle is or, on a move, where it will be."""
        return self._seat_at(vehicle).at.place

    def arrival(self, vehicle: int) -> int:
        """How it came or comes there; the place itself where the graph tells no arrivals apart."""
        return self._seat_at(vehicle).at.arrival

    def arrives_s(self, vehicle: int) -> float:
        """When it came or comes there."""
        return self._seat_at(vehicle).at.arrive_s

    def leaves_s(self, vehicle: int) -> float:
        """When it leaves there, the time of its next decision; inf where it stays for good."""
        return self._seat_at(vehicle).at.leave_s

    def _seat_at(self, vehicle: int) -> Seat:
        group, seat = self._seat_of[vehicle]
        return self._groups[group].seats[seat]

    def next_move(self, vehicle: int) -> PatrolMove:
        """Decide the move that follows the vehicle's last decided one.

        Call it when the vehicle is about to leave; several times in a row to know more moves
        ahead, which leaves less to chance.
        """
        group, number = self._seat_of[vehicle]
        self._groups[group].prepare(number, self._rng)
        before = self._seat_at(vehicle).at
        after = self._groups[group].depart(number)
        return PatrolMove(
            vehicle, before.place, after.place, before.leave_s, after.arrive_s, after.arrival
        )

    def delay(self, vehicle: int, leave_s: float) -> float:
        """A vehicle can leave its stop only then; how late a place gets if no more is changed.

        At or below 0 the bound still holds. Above, later changes are only such as mend it.
        """
        group, number = self._seat_of[vehicle]
        return self._groups[group].delay(number, leave_s)

    def visited_s(self, now_s: float) -> Floats:
        """(n,) last arrival at each place by then."""
        found: Floats = np.max([group.visited_s(now_s) for group in self._groups], axis=0)
        return found

    def replan(
        self,
        plan: Sequence[PatrolCycle],
        where: Sequence[Whereabouts],
        now_s: float,
        graph: PatrolGraph | ArrivalGraph | None = None,
    ) -> UnpredictablePatrol:
        """The patrol of those who are left, with another plan and, with a street closed, graph.

        See `from_field`; the places are the same. Moves decided for after `now_s` are dropped.
        """
        if graph is not None and len(graph) != len(self.arrivals):
            raise PlanError(
                f"replan: the graph has {len(graph)} places, the patrol's {len(self.arrivals)}"
            )
        visited_s = self.visited_s(now_s)
        return self.from_field(graph or self.arrivals, plan, where, visited_s, self._rng)

    def copy(self, seed: int | np.random.Generator) -> UnpredictablePatrol:
        """The same patrol up to now with another future; what an adversary can rehearse."""
        other = copy.copy(self)
        other._groups = [group.copy() for group in self._groups]
        other._rng = np.random.default_rng(seed)
        return other

    def explain(self, vehicle: int) -> str:
        """One sentence: what the vehicle shares with whom, and which bound follows."""
        number, _ = self._seat_of[vehicle]
        cycle, places = self.plan[number], len(self._owned[number])
        track = self._there[number]
        shared = "alone" if cycle.vehicles == 1 else f"one of {cycle.vehicles}"
        turns, is_lone = "turns round at random moments", isinstance(self.rules, LoneRules)
        if len(self._courses[number].tracks) == 1 and not is_lone:
            turns = "goes one way only, as the way back takes far longer"
        return (
            f"{shared} on a cycle of {places} places, {track.lap_s / 60:.1f} min a lap,"
            f" a visit every {track.spacing_s / 60:.1f} min; {turns}, and no place waits more than"
            f" {self.bound_s / 60:.1f} min over its weight"
        )
