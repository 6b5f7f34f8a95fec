"""Trial ideas that unpredictable patrols are compared with keep the same bound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.patrolling.cases import Case, case_of_file
from benchmarks.patrolling.circuits import Circuits
from benchmarks.patrolling.deadline_walk import DeadlineWalk
from benchmarks.patrolling.graphs import lattice
from benchmarks.patrolling.limits import most_bits, most_entropy_bits, never_soon
from benchmarks.patrolling.policies import MovePolicy
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.unpredictable.surprise import entropy_bits
from patrol.errors import MapError

ORDER = (0, 1, 2, 3, 7, 6, 5, 4)  # of two rows of four, 10 s apart


def case() -> Case:
    return Case.plain(lattice(2, 4))


def plan(vehicles: int) -> list[PatrolCycle]:
    return [PatrolCycle.of_walk(case().graph, ORDER, vehicles)]


def policies(vehicles: int, seed: int) -> list[MovePolicy]:
    made, cycles = case(), plan(vehicles)
    tours = [[ORDER, ORDER[:1] + ORDER[:0:-1]]]
    return [
        DeadlineWalk(made.arrivals, cycles, seed),
        Circuits(made.arrivals, cycles, tours, seed),
    ]


@pytest.mark.parametrize("vehicles", [1, 2, 4])
@pytest.mark.parametrize("which", [0, 1])
def test_no_place_waits_longer_than_twice_the_plan(which: int, vehicles: int) -> None:
    spacing_s = 80.0 / vehicles
    for seed in range(3):
        trace = policies(vehicles, seed)[which].trace(30 * spacing_s)
        for place in range(8):
            times_s = [0.0, *trace.times_s[trace.places == place], trace.horizon_s]
            assert float(np.diff(times_s).max()) <= 2 * spacing_s + 1e-4


@pytest.mark.parametrize("which", [0, 1])
def test_forks_share_the_past_and_not_the_future(which: int) -> None:
    policy = policies(1, 1)[which]
    now_s = policy.advance(400.0)
    runs = {tuple(policy.fork(seed).sightings(now_s + 300.0)) for seed in range(8)}
    assert len(runs) > 1
    assert len({run[0] for run in runs}) == 1
    again = [policy.fork(3).sightings(now_s + 300.0) for _ in range(2)]
    assert again[0] == again[1]


def test_entropy_has_room_for_every_bin_up_to_twice_the_plan() -> None:
    assert most_entropy_bits([1.0], [0.0]) == pytest.approx(np.log2(41))
    assert most_entropy_bits([1.0, 2.0], [0.0, 0.0]) == pytest.approx(
        (np.log2(41) + np.log2(21)) / 2
    )


def test_late_returns_and_a_small_mean_leave_less_entropy() -> None:
    free = most_entropy_bits([1.0], [0.0], 1.05)
    late = most_entropy_bits([1.0], [0.5], 1.05)
    fixed = most_entropy_bits([1.0], [1.0], 1.05)
    assert np.log2(41) == pytest.approx(free)
    assert np.log2(31) > late > fixed > 1.0
    assert most_entropy_bits([1.0], [1.0], 1.0) < fixed  # who may not wait has one bin and a bit


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 9999), st.floats(0.1, 4.0), st.floats(0.0, 1.0))
def test_no_return_times_have_more_entropy_than_the_bound(
    seed: int, spread: float, soonest: float
) -> None:
    """Times drawn at random, of a place and of one that weighs double."""
    rng, firsts, lasts = np.random.default_rng(seed), (soonest, soonest / 2), (2.0, 1.0)
    gaps = [
        np.minimum(first + rng.exponential(spread * (last - first), 4000), last)
        for first, last in zip(firsts, lasts, strict=True)
    ]
    mean = float(np.mean([found.mean() for found in gaps]))
    bits = float(np.mean([entropy_bits(found, 1.0) for found in gaps]))
    assert bits <= most_entropy_bits([1.0, 2.0], firsts, mean) + 1e-9


def test_on_a_one_way_ring_little_entropy_is_possible() -> None:
    """By hand: shares that fall by 0.6 from bin to bin have a mean of one bin and a half."""
    by_hand = 2.5 * np.log2(2.5) - 1.5 * np.log2(1.5)
    assert most_entropy_bits([1.0], [1.0], 1.05) == pytest.approx(by_hand, abs=1e-3)


def test_the_bound_of_a_lone_vehicle_counts_the_way_out_and_back() -> None:
    made = case()
    alone, team = (most_bits(made.arrivals, vehicles, 80.0, 80.0) for vehicles in (1, 2))
    assert team == pytest.approx(np.log2(41))
    assert alone < np.log2(41 - 5)  # 20 s out and back are five bins


def test_a_place_far_from_all_others_is_never_seen_again_soon() -> None:
    ways = ((0, 1, 5.0), (1, 0, 5.0), (1, 2, 30.0), (2, 1, 30.0))
    made = Case.plain(PatrolGraph(tuple("abc"), ways))
    cycles = [PatrolCycle.of_walk(made.graph, (0, 1, 2, 1), 1)]
    assert never_soon(made, cycles, 35.0) == ("c",)
    assert never_soon(made, [PatrolCycle.of_walk(made.graph, (0, 1, 2, 1), 2)], 35.0) == ()


def test_a_file_that_is_no_graph_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.graph"
    path.write_text("1 2")
    with pytest.raises(MapError, match=r"none\.graph"):
        case_of_file(path)
