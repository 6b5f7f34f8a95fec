"""Mending a coverage plan under way: a vehicle has failed, a street was closed.

Promises are kept: a street stays with its vehicle unless the vehicle is gone or can't come to it
any more. Only such streets change hands, each to the vehicle that would have the least to do with
it, the way there counted. A vehicle drives on along its old route, with detours over what it got.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from navigation.planning.coverage.feasible import LeftOut, share_parts
from navigation.planning.coverage.plan import CoveragePlan, Route, tasks_of
from navigation.planning.coverage.resume import new_route, rest_of, with_detours
from navigation.planning.coverage.sorties import SLACK
from navigation.planning.coverage.streets import StreetGraph, with_changes
from navigation.planning.coverage.vehicles import Vehicle, check_vehicles, homes_of, least_trip
from patrol.errors import PlanError

DRIVEN_PER_COVERED = 1.25  # about: street networks need a quarter more than their length


@dataclass(frozen=True)
class Replan:
    """The mended plan, and the tasks that changed hands: from whom to whom, by task."""

    plan: CoveragePlan
    moved: dict[int, tuple[str, str]]


def replan(
    plan: CoveragePlan,
    done: Collection[int],
    vehicles: Sequence[Vehicle],
    closed: Collection[int] = (),
    *,
    seed: int = 0,
) -> Replan:
    """The plan for the streets not `done`, by `vehicles` that are left, without `closed` streets.

    A vehicle is known by its name; `at` and `reach_now` say where it is and what it has left.
    Raises PlanError for streets or vehicles that are wrong.
    """
    for street in (*done, *closed):
        if not 0 <= street < len(plan.graph):
            raise PlanError(f"street {street} is unknown; streets are 0 to {len(plan.graph) - 1}")
    graph = with_changes(plan.graph, done, closed)
    check_vehicles(graph, vehicles)
    mender = _Mender(plan, graph, vehicles)
    routes = tuple(mender.route(k, seed) for k in range(len(vehicles)))
    shut = [
        LeftOut(i, "it is closed", "open it")
        for i in sorted(set(closed) - set(done)) if plan.graph.streets[i].required
    ]  # fmt: skip
    left_out = tuple(sorted([*mender.left_out, *shut], key=lambda out: out.street))
    return Replan(CoveragePlan(graph, routes, left_out), mender.moved)


class _Mender:
    """Who does what from now on: `dealt` tasks by vehicle."""

    def __init__(
        self,
        plan: CoveragePlan,
        graph: StreetGraph,
        vehicles: Sequence[Vehicle],
    ) -> None:
        self.plan, self.graph, self.vehicles = plan, graph, list(vehicles)
        self.homes = homes_of(graph, vehicles)
        self.task_of = [graph.task_of(arc) for arc in range(len(graph.heads))]
        self.old = {route.vehicle.name: route for route in plan.routes}
        duties, self.left_out = share_parts(graph, vehicles, self.homes)
        self.crew = {street: duty.vehicles for duty in duties for street in duty.streets}
        before = {task: r.vehicle.name for r in plan.routes for task in r.tasks}
        self.dealt = [set[int]() for _ in vehicles]
        number = {vehicle.name: k for k, vehicle in enumerate(vehicles)}
        orphans = set[int]()
        for task in sorted(tasks_of(graph, self.crew)):
            k = number.get(before.get(task, ""))
            if k is not None and self._can(k, task):
                self.dealt[k].add(task)
            else:
                orphans.add(task)
        self.load = [
            vehicle.later + DRIVEN_PER_COVERED * self._length(tasks)
            for vehicle, tasks in zip(vehicles, self.dealt, strict=True)
        ]
        self.moved: dict[int, tuple[str, str]] = {}
        for task, k in self._adopt(orphans):
            self.moved[task] = (before.get(task, ""), vehicles[k].name)

    def route(self, k: int, seed: int) -> Route:
        """The rest of a vehicle's old route with detours, or a new one if that can't be."""
        vehicle, tasks = self.vehicles[k], self.dealt[k]
        old = self.old.get(vehicle.name)
        sorties = None
        if old and tasks:
            kept = tasks.difference(self.moved)
            sorties = rest_of(self.graph, self.plan.graph, vehicle, old.sorties, kept)
            if sorties and kept != tasks:
                sorties = with_detours(self.graph, vehicle, sorties, tasks - kept)
        if not sorties:
            home = None if vehicle.dock is None else self.homes[vehicle.dock]
            sorties = new_route(self.graph, vehicle, home, tasks, seed)
        return Route(vehicle, tuple(sorties))

    def _length(self, tasks: Collection[int]) -> float:
        return math.fsum(self.graph.lengths[task >> 1] for task in tasks)

    def _can(self, k: int, task: int) -> bool:
        if k not in self.crew[task >> 1]:
            return False
        vehicle = self.vehicles[k]
        trip = least_trip(self.graph, vehicle, self.homes, task >> 1)
        return trip <= vehicle.reach * (1 + SLACK)

    def _adopt(self, orphans: set[int]) -> list[tuple[int, int]]:
        """Each orphan with its new vehicle: who would have least to do, with the way there."""
        adopted = list[tuple[int, int]]()
        nodes = [self._places(k) for k in range(len(self.vehicles))]
        offers: dict[int, tuple[float, int]] = {}  # the way to the nearest orphan, by vehicle
        idle = set[int]()
        while orphans:
            for k in range(len(self.vehicles)):
                if k not in idle and (k not in offers or offers[k][1] not in orphans):
                    offers.pop(k, None)
                    found = self._nearest(k, nodes[k], orphans)
                    if found is None:
                        idle.add(k)
                    else:
                        offers[k] = found
            k = min(offers, key=lambda k: self.load[k] + 2 * offers[k][0])
            way, task = offers.pop(k)
            both = {t for t in self.graph.tasks(task >> 1) if t in orphans}
            orphans -= both
            self.dealt[k] |= both
            self.load[k] += 2 * way + DRIVEN_PER_COVERED * self._length(both)
            nodes[k] |= {self.graph.tails[task], self.graph.heads[task]}
            adopted += [(t, k) for t in sorted(both)]
        return adopted

    def _places(self, k: int) -> set[int]:
        """Nodes of a vehicle's streets; without any, where it stands or docks."""
        tasks, vehicle = self.dealt[k], self.vehicles[k]
        if tasks:
            return {n for t in tasks for n in (self.graph.tails[t], self.graph.heads[t])}
        place = vehicle.at if vehicle.at is not None else vehicle.dock
        return set() if place is None else {place}

    def _nearest(self, k: int, nodes: set[int], orphans: set[int]) -> tuple[float, int] | None:
        """The orphan nearest to some nodes, of those that a vehicle can do, and the way there."""
        if not nodes:
            return next(((0.0, task) for task in sorted(orphans) if self._can(k, task)), None)
        heads, lengths, task_of = self.graph.heads, self.graph.lengths, self.task_of
        best = dict.fromkeys(nodes, 0.0)
        queue = [(0.0, node) for node in sorted(nodes)]
        while queue:
            length, node = heapq.heappop(queue)
            if length > best[node]:
                continue
            for arc in self.graph.outgoing[node]:
                task = task_of[arc]
                if task in orphans and self._can(k, task):
                    return length, task
                head, reached = heads[arc], length + lengths[arc >> 1]
                if reached < best.get(head, math.inf):
                    best[head] = reached
                    heapq.heappush(queue, (reached, head))
        return None
