"""The right-hand side of a way, for a vehicle that makes way: where to lead over, where back.

Like a detour it is a stretch beside the route (`aside.py`), but begun while driving, before who
comes has to be stopped for. All distances run along a piece from its beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from navigation.following.aside import WALKING_MPS, Aside, ramp_m
from navigation.following.detour import (
    EDGE_CLEARANCE_M,
    LEAST_CLEARANCE_M,
    STEP_M,
    WISHED_CLEARANCE_M,
    is_free,
    touches,
)
from navigation.following.oncoming import Body, Comer
from navigation.following.path import Piece, beside
from navigation.following.room import Room, may_be_left
from patrol.map import Edge
from patrol.vehicle import VehicleSpec

Array = NDArray[np.float64]

THEIR_LENGTH_M = 2.0  # taken for somebody of whom only the face is seen
AHEAD_M = 1.5  # the vehicle stays aside for so long, and looks again


def free_until_m(piece: Piece, edges: Sequence[Edge], at_m: float, spec: VehicleSpec) -> float:
    """How far on the vehicle may be beside the route: to the piece's end or the next crosswalk."""
    from_start = piece.s_m - piece.s_m[0]
    legs = np.minimum(np.floor(piece.leg).astype(int), len(edges) - 1)
    bound = np.array([not may_be_left(edge) for edge in edges])[legs] & (from_start >= at_m)
    if not bound.any():
        return float(from_start[-1])
    return float(from_start[int(np.argmax(bound))]) - spec.front_m


def is_in_the_way(body: Body, spec: VehicleSpec) -> bool:
    """Whether a vehicle on the route's line would pass it too near, or not at all."""
    return max(body.right_m, -body.left_m) < spec.width_m / 2 + LEAST_CLEARANCE_M


def find_side(
    piece: Piece,
    at_m: float,
    until_m: float,
    lead_m: float,
    comers: Sequence[Comer],
    things_map: Array,
    width_m: float,
    room: Room,
    spec: VehicleSpec,
) -> Aside | None:
    """How to make way on the right for all who come; None where that has no room or comes late.

    Leading over begins `lead_m` ahead, to slow down before. The wish is `WISHED_CLEARANCE_M` to
    who stays where he is. Where the way is narrower, half of that to the middle of the route
    suffices: who comes keeps right as well, or passes while the vehicle stands at the side.
    """
    half = spec.width_m / 2
    right_m = min(comer.right_m for comer in comers)
    begin_m = at_m + lead_m
    furthest_m = -(width_m / 2 - EDGE_CLEARANCE_M - half)
    wished_m = max(furthest_m, right_m - WISHED_CLEARANCE_M - half)
    least_m = max(-half - WISHED_CLEARANCE_M / 2, right_m - LEAST_CLEARANCE_M - half)
    for offset_m in np.arange(wished_m, least_m + 1e-6, STEP_M / 2):
        aside = _led_over(float(offset_m), begin_m, at_m, until_m, comers, spec)
        if aside is not None and is_free(piece, aside, things_map, room, spec, LEAST_CLEARANCE_M):
            return aside
    return None


def _led_over(
    offset_m: float,
    begin_m: float,
    at_m: float,
    until_m: float,
    comers: Sequence[Comer],
    spec: VehicleSpec,
) -> Aside | None:
    """Out before they are met, back behind the last; None where they are met too soon."""
    ramp = ramp_m(offset_m)
    if min(meets_m(c, at_m, spec) for c in comers) < begin_m + ramp / 2:
        return None
    passing_m = spec.length_m + THEIR_LENGTH_M
    behind_m = max(meets_m(c, at_m, spec) + passing_m * _share(c) for c in comers)
    return_m = max(begin_m + ramp, min(behind_m, until_m - ramp))
    return Aside(offset_m, begin_m, return_m) if return_m + ramp <= until_m else None


def meets_m(comer: Comer, at_m: float, spec: VehicleSpec) -> float:
    """Where the vehicle, at walking pace, is when its bumper reaches who comes."""
    gap_m = comer.body.near_m - at_m - spec.front_m
    return at_m + max(0.0, gap_m) * _share(comer)


def _share(comer: Comer) -> float:
    """The vehicle's share of their way towards each other."""
    return WALKING_MPS / (WALKING_MPS + comer.speed_mps)


def clearance_m(comer: Comer, aside: Aside, at_m: float, spec: VehicleSpec) -> float:
    """How near to the vehicle's left side he passes, should he come straight on."""
    offset_m = float(aside.at(np.array([meets_m(comer, at_m, spec)]))[0])
    return comer.body.right_m - offset_m - spec.width_m / 2


def is_back_clear(piece: Piece, aside: Aside, things_map: Array, spec: VehicleSpec) -> bool:
    """Whether nothing stands where the vehicle leads back to the route."""
    led = beside(piece, aside)
    from_start = led.s_m - led.s_m[0]
    ramp = (from_start >= aside.return_m) & (from_start <= aside.end_m)
    return not touches(led.poses[ramp][::2], things_map, spec, LEAST_CLEARANCE_M)


def prolonged(
    piece: Piece,
    aside: Aside,
    at_m: float,
    until_m: float,
    things_map: Array,
    room: Room,
    spec: VehicleSpec,
) -> Aside:
    """The same, led back `AHEAD_M` from here at the earliest; unchanged where that has no room."""
    longer = replace(aside, return_m=max(aside.return_m, at_m + AHEAD_M))
    if longer.end_m > until_m:
        return aside
    ramp = replace(longer, begin_m=max(longer.begin_m, at_m - longer.ramp_m))
    return longer if is_free(piece, ramp, things_map, room, spec, LEAST_CLEARANCE_M) else aside
