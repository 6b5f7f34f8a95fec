"""Street-like graphs of any size: a perturbed grid, some streets missing, costs that vary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

BLOCK_M = 100.0
MISSING = 0.12  # share of a grid's streets
SPEEDS_MPS = (0.8, 1.0, 1.39)


@dataclass(frozen=True, eq=False)
class Streets:
    """n places (n, 2) in metres, edges from `tails` to `heads` (m,), seconds each takes."""

    places_m: NDArray[np.float64]
    tails: NDArray[np.int64]
    heads: NDArray[np.int64]
    costs: NDArray[np.float64]

    @property
    def count(self) -> int:
        """How many nodes there are."""
        return len(self.places_m)

    def far_pairs(self, count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
        """Random pairs that a path joins, at least a third of the width apart."""
        shape = (self.count, self.count)
        graph = coo_array((self.costs, (self.tails, self.heads)), shape=shape).tocsr()
        _, part = connected_components(graph, connection="strong")
        joined = np.flatnonzero(part == np.bincount(part).argmax())
        pairs: list[tuple[int, int]] = []
        while len(pairs) < count:
            a, b = rng.choice(joined, 2).tolist()
            gap_m = self.places_m[a] - self.places_m[b]
            if np.hypot(*gap_m) >= np.sqrt(self.count) * BLOCK_M / 3:
                pairs.append((a, b))
        return pairs


def made_streets(nodes: int, rng: np.random.Generator) -> Streets:
    """About so many nodes, numbered row by row; both ways of a street, one dearer by its slope."""
    side = round(nodes**0.5)
    number = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [np.stack([number[:, :-1], number[:, 1:]], -1).reshape(-1, 2),
         np.stack([number[:-1], number[1:]], -1).reshape(-1, 2)]
    )  # fmt: skip
    pairs = pairs[rng.random(len(pairs)) >= MISSING]
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)
    places_m = BLOCK_M * grid + rng.normal(0.0, BLOCK_M / 5, grid.shape)
    length_m = np.hypot(*(places_m[pairs[:, 0]] - places_m[pairs[:, 1]]).T)
    flat_s = length_m / rng.choice(SPEEDS_MPS, len(pairs))
    tails, heads = np.concatenate([pairs, pairs[:, ::-1]]).T
    costs = np.concatenate([flat_s, flat_s]) * rng.uniform(1.0, 1.2, 2 * len(pairs))
    return Streets(places_m, tails.copy(), heads.copy(), costs)
