"""Which edges a route must not use, and why, in an operator's words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from navigation.planning.route_options import RouteOptions
from patrol.errors import PlanError
from patrol.map import PatrolMap, Zone, ZoneKind
from patrol.map_passable import Hindrance, hindrances, unfit_reason
from patrol.map_shapes import keep_out_edges
from patrol.windows import closed_until_text


@dataclass(frozen=True, slots=True)
class Closure:
    """Why an edge is closed; edges of one `group` in a row are one obstacle.

    Where `is_place` the text names what is passed ("zone Z3, closed until 07:00"), else the edge
    has to be named. Of a group the edge with the least `measure` is the one to name.
    """

    text: str
    group: str
    is_place: bool = False
    measure: float = math.inf


def closures(patrol_map: PatrolMap, options: RouteOptions) -> dict[int, str]:
    """Edges that must not be used, each with its reason; raises PlanError for an unknown edge."""
    return {edge_id: c.text for edge_id, c in find_closures(patrol_map, options).items()}


def find_closures(patrol_map: PatrolMap, options: RouteOptions) -> dict[int, Closure]:
    """As `closures`; what a person closed goes before zones, zones before the vehicle's limits."""
    unknown = (options.closed_edge_ids | options.closures.keys()) - patrol_map.edges.keys()
    if unknown:
        raise PlanError(f"{patrol_map.map_id}: no edge {min(unknown)} to close")
    found = _unfit(patrol_map, options) | _kept_out(patrol_map, options)
    operator = Closure("closed by the operator", "operator")
    found |= dict.fromkeys(sorted(options.closed_edge_ids), operator)
    found |= {i: Closure(text, text, is_place=True) for i, text in options.closures.items()}
    return found


def _unfit(patrol_map: PatrolMap, options: RouteOptions) -> dict[int, Closure]:
    if options.spec is None:
        return {}
    found = {}
    for edge in patrol_map.edges.values():
        unfit = hindrances(edge, options.spec)
        if unfit:
            narrow = unfit[0].hindrance in (Hindrance.WIDTH, Hindrance.LAW)
            measure = unfit[0].measured if narrow else -unfit[0].measured
            text = unfit_reason(edge, options.spec) or ""
            found[edge.id] = Closure(text, unfit[0].hindrance, measure=measure)
    return found


def _kept_out(patrol_map: PatrolMap, options: RouteOptions) -> dict[int, Closure]:
    if not options.respect_keep_out:
        return {}
    zone_ids = keep_out_edges(patrol_map, options.when)
    made = {
        zone.id: Closure(_zone_text(zone, patrol_map, options.when), f"zone {zone.id}", True)
        for zone in patrol_map.zones
        if zone.kind is ZoneKind.KEEP_OUT
    }
    return {edge_id: made[zone_id] for edge_id, zone_id in zone_ids.items()}


def _zone_text(zone: Zone, patrol_map: PatrolMap, when: datetime | None) -> str:
    if when is None or not zone.active_at(when, patrol_map.time_zone):
        return f"keep-out zone {zone.id}"
    return f"zone {zone.id}, {closed_until_text(zone, when, patrol_map.time_zone)}"
