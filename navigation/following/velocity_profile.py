"""How fast where: limits of way, zone, law and curve, and braking in time for the next of them.

The backward pass is v(s)² <= v(s')² + 2 a (s' - s) for every s' ahead, done at once as a running
minimum of v² + 2 a s from the end (the vectorised form of the usual two-pass profile).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from navigation.following.path import Piece
from patrol.map import Edge, PatrolMap
from patrol.vehicle import VehicleSpec

Array = NDArray[np.float64]

TURN_SPEED_MPS = 0.4
REVERSE_SPEED_MPS = 0.3
LIMIT_SPACING_M = 1.0
LATERAL_SHARE = 0.9  # of the side acceleration that the gate enforces
STEERING_RATE_SHARE = 0.6  # of the steering's speed; the rest is for corrections


class EdgeLimits:
    """Speed limits along edges, looked up in the map once for each edge."""

    def __init__(self, patrol_map: PatrolMap) -> None:
        self._map = patrol_map
        self._known: dict[int, Array] = {}

    def along(self, edge: Edge, shares: Array) -> Array:
        """Limits (m/s) at shares of an edge's length in [0, 1]; the lower of two neighbours."""
        limits = self._known.get(edge.id)
        if limits is None:
            limits = self._known[edge.id] = self._look_up(edge)
        at = np.clip(shares, 0.0, 1.0) * (len(limits) - 1)
        below = np.floor(at).astype(int)
        above = np.minimum(below + 1, len(limits) - 1)
        lower: Array = np.minimum(limits[below], limits[above])
        return lower

    def _look_up(self, edge: Edge) -> Array:
        start, end = self._map.nodes[edge.start_id], self._map.nodes[edge.end_id]
        count = max(2, math.ceil(edge.length_m / LIMIT_SPACING_M) + 1)
        return np.array(
            [
                self._map.speed_limit_at(
                    edge,
                    start.x_m + share * (end.x_m - start.x_m),
                    start.y_m + share * (end.y_m - start.y_m),
                )
                for share in np.linspace(0.0, 1.0, count)
            ]
        )


def static_limits(
    piece: Piece,
    edges: Sequence[Edge],
    caps_mps: Sequence[float],
    limits: EdgeLimits,
    spec: VehicleSpec,
) -> Array:
    """The highest speed (m/s, unsigned) at every sample of a piece, without looking ahead.

    `caps_mps[i]` is what the order allows on `edges[i]`; inf where it says nothing.
    """
    leg = np.clip(np.floor(piece.leg).astype(int), 0, len(edges) - 1)
    speed: Array = np.full(len(piece.s_m), spec.speed_cap_mps)
    for index in np.unique(leg):
        here = leg == index
        allowed = limits.along(edges[index], piece.leg[here] - index)
        speed[here] = np.minimum(speed[here], np.minimum(allowed, caps_mps[index]))
    if piece.is_turn:
        speed = np.minimum(speed, TURN_SPEED_MPS if piece.direction > 0 else REVERSE_SPEED_MPS)
    else:
        speed = np.minimum(speed, curve_speed(piece, spec))
    return speed


def curve_speed(piece: Piece, spec: VehicleSpec) -> Array:
    """What side acceleration and the steering's speed allow (m/s)."""
    curvature = np.maximum(np.abs(piece.curvature_1pm), 1e-6)
    lateral = np.sqrt(LATERAL_SHARE * spec.max_lateral_acceleration_mps2 / curvature)
    steering = np.arctan(spec.wheelbase_m * piece.curvature_1pm)
    per_metre = np.maximum(np.abs(np.gradient(steering, piece.s_m)), 1e-6)
    slewing = STEERING_RATE_SHARE * spec.max_steering_rate_radps / per_metre
    result: Array = np.minimum(lateral, np.maximum(slewing, 0.3))
    return result


def braking_profile(s_m: Array, limits_mps: Array, deceleration_mps2: float) -> Array:
    """The limits lowered so that each one ahead is met by braking; standing at the end."""
    energy = np.square(limits_mps) + 2 * deceleration_mps2 * s_m
    energy[-1] = 2 * deceleration_mps2 * s_m[-1]
    least = np.minimum.accumulate(energy[::-1])[::-1]
    profile: Array = np.sqrt(np.maximum(0.0, least - 2 * deceleration_mps2 * s_m))
    return profile


def approach_speed(distance_m: float, deceleration_mps2: float, delay_s: float) -> float:
    """The speed that stops in `distance_m` when the base answers `delay_s` late: v t + v²/2a."""
    if distance_m <= 0:
        return 0.0
    lag = deceleration_mps2 * delay_s
    return math.sqrt(lag * lag + 2 * deceleration_mps2 * distance_m) - lag
