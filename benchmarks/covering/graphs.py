"""Street graphs to plan on: generated ones that look like streets, patrol maps, OSMnx files."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import networkx as nx
import numpy as np
from scipy.spatial import Delaunay

from navigation.planning.coverage.map_streets import streets_of
from navigation.planning.coverage.streets import Street, StreetGraph
from patrol.errors import MapError
from patrol.map_geojson import load_map

Pairs = list[tuple[int, int]]


def street_like(kind: str, streets: int, seed: int) -> StreetGraph:
    """A connected graph of so many streets: "grid" is bent and gappy, "town" grown at random.

    Streets are 30 to 200 m; a fifth of junctions' ways are missing, as dead ends and T-junctions
    need.
    """
    rng = np.random.default_rng(seed)
    places, pairs = _grid(streets, rng) if kind == "grid" else _town(streets, rng)
    kept = [pair for pair in pairs if rng.random() < 0.8]
    chosen = _grown(kept, len(places), streets)
    return _numbered([(a, b, float(np.hypot(*(places[a] - places[b])))) for a, b in chosen])


def read_graph(path: Path) -> StreetGraph:
    """Streets of a patrol map (.geojson) or of an OSMnx GraphML file, all taken as two-way."""
    if path.name.endswith(".geojson"):
        return streets_of(load_map(path)).graph
    try:
        loaded = nx.read_graphml(path)
    except (OSError, nx.NetworkXError, SyntaxError) as error:
        raise MapError(f"{path}: not read as GraphML: {error}") from None
    found = {
        (min(a, b), max(a, b), round(float(data["length"]))): float(data["length"])
        for a, b, data in loaded.edges(data=True)
    }
    return _numbered([(a, b, length) for (a, b, _), length in found.items()])


def _grid(streets: int, rng: np.random.Generator) -> tuple[np.ndarray, Pairs]:
    width = int(np.sqrt(streets)) + 2
    y, x = np.divmod(np.arange(width * width), width)
    places = 100.0 * np.column_stack((x, y)) + rng.normal(0, 18, (width * width, 2))
    pairs = [
        (i, i + step)
        for i in range(width * width)
        for step, fits in ((1, i % width < width - 1), (width, i < width * (width - 1)))
        if fits
    ]
    return places, pairs


def _town(streets: int, rng: np.random.Generator) -> tuple[np.ndarray, Pairs]:
    count = int(streets * 0.75) + 20
    places = rng.uniform(0, 75 * np.sqrt(count), (count, 2))
    sides = {
        (min(a, b), max(a, b))
        for t in Delaunay(places).simplices
        for a, b in zip(t, np.roll(t, 1), strict=True)
    }
    ordered = sorted(sides, key=lambda p: float(np.hypot(*(places[p[0]] - places[p[1]]))))
    return places, [(int(a), int(b)) for a, b in ordered[: 2 * count]]


def _grown(pairs: Pairs, nodes: int, streets: int) -> Pairs:
    """So many of the pairs, connected, around a middle node."""
    at: list[list[int]] = [[] for _ in range(nodes)]
    for i, (a, b) in enumerate(pairs):
        at[a].append(i)
        at[b].append(i)
    start = max(range(nodes // 2, nodes // 2 + 20), key=lambda n: len(at[n]))
    queue, seen, chosen = deque([start]), {start}, dict[int, None]()
    while queue and len(chosen) < streets:
        for i in at[queue.popleft()]:
            chosen[i] = None
            for node in set(pairs[i]) - seen:
                seen.add(node)
                queue.append(node)
    return [pairs[i] for i in list(chosen)[:streets]]


def _numbered(links: list[tuple[object, object, float]]) -> StreetGraph:
    number: dict[object, int] = {}
    streets = tuple(
        Street(number.setdefault(a, len(number)), number.setdefault(b, len(number)), length)
        for a, b, length in links
    )
    return StreetGraph(len(number), streets)
