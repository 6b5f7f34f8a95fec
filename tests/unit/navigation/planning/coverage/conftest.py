"""Street-like graphs, and a checker of plans that knows nothing of how they are made."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from navigation.planning.coverage.plan import CoveragePlan
from navigation.planning.coverage.streets import Street, StreetGraph

TOLERANCE = 1e-6


def grid(width: int, height: int, seed: int, keep: float = 0.85) -> StreetGraph:
    """A perturbed grid with some streets missing: its largest part."""
    rng = np.random.default_rng(seed)
    pairs = [
        (x + width * y, x + width * y + step)
        for y in range(height)
        for x in range(width)
        for step, fits in ((1, x + 1 < width), (width, y + 1 < height))
        if fits and rng.random() < keep
    ]
    whole = StreetGraph(
        width * height, tuple(Street(u, v, float(rng.uniform(40, 160))) for u, v in pairs)
    )
    largest = np.bincount(whole.parts).argmax()
    return StreetGraph(
        whole.node_count, tuple(s for s in whole.streets if whole.parts[s.start] == largest)
    )


def drive(graph: StreetGraph, start: int, walk: tuple[int, ...]) -> list[tuple[int, int]]:
    """The nodes of a walk in pairs; fails where it jumps or goes against a one-way street."""
    nodes = [start]
    for arc in walk:
        street, against = graph.streets[arc // 2], arc % 2 == 1
        tail, head = (street.end, street.start) if against else (street.start, street.end)
        assert tail == nodes[-1], f"arc {arc} leaves {tail}, the walk is at {nodes[-1]}"
        assert not (against and street.one_way)
        nodes.append(head)
    return list(pairwise(nodes))


def check(plan: CoveragePlan) -> None:
    """Every street covered as asked or left out, and every sortie one that can be driven."""
    graph = plan.graph
    promised: Counter[tuple[int, int]] = Counter()
    for route in plan.routes:
        vehicle, first = route.vehicle, True
        for sortie in route.sorties:
            moves = drive(graph, sortie.start, sortie.walk)
            length = math.fsum(graph.streets[arc // 2].length for arc in sortie.walk)
            assert sortie.length == pytest.approx(length)
            on_the_way = first and vehicle.at is not None
            reach = vehicle.reach
            if on_the_way:
                assert sortie.start == vehicle.at
                reach = vehicle.reach if vehicle.reach_now is None else vehicle.reach_now
            elif vehicle.dock is not None:
                assert sortie.start == vehicle.dock
            assert length <= reach * (1 + TOLERANCE)
            end = moves[-1][1] if moves else sortie.start
            if vehicle.dock is not None:
                assert end == vehicle.dock
            elif not on_the_way:
                assert end == sortie.start
            driven = Counter((arc // 2, arc % 2) for arc in sortie.walk)
            for task in sortie.tasks:
                street = graph.streets[task // 2]
                passes = [driven[task // 2, 0], driven[task // 2, 1]]
                assert passes[task % 2] if street.sides == 2 else sum(passes)
                promised[task // 2, task % 2 if street.sides == 2 else 0] += 1
            first = False
    assert all(count == 1 for count in promised.values())
    left_out = [out.street for out in plan.left_out]
    for i, street in enumerate(graph.streets):
        asked = street.sides if street.required else 0
        got = promised[i, 0] + promised[i, 1]
        assert got == (0 if i in left_out else asked), f"street {i}: {got} of {asked}"


@pytest.fixture(scope="session")
def make_grid() -> Callable[..., StreetGraph]:
    return grid


@pytest.fixture(scope="session")
def check_plan() -> Callable[..., None]:
    return check
