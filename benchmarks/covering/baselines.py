"""Named alternatives, written from their sources: pairing greedily, cutting one tour."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from navigation.planning.coverage.circuit import Circuit
from navigation.planning.coverage.streets import StreetGraph


def nearest_neighbour_postman(graph: StreetGraph) -> Circuit:
    """A postman circuit whose odd nodes are paired nearest first (the greedy matching)."""
    degree = np.bincount(np.array(graph.tails), minlength=graph.node_count)
    odd = np.flatnonzero(degree % 2)
    distance = graph.distances(odd.tolist())[:, odd]
    rows, columns = np.triu_indices(len(odd), 1)
    order = np.argsort(distance[rows, columns], kind="stable")
    free, used = [True] * len(odd), set[int]()
    for i, j in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if free[i] and free[j]:
            free[i] = free[j] = False
            used ^= {arc >> 1 for arc in graph.shortest_walk(int(odd[i]), int(odd[j]))}
    return Circuit(free=(*graph.required, *sorted(used)))


def split_tour(graph: StreetGraph, circuit: Circuit, count: int) -> float:
    """The longest of `count` routes cut from one Euler tour (Frederickson, Hecht and Kim 1978).

    Their SPLITOUR with free starts: the tour is cut where it passes each equal part of its
    length, and each piece is closed by the shortest way from its end to its start.
    """
    walk = circuit.walk(graph, min(circuit.nodes(graph)))
    along = np.cumsum([graph.lengths[arc >> 1] for arc in walk])
    cuts = [0, *(int(np.argmin(np.abs(along - along[-1] * k / count))) + 1
                 for k in range(1, count)), len(walk)]  # fmt: skip
    longest = 0.0
    for first, last in pairwise(cuts):
        piece = walk[first:last]
        if piece:
            back = graph.shortest_walk(graph.heads[piece[-1]], graph.tails[piece[0]])
            longest = max(longest, graph.length_of(piece) + graph.length_of(back))
    return longest
