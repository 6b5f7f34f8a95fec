"""A town of a wanted size as an OpenStreetMap file, so that the benchmark needs no download."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way

BLOCK_M = 80.0
POINTS_A_BLOCK = 6  # of a street that bends a little: 60 nodes a km, Helsinki's centre has 55
WAYS_A_BLOCK_M = 4.4 * BLOCK_M  # two streets, two footways, two crossings
METRE_DEG = 1 / 111_000
LONGITUDE_DEG, LATITUDE_DEG = 126.93, 37.48
WAVE_M = 1.5


@dataclass
class _Town:
    """Numbers nodes and ways; a grid of winding streets with pavements, crossings and houses."""

    rng: np.random.Generator
    nodes: list[Node]
    ways: list[Way]

    def node(self, x_m: float, y_m: float, **tags: str) -> int:
        lon = LONGITUDE_DEG + x_m * METRE_DEG / math.cos(math.radians(LATITUDE_DEG))
        place = (lon, LATITUDE_DEG + y_m * METRE_DEG)
        self.nodes.append(Node(id=len(self.nodes) + 1, location=place, tags=tags))
        return len(self.nodes)

    def way(self, refs: list[int], tags: dict[str, str]) -> None:
        self.ways.append(Way(id=len(self.ways) + 1, nodes=refs, tags=tags))


def make_town(path: Path, length_km: float, seed: int = 1) -> None:
    """Writes about `length_km` of ways, as much of it footways as streets, and a house a block."""
    blocks = max(2, round(math.sqrt(length_km * 1000 / WAYS_A_BLOCK_M)))
    path.unlink(missing_ok=True)
    town = _Town(np.random.default_rng(seed), [], [])
    corners = {
        (i, j): town.node(i * BLOCK_M, j * BLOCK_M)
        for i in range(blocks + 1)
        for j in range(blocks + 1)
    }
    for i in range(blocks + 1):
        for j in range(blocks + 1):
            if i < blocks:
                _street(town, corners, (i, j), (1, 0))
            if j < blocks:
                _street(town, corners, (i, j), (0, 1))
            if i < blocks and j < blocks:
                _house(town, i, j)
    writer = osmium.SimpleWriter(str(path))
    for node in town.nodes:
        writer.add_node(node)
    for way in town.ways:
        writer.add_way(way)
    writer.close()


def _street(
    town: _Town,
    corners: dict[tuple[int, int], int],
    at: tuple[int, int],
    step: tuple[int, int],
) -> None:
    """A street between two corners, a footway beside it, a crossing from one to the other."""
    end = (at[0] + step[0], at[1] + step[1])
    across = (-step[1], step[0])
    name = f"Street {at[1]}" if step[0] else f"Avenue {at[0]}"
    waves = WAVE_M * town.rng.normal(size=POINTS_A_BLOCK)
    street, footway = [corners[at]], [corners[at]]
    for k in range(1, POINTS_A_BLOCK):
        along_m = BLOCK_M * k / POINTS_A_BLOCK
        middle = k == POINTS_A_BLOCK // 2
        for refs, aside_m in ((street, waves[k]), (footway, 6 + waves[k])):
            x_m = at[0] * BLOCK_M + along_m * step[0] + aside_m * across[0]
            y_m = at[1] * BLOCK_M + along_m * step[1] + aside_m * across[1]
            tags = {"highway": "crossing"} if middle and refs is street else {}
            refs.append(town.node(x_m, y_m, **tags))
        if middle:
            tags = {"highway": "footway", "footway": "crossing", "crossing": "traffic_signals"}
            town.way([street[-1], footway[-1]], tags)
    lit = "yes" if town.rng.random() < 0.8 else "no"
    town.way([*street, corners[end]], {"highway": "residential", "name": name, "lit": lit})
    town.way([*footway, corners[end]], {"highway": "footway", "surface": "paving_stones"})


def _house(town: _Town, i: int, j: int) -> None:
    low, high = 0.35 * BLOCK_M, 0.65 * BLOCK_M
    ring = [
        town.node(i * BLOCK_M + x, j * BLOCK_M + y)
        for x, y in ((low, low), (high, low), (high, high), (low, high))
    ]
    town.way([*ring, ring[0]], {"building": "yes", "building:levels": "4"})
