"""Releases ways too narrow for two vehicles to one direction at a time.

What a vehicle holds follows from its assignment and where it is, so a server that is started
again knows every reservation from its database: an order's released part up to where the vehicle
can wait (a vehicle that is not connected drives it to the end), and the place of whoever stands
without an order. A base is cut only at places to wait, so whoever holds a narrow way can leave it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fleet_server.dispatch.assignment import Assignment
from fleet_server.dispatch.claims import Claim, Point, conflict
from fleet_server.dispatch.holding import (
    asked,
    awaits_operator,
    held,
    lead_of,
    standing,
    stops,
)
from fleet_server.dispatch.map_ways import MapWays
from fleet_server.dispatch.narrow import Narrow
from fleet_server.dispatch.presence import Other, Presence
from fleet_server.dispatch.progress import Progress
from fleet_server.dispatch.waits import Blocker, Grant, Holding, Wait, Waits
from fleet_server.fleet import Fleet
from patrol.clock import Clock
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec

_Held = tuple[Claim, frozenset[int]]  # with all of its nodes
MAPS_KEPT = 8


@dataclass(frozen=True, slots=True)
class _Scene:
    """Who asks, among whom, on which map."""

    own_m: float
    others: list[Other]
    ways: MapWays
    widths_m: tuple[float, float]  # of the narrowest and the widest of the others

    def between(self, one_m: float, other_m: float) -> Narrow:
        """What is narrow for two vehicles."""
        return self.ways.narrow(one_m, other_m, min(self.own_m, self.widths_m[0]))

    @property
    def narrow(self) -> Narrow:
        """What is narrow for the one who asks and the widest of the others."""
        return self.between(self.own_m, self.widths_m[1])


class Reservations:
    """`grant`: how far a vehicle's base may go on now; at most one order a vehicle."""

    def __init__(
        self, fleet: Fleet, spec: VehicleSpec, clock: Clock, active: Mapping[str, Assignment]
    ) -> None:
        self._clock = clock
        self._presence = Presence(fleet, spec, clock, active)
        self._waits = Waits(active)
        self._maps: dict[int, MapWays] = {}
        self._claims: dict[tuple[str, float, float], tuple[object, tuple[_Held, ...]]] = {}

    def grant(
        self, assignment: Assignment, progress: Progress, patrol_map: PatrolMap, wanted: int
    ) -> Grant:
        """Up to the node (an index) that is wanted, further where nobody can wait there, or less
        far; with the reason in words where it is less."""
        vehicle_id = assignment.vehicle_id
        others = list(self._presence.others(vehicle_id, assignment.route.map_id))
        if not others:
            self._waits.forget(vehicle_id)
            return Grant(wanted)
        own_m = self._presence.width_m(vehicle_id)
        widths_m = [other.width_m for other in others]
        limits_m = (min(widths_m), max(widths_m))
        scene = _Scene(own_m, others, self._ways(patrol_map), limits_m)
        end, wait = self._as_far_as(assignment, progress, scene, wanted)
        if wait is None:
            self._waits.forget(vehicle_id)
            return Grant(end)
        return Grant(end, self._waits.note(wait, patrol_map))

    def _as_far_as(
        self, assignment: Assignment, progress: Progress, scene: _Scene, wanted: int
    ) -> tuple[int, Wait | None]:
        """Piece by piece from one place to wait to the next, and what keeps it from the last."""
        vehicle_id, route = assignment.vehicle_id, assignment.route
        ways, narrow = scene.ways, scene.narrow
        is_sent = progress.sent_at_s is not None
        end = progress.released_to if is_sent else -1
        lead = (
            None if is_sent else lead_of(ways, self._presence.at_m(vehicle_id), route.node_ids[0])
        )
        for stop in stops(route, end, progress.charged, ways, narrow):
            claim = asked(vehicle_id, route, end, stop, ways, narrow, lead)
            if not claim.is_free_in(narrow):
                if awaits_operator(route, progress, end):
                    break
                blockers = self._blockers(claim, scene)
                if blockers:
                    now_s = self._clock.now_s()
                    return end, Wait(progress.order_id, end, now_s, claim, tuple(blockers))
            end, lead = stop, None
            if end >= wanted:
                break
        return end, None

    def _blockers(self, claim: Claim, scene: _Scene) -> list[Blocker]:
        """Who holds what is asked for; where nobody does, who has waited for it for longer."""
        found, yields, concerned = [], [], claim.nodes
        at_m = self._presence.at_m(claim.vehicle_id)
        mine = Claim(claim.vehicle_id)
        if at_m is not None:
            mine = standing(claim.vehicle_id, scene.ways, at_m)
        for other in scene.others:
            narrow = scene.between(scene.own_m, other.width_m)
            for theirs, nodes in self._held(other, scene):
                where = None
                if not nodes.isdisjoint(concerned):
                    where = conflict(theirs, claim, narrow)
                if where is not None:
                    is_in_way = conflict(mine, theirs, narrow) is not None
                    holding = Holding.IN_TURN if is_in_way else other.holding
                    found.append(Blocker(other.vehicle_id, where, holding))
                    break
            else:
                waiting = self._waits.earlier(other.vehicle_id, claim.vehicle_id)
                where = None if waiting is None else conflict(waiting, claim, narrow)
                if where is not None:
                    yields.append(Blocker(other.vehicle_id, where, Holding.GOES_FIRST))
        return found or yields

    def _held(self, other: Other, scene: _Scene) -> tuple[_Held, ...]:
        """What a vehicle holds: of its order, and where it stands without one; kept until it has
        moved or its order goes on."""
        at_m, assignment = self._presence.at_m(other.vehicle_id), other.assignment
        key, by_hand = (other.vehicle_id, other.width_m, scene.own_m), other.is_by_hand
        place = None if at_m is None else (round(at_m[0], 1), round(at_m[1], 1))
        now: tuple[object, ...] = (place, by_hand, scene.ways, scene.widths_m)
        if assignment is not None:
            p = assignment.progress
            now += (p.order_id, p.order_update_id, p.released_to, p.reached, p.begun)
        kept = self._claims.get(key)
        if kept is None or kept[0] != now:
            claims = tuple(self._work_out(other, at_m, by_hand, scene))
            kept = (now, tuple((claim, claim.nodes) for claim in claims))
            self._claims[key] = kept
        return kept[1]

    def _work_out(
        self, other: Other, at_m: Point | None, by_hand: bool, scene: _Scene
    ) -> Iterator[Claim]:
        if other.assignment is not None:
            narrow = scene.between(other.width_m, scene.own_m)
            route, progress = other.assignment.route, other.assignment.progress
            yield held(other.vehicle_id, route, progress, at_m, scene.ways, narrow)
        if at_m is not None and (by_hand or other.assignment is None):
            yield standing(other.vehicle_id, scene.ways, at_m)

    def _ways(self, patrol_map: PatrolMap) -> MapWays:
        kept = self._maps.get(id(patrol_map))
        if kept is None or kept.patrol_map is not patrol_map:
            kept = MapWays(patrol_map)
            self._maps = dict(list(self._maps.items())[1 - MAPS_KEPT :])
            self._maps[id(patrol_map)] = kept
        return kept
