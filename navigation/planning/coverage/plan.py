"""Coverage plans: every asked street in somebody's route, the longest route short.

One circuit over all streets (`postman`), shared out in whole cycles (`splitting`), each share
driven from and to its vehicle's dock within its battery (`sorties`). What sorties really cost
corrects the estimates for a second sharing; the better plan is kept.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from navigation.planning.coverage.circuit import Circuit
from navigation.planning.coverage.feasible import Duty, LeftOut, share_parts
from navigation.planning.coverage.postman import postman_circuit
from navigation.planning.coverage.shares import Holder, Share
from navigation.planning.coverage.sorties import SLACK, Sortie, cost_of, sorties_of
from navigation.planning.coverage.splitting import share_out
from navigation.planning.coverage.streets import StreetGraph
from navigation.planning.coverage.vehicles import (
    Home,
    Vehicle,
    check_vehicles,
    homes_of,
    least_trip,
)

STEPS_PER_VEHICLE = 100
SMALL_STREETS = 500
STEPS_PER_VEHICLE_SMALL = 300  # a step is quick there, and cycles are few
CORRECTIONS = 2  # how often the estimates of sorties are corrected


@dataclass(frozen=True, slots=True)
class Route:
    """What one vehicle drives: its sorties, in order; `cost` is their length and the charging."""

    vehicle: Vehicle
    sorties: tuple[Sortie, ...]

    @property
    def cost(self) -> float:
        """Length of all sorties, with the charging between them."""
        return cost_of(self.vehicle, self.sorties)

    @property
    def tasks(self) -> frozenset[int]:
        """Everything it does."""
        return frozenset(task for sortie in self.sorties for task in sortie.tasks)


@dataclass(frozen=True)
class CoveragePlan:
    """A route for each vehicle, in the order given, and the streets that are in none."""

    graph: StreetGraph
    routes: tuple[Route, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def longest(self) -> float:
        """The greatest cost of a route."""
        return max(route.cost for route in self.routes)

    @property
    def total(self) -> float:
        """Length of all routes."""
        return math.fsum(s.length for route in self.routes for s in route.sorties)

    def explain(self, route: Route) -> str:
        """Why a vehicle got what it got, in one line."""
        name, streets = route.vehicle.name, {task >> 1 for task in route.tasks}
        if not streets:
            return f"{name}: nothing to do; the other routes are no shorter with its help"
        covered = math.fsum(self.graph.lengths[task >> 1] for task in route.tasks)
        driven = math.fsum(sortie.length for sortie in route.sorties)
        text = (
            f"{name}: {len(streets)} streets that hang together, {self.graph.text(covered)} to"
            f" cover and {self.graph.text(driven - covered)} to get to them and between them;"
            f" {self.graph.text(route.cost)} of {self.graph.text(self.longest)}, the longest route"
        )
        count = len(route.sorties)
        if count > 1:
            lasts = self.graph.text(route.vehicle.reach)
            text += f"; {count} sorties, as a battery lasts {lasts}"
        return text


def plan_coverage(
    graph: StreetGraph,
    vehicles: Sequence[Vehicle],
    *,
    seed: int = 0,
    steps: int | None = None,
) -> CoveragePlan:
    """Routes that cover all required streets but those in `left_out`; raises PlanError.

    `steps` is the effort of sharing out (by default 100 a vehicle, 300 on small maps); one seed
    gives one plan.
    """
    check_vehicles(graph, vehicles)
    if steps is None:
        small = len(graph.required) <= SMALL_STREETS
        steps = len(vehicles) * (STEPS_PER_VEHICLE_SMALL if small else STEPS_PER_VEHICLE)
    homes = homes_of(graph, vehicles)
    duties, left_out = share_parts(graph, vehicles, homes)
    routes = [Route(vehicle, ()) for vehicle in vehicles]
    for duty in duties:
        for i, route in zip(duty.vehicles, _Crew(graph, vehicles, homes, duty, seed).routes(steps),
                            strict=True):  # fmt: skip
            routes[i] = route
    return CoveragePlan(graph, tuple(routes), tuple(left_out))


def tasks_of(graph: StreetGraph, streets: Collection[int]) -> set[int]:
    """The tasks of some streets."""
    return {task for i in streets for task in graph.tasks(i)}


def deal_tasks(
    graph: StreetGraph, shares: Sequence[Circuit], tasks: Collection[int]
) -> list[set[int]]:
    """Each task to one of the shares that drive it, the shortest first."""
    left, dealt = set(tasks), [set[int]() for _ in shares]
    for k in sorted(range(len(shares)), key=lambda k: shares[k].length(graph)):
        free = (2 * i for i in shares[k].free if graph.streets[i].sides == 1)
        driven = {*free, *map(graph.task_of, shares[k].fixed)}
        dealt[k] = driven & left
        left -= driven
    return dealt


class _Crew:
    """The vehicles of one part of the graph, and their way to routes."""

    def __init__(
        self,
        graph: StreetGraph,
        vehicles: Sequence[Vehicle],
        homes: dict[int, Home],
        duty: Duty,
        seed: int,
    ) -> None:
        self.graph, self.homes, self.seed = graph, homes, seed
        self.vehicles = [vehicles[i] for i in duty.vehicles]
        self.tasks = tasks_of(graph, duty.streets)

    def routes(self, steps: int) -> list[Route]:
        """The routes in the order of vehicles."""
        circuit = postman_circuit(self.graph, self.tasks, self.seed)
        holders = self._holders()
        shares, best = self._drive(circuit, holders, steps)
        for _ in range(CORRECTIONS if len(self.vehicles) > 1 else 0):
            if all(len(route.sorties) < 2 for route in best):
                break
            holders = _corrected(holders, shares, best)
            shares, other = self._drive(circuit, holders, steps)
            best = min(best, other, key=lambda routes: max(route.cost for route in routes))
        return best

    def _holders(self) -> list[Holder]:
        known: dict[tuple[int | None, float, float], Holder] = {}
        for v in self.vehicles:
            home = None if v.dock is None else self.homes[v.dock]
            access = None if home is None else home.out + home.back
            known.setdefault((v.dock, v.reach, v.recharge), Holder(access, v.reach, v.recharge))
        return [known[v.dock, v.reach, v.recharge] for v in self.vehicles]

    def _drive(
        self, circuit: Circuit, holders: list[Holder], steps: int
    ) -> tuple[list[Share], list[Route]]:
        """Shares of a circuit, and the routes they make."""
        shares = share_out(self.graph, circuit, holders, steps, self.seed)
        dealt = deal_tasks(self.graph, [share.circuit for share in shares], self.tasks)
        extra = self._pass_on(dealt)
        routes = []
        for k, vehicle in enumerate(self.vehicles):
            share = shares[k].circuit
            if k in extra:
                share = postman_circuit(self.graph, dealt[k], self.seed)
            home = None if vehicle.dock is None else self.homes[vehicle.dock]
            found = sorties_of(self.graph, vehicle, home, share, dealt[k], self.seed)
            routes.append(Route(vehicle, tuple(found)))
        return shares, routes

    def _pass_on(self, dealt: list[set[int]]) -> set[int]:
        """Give tasks beyond a vehicle's reach to one that can do them; who gives or gets."""
        changed = set[int]()
        for k, vehicle in enumerate(self.vehicles):
            if vehicle.reach == math.inf:
                continue
            for task in sorted(dealt[k]):
                if self._can(k, task):
                    continue
                able = [j for j in range(len(self.vehicles)) if self._can(j, task)]
                chosen = min(able, key=lambda j: sum(self.graph.lengths[t >> 1] for t in dealt[j]))
                dealt[k].remove(task)
                dealt[chosen].add(task)
                changed |= {k, chosen}
        return changed

    def _can(self, k: int, task: int) -> bool:
        vehicle = self.vehicles[k]
        trip = least_trip(self.graph, vehicle, self.homes, task >> 1)
        return trip <= vehicle.reach * (1 + SLACK)


def _corrected(holders: list[Holder], shares: list[Share], routes: list[Route]) -> list[Holder]:
    """Holders whose estimates are drawn to what their routes really cost, kind by kind."""
    estimated, real = dict[Holder, float](), dict[Holder, float]()
    for holder, share, route in zip(holders, shares, routes, strict=True):
        estimated[holder] = estimated.get(holder, 0.0) + share.cost
        real[holder] = real.get(holder, 0.0) + route.cost
    better = {
        holder: replace(holder, handicap=holder.handicap * real[holder] / estimated[holder])
        if real[holder] > 0 and estimated[holder] > 0
        else holder
        for holder in estimated
    }
    return [better[holder] for holder in holders]
