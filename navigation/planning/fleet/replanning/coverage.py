"""Changing a coverage plan under way: a street stays with its vehicle as far as that goes.

What vehicles still have to drive is read back from their steps as walks over streets, so that
`navigation.planning.coverage.replan` can mend them: only streets that nobody drives any more
change hands, as detours. A vehicle that neither gives nor takes keeps its very route.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from navigation.planning.coverage.map_streets import MapStreets
from navigation.planning.coverage.plan import CoveragePlan, Route
from navigation.planning.coverage.replan import Replan, replan
from navigation.planning.coverage.vehicles import Vehicle
from navigation.planning.fleet.coverage import Sheet, coverage_figures
from navigation.planning.fleet.coverage_streets import timed_streets
from navigation.planning.fleet.replanning.coverage_words import moves, reason
from navigation.planning.fleet.replanning.left import StreetsLeft
from navigation.planning.fleet.replanning.team import IS_BACK, Member, Outcome, Situation
from navigation.planning.fleet.replanning.walks import (
    corners,
    delayed_end_s,
    leading_to,
    open_rest,
    sorties_on,
)
from navigation.planning.fleet.types import LeftOut, VehiclePlan
from patrol.errors import PlanError

HAND_OVER = 0.1  # of the time to the end of the plan: later than this, streets are handed over
HAND_OVER_S = 60.0  # and at least this


def replan_coverage(now: Situation) -> Outcome:
    """The rest of a coverage plan."""
    left = StreetsLeft.of(now)
    driven = {e for m in now.members if not m.because for s in m.rest for e in s.edge_ids}
    is_calm = all(not member.because for member in now.members)
    if is_calm and not left.unpromised(driven):
        return _unchanged(now, left)
    return _Mended(now, left).outcome()


def _unchanged(now: Situation, left: StreetsLeft) -> Outcome:
    plans = tuple(member.kept() for member in now.members)
    kept = frozenset(member.vehicle.id for member in now.members)
    out = (*now.old.left_out, *left.shut) if now.changes.closed else now.old.left_out
    return Outcome(plans, tuple(dict.fromkeys(out)), _figures(plans), (), kept)


def _figures(plans: Sequence[VehiclePlan]) -> dict[str, float]:
    return {
        "length_m": math.fsum(plan.length_m for plan in plans),
        "longest_s": max((plan.end_s for plan in plans), default=0.0),
    }


class _Mended:
    """The new walks of the members that can move, as steps."""

    def __init__(self, now: Situation, left: StreetsLeft) -> None:
        self._now, self._left, self._map = now, left, left.patrol_map
        around = {n for e in left.passable for n in self._ends(e)}
        self._able = [m for m in now.members if self._can_move(m, around)]
        if not self._able:
            raise PlanError("no vehicle is left that stands on an open way")
        self._ways_home: dict[str, frozenset[int]] = {}
        self._rests = {
            m.vehicle.id: open_rest(m, self._homeward(m), self._until_s(m)) for m in self._able
        }
        self._streets: MapStreets | None = None
        self._late: list[LeftOut] = []

    def _ends(self, edge_id: int) -> tuple[int, int]:
        edge = self._map.edges[edge_id]
        return edge.start_id, edge.end_id

    def _can_move(self, member: Member, around: Collection[int]) -> bool:
        vehicle = member.vehicle
        home = self._map.dock(vehicle.dock_id).node_id if vehicle.dock_id else vehicle.node_id
        return vehicle.node_id in around and home in around

    def _homeward(self, member: Member) -> frozenset[int]:
        """Open edges that a vehicle can come home from."""
        dock_id = member.vehicle.dock_id
        if dock_id is None or not self._now.request.closed_edge_ids:
            return self._left.passable
        if dock_id not in self._ways_home:
            home = self._map.dock(dock_id).node_id
            self._ways_home[dock_id] = leading_to(self._map, self._left.passable, home)
        return self._ways_home[dock_id]

    def _until_s(self, member: Member) -> float:
        """Up to when a vehicle that is held up keeps its streets: what would make the whole plan
        much longer is shared with the others."""
        if not member.because:
            return self._fair_share_s(member)
        others = [m.rest[-1].end_s for m in self._able if m is not member and m.rest]
        others_s = max(others, default=math.inf)
        late_s = delayed_end_s(member) - others_s
        if late_s < max(HAND_OVER_S, HAND_OVER * (others_s - self._now.now_s)):
            return math.inf
        return others_s + late_s / len(self._able)

    def _fair_share_s(self, member: Member) -> float:
        """Up to when a vehicle keeps its streets while another is back and can help."""
        if not member.rest or not any(m.because == IS_BACK for m in self._able):
            return math.inf
        now_s = self._now.now_s
        to_do_s = math.fsum(m.rest[-1].end_s - now_s for m in self._able if m.rest)
        fair_s = to_do_s / len(self._able)
        much_s = fair_s + max(HAND_OVER_S, HAND_OVER * fair_s)
        return math.inf if member.rest[-1].end_s - now_s < much_s else now_s + fair_s

    def outcome(self) -> Outcome:
        """Mend, then drive."""
        if not self._left.wanted:
            return self._all_go_home()
        found, streets = self._mend()
        takers = {to_id for _, to_id in found.moved.values()}
        givers = {m.vehicle.id for m in self._able if math.isfinite(self._until_s(m))}
        plans, kept = [], set[str]()
        by_id = {route.vehicle.name: route for route in found.plan.routes}
        for member in self._now.members:
            vehicle_id = member.vehicle.id
            if not member.because and vehicle_id not in takers | givers:
                kept.add(vehicle_id)
                plans.append(member.kept())
            elif vehicle_id in by_id:
                plans.append(self._driven(member, by_id[vehicle_id], found, streets))
            else:
                plans.append(member.plan((), f"{member.because}; it stands on no open way"))
        out = [LeftOut(streets.graph.label(o.street), o.why, o.remedy)
               for o in found.plan.left_out]  # fmt: skip
        stale = (
            () if self._now.changes.opened or self._now.changes.back else self._now.old.left_out
        )
        left_out = dict.fromkeys((*stale, *self._left.shut, *out, *self._late))
        figures = coverage_figures(streets, plans)
        moved = tuple(moves(self._now, found, streets))
        return Outcome(tuple(plans), tuple(left_out), figures, moved, frozenset(kept))

    def _all_go_home(self) -> Outcome:
        """Nothing is left to cover."""
        plans, kept = [], set[str]()
        for member in self._now.members:
            if not member.because:
                kept.add(member.vehicle.id)
                plans.append(member.kept())
                continue
            steps = member.way_home()
            plans.append(member.plan(steps, f"{member.because}; nothing is left to cover"))
        out = tuple(dict.fromkeys((*self._now.old.left_out, *self._left.shut)))
        return Outcome(tuple(plans), out, _figures(plans), (), frozenset(kept))

    def _mend(self) -> tuple[Replan, MapStreets]:
        left, able = self._left, self._able
        driven = {e for rest in self._rests.values() for piece in rest for e in piece}
        keep = {m.vehicle.node_id for m in able}
        keep |= {n for rest in self._rests.values() for p in rest for n in corners(self._map, p)}
        streets = timed_streets(
            self._map, [m.vehicle for m in able], left.passable, left.wanted,
            left.twice(left.unpromised(driven)), keep,
        )  # fmt: skip
        vehicles = [self._vehicle(streets, m) for m in able]
        claimed = set[int]()
        routes = [
            Route(v, tuple(sorties_on(streets, self._rests[m.vehicle.id], claimed)))
            for v, m in zip(vehicles, able, strict=True)
        ]
        plan = CoveragePlan(streets.graph, tuple(routes), ())
        return replan(plan, (), vehicles, seed=self._now.request.seed), streets

    def _vehicle(self, streets: MapStreets, member: Member) -> Vehicle:
        vehicle, at = member.vehicle, streets.node(member.vehicle.node_id)
        later_s = max(0.0, vehicle.available_at_s - self._now.now_s)
        if vehicle.dock_id is None:
            reach_s = max(vehicle.endurance_s, 1.0)
            dock = None
        else:
            reach_s = vehicle.full_endurance_s
            dock = streets.node(self._map.dock(vehicle.dock_id).node_id)
        return Vehicle(
            vehicle.id, dock, reach_s, vehicle.charge_s, at, vehicle.endurance_s, later_s
        )

    def _driven(
        self, member: Member, route: Route, found: Replan, streets: MapStreets
    ) -> VehiclePlan:
        sheet = Sheet(
            self._map, streets, member.search, member.vehicle, self._now.request.horizon_s
        )
        made = sheet.plan(route, found.plan)
        self._late += sheet.left_out
        return member.plan(made.steps, reason(self._now, member, found, streets))
