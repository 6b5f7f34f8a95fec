"""Where the posts of crosswalk signals stand, and when each crosswalk's programme begins."""

from __future__ import annotations

import math

import numpy as np
from shapely.geometry import Point

from simulation.placing import CLEAR_M, Grounds
from simulation.signals import CrosswalkSignal, SignalHead, SignalProgram

BESIDE_M = 0.25  # from the corridor that vehicles keep to
CLEARANCE_MPS = 1.0  # a slow walker's speed: the flashing green lets him finish


def place_signals(grounds: Grounds, seed: int) -> tuple[CrosswalkSignal, ...]:
    """A post at each end of every signalled crosswalk; offsets of the programmes follow the seed.

    Each light looks over the crosswalk at those who come from the other side.
    """
    signals = []
    for crosswalk in grounds.map.crosswalks:
        if not crosswalk.signalled or not crosswalk.edge_ids:
            continue
        edge = grounds.map.edges[crosswalk.edge_ids[0]]
        a, b = grounds.map.nodes[edge.start_id], grounds.map.nodes[edge.end_id]
        length_m = math.hypot(b.x_m - a.x_m, b.y_m - a.y_m)
        heading = math.atan2(b.y_m - a.y_m, b.x_m - a.x_m)
        beside = max(edge.width_m / 2, CLEAR_M) + BESIDE_M
        heads = tuple(
            _head(grounds, x_m, y_m, yaw, beside)
            for x_m, y_m, yaw in ((a.x_m, a.y_m, heading), (b.x_m, b.y_m, heading + math.pi))
        )
        name = crosswalk.signal_id or crosswalk.id
        rng = np.random.default_rng([seed, 23, *name.encode()])
        base = SignalProgram()
        clearance = math.ceil(length_m / CLEARANCE_MPS)
        program = SignalProgram(
            base.walk_s,
            clearance,
            max(base.cycle_s, 2 * (base.walk_s + clearance)),
            float(rng.uniform(0, base.cycle_s)),
        )
        signals.append(CrosswalkSignal(name, crosswalk.id, program, heads))
    return tuple(signals)


def _head(grounds: Grounds, x_m: float, y_m: float, yaw_rad: float, beside_m: float) -> SignalHead:
    """A post to the right of the end that looks across at `yaw_rad`."""
    x, y = x_m + beside_m * math.sin(yaw_rad), y_m - beside_m * math.cos(yaw_rad)
    grounds.take(Point(x, y).buffer(0.2))
    return SignalHead(x, y, grounds.height(x, y), math.remainder(yaw_rad, math.tau))
