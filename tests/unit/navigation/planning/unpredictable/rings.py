"""Rings of places, and patrols of them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph, PatrolTrace
from navigation.planning.unpredictable import UnpredictablePatrol, moves


def ring(places: int, legs_s: list[float], chords: list[tuple[int, int, float]]) -> PatrolGraph:
    """A ring of places with a few chords, all passable both ways."""
    streets = [(i, (i + 1) % places, legs_s[i]) for i in range(places)] + chords
    both = [move for a, b, leg_s in streets for move in ((a, b, leg_s), (b, a, leg_s))]
    return PatrolGraph(tuple(f"p{i}" for i in range(places)), tuple(both))


def even_ring(places: int = 8, leg_s: float = 10.0) -> PatrolGraph:
    return ring(places, [leg_s] * places, [])


def round_trip(graph: PatrolGraph, vehicles: int) -> list[PatrolCycle]:
    return [PatrolCycle.of_walk(graph, range(len(graph)), vehicles)]


def longest_waits_s(trace: PatrolTrace, places: int) -> list[float]:
    """Of each place, the wait still open at the end included."""
    waits = []
    for place in range(places):
        times_s = [0.0, *trace.times_s[trace.places == place], trace.horizon_s]
        waits.append(float(np.diff(times_s).max()))
    return waits


@st.composite
def patrols(draw: st.DrawFn) -> tuple[PatrolGraph, int, int]:
    places = draw(st.integers(3, 12))
    leg = st.floats(1.0, 40.0)
    legs_s = draw(st.lists(leg, min_size=places, max_size=places))
    chords = draw(
        st.lists(st.tuples(st.integers(0, places - 3), st.integers(2, 3), leg), max_size=4)
    )
    streets = [(a, a + skip, leg_s) for a, skip, leg_s in chords if a + skip < places]
    graph = ring(places, legs_s, streets)
    return graph, draw(st.integers(1, min(5, places - 1))), draw(st.integers(0, 99))


class NeverAgain(np.random.Generator):
    """Dice with which nothing more is changed."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(1))

    def random(self, *_: object, **__: object) -> float:  # type: ignore[override]
        return 1.0


def unseen_after(patrol: UnpredictablePatrol, now_s: float, stay_s: float) -> set[int]:
    """Places that nobody sees for a time from a moment on, if nothing more is changed then."""
    seen = [(move.depart_s, move.start) for move in moves(patrol, now_s)]
    calm = patrol.copy(NeverAgain())
    for vehicle in range(calm.vehicles):
        seen += [(calm.arrives_s(vehicle), calm.place(vehicle))]
        seen += [(calm.leaves_s(vehicle), calm.place(vehicle))]
    for move in moves(calm, now_s + stay_s):
        seen += [(move.arrive_s, move.end), (move.depart_s, move.start)]
    in_time = {place for time_s, place in seen if now_s <= time_s <= now_s + stay_s + 1e-4}
    return set(range(len(patrol.arrivals))) - in_time
