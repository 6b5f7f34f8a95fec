"""Estimates that stay sharp where a few edges have become cheaper than the landmarks know.

Let H(u, v) = r h(u, v) be the landmarks' bound, consistent for every edge but some, the gates
(a_i, b_i), which now cost c_i. A path to t either passes no gate or a first one, so estimate

    p(v) = min( H(v, t), min_i H(v, a_i) + R_i ),
    R_i  = c_i + min( H(b_i, t), min_j H(b_i, a_j) + R_j ),

R being the least solution (Bellman-Ford over the gates); with several goals that cost more or
less, H(v, t) is the least over them with their costs. p is consistent for other edges as the
minimum of consistent functions, and for gate i since p(a_i) <= H(a_i, a_i) + R_i = c_i + p(b_i);
p(t) is at most its cost. Hence it is a lower bound, and searches with it are exact. Backwards
likewise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navigation.planning.landmarks import Landmarks
from navigation.planning.route_changes import Changes
from navigation.planning.route_distances import FAR
from navigation.planning.search_graph import Floats, Ints, SearchGraph

GATES = 8  # each costs a bound more at every node; cheaper edges above that lower r instead


def gates_and_scale(
    landmarks: Landmarks, scale: float, changes: Changes
) -> tuple[NDArray[np.int64], float]:
    """Which of the changes are gates (places among them), and r for everything else.

    `scale` is r for the unchanged costs.
    """
    worth = landmarks.worth(changes.values, changes.edges)
    cheap = np.flatnonzero(worth < scale)
    gates = cheap[np.argsort(worth[cheap], kind="stable")[:GATES]]
    others = np.delete(worth, gates)
    least = min(scale, float(others.min(initial=np.inf)))
    return gates, least if np.isfinite(least) else 0.0


def gate_offsets(
    graph: SearchGraph,
    landmarks: Landmarks,
    scale: float,
    gates: tuple[NDArray[np.int64], Floats],
    origins: tuple[Ints, Floats],
    goals: tuple[Ints, Floats],
) -> tuple[tuple[Ints, Floats], tuple[Ints, Floats]]:
    """The origins and the goals, ranks with costs, each followed by the gates as further ones.

    `gates` are edges and what they cost; their R is the cost of a gate as a goal, its mirror image
    that of a gate as an origin.
    """
    edges, costs = gates
    if not len(edges):
        return origins, goals
    tails, heads = graph.tails[edges], graph.heads[edges]
    between = _bounds(landmarks, scale, heads, tails)
    onward = (_bounds(landmarks, scale, heads, goals[0]) + goals[1]).min(axis=1)
    back = (_bounds(landmarks, scale, origins[0], tails).T + origins[1]).min(axis=1)
    return (
        (np.append(origins[0], heads), np.append(origins[1], _least(costs, back, between.T))),
        (np.append(goals[0], tails), np.append(goals[1], _least(costs, onward, between))),
    )


def _least(costs: Floats, direct: Floats, between: Floats) -> Floats:
    """The least solution R_i = cost_i + min(direct_i, min_j between_ij + R_j)."""
    found = costs + direct
    for _ in range(len(costs)):
        found = np.minimum(found, costs + (between + found).min(axis=1))
    return found


def _bounds(landmarks: Landmarks, scale: float, sources: Ints, targets: Ints) -> Floats:
    """H from each source to each target, infinite where there is no path."""
    start, end = landmarks.table[sources], landmarks.table[targets]
    units = (end[None] - start[:, None]).max(axis=2, initial=0)
    return np.where(units > FAR, np.inf, scale * units)
