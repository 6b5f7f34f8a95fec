"""Small graphs."""

from __future__ import annotations

import pytest

from navigation.planning.patrol_graph import PatrolGraph
from tests.unit.navigation.planning.persistent.small import both_ways


@pytest.fixture
def dumbbell() -> PatrolGraph:
    """Two triangles far apart: a, b, c and d, e, f."""
    near = [(0, 1, 5.0), (1, 2, 5.0), (0, 2, 5.0), (3, 4, 5.0), (4, 5, 5.0), (3, 5, 5.0)]
    return both_ways(*near, (2, 3, 100.0))


@pytest.fixture
def star() -> PatrolGraph:
    """Dead ends b, c, d, e round a."""
    return both_ways((0, 1, 10.0), (0, 2, 10.0), (0, 3, 10.0), (0, 4, 10.0))
