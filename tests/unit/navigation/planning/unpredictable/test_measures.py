"""What the benchmark calls entropy and being caught."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.patrolling.adversary import SHARES, Effort, against_age, against_all_knowing
from benchmarks.patrolling.entropy import return_time_entropy
from benchmarks.patrolling.policies import OurPatrol, Walk
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph, PatrolTrace
from navigation.planning.unpredictable.surprise import entropy_bits


def one_way_ring() -> PatrolGraph:
    """Nobody can turn round there."""
    return PatrolGraph(tuple("abcd"), tuple((i, (i + 1) % 4, 10.0) for i in range(4)))


def even_visits(gaps_s: float, count: int = 500) -> PatrolTrace:
    visits = [(i * gaps_s, 0, 0) for i in range(count)]
    return PatrolTrace.of_visits(visits, count * gaps_s)


def test_returns_after_about_p_lie_in_one_bin() -> None:
    gaps_s = 100.0 + np.linspace(-2.0, 2.0, 9)
    assert entropy_bits(gaps_s, 100.0) == 0.0


def test_two_equally_likely_return_times_are_one_bit() -> None:
    assert entropy_bits(np.array([50.0, 100.0] * 10), 100.0) == pytest.approx(1.0)


def test_entropy_is_the_mean_over_places() -> None:
    visits = [(i * 100.0, 0, 0) for i in range(10)]
    visits += [(time_s, 1, 0) for time_s in (0.0, 50.0, 150.0, 200.0, 300.0)]
    trace = PatrolTrace.of_visits(visits, 1000.0)
    assert return_time_entropy(trace, 2, 100.0) == pytest.approx(0.5)


def test_a_clockwork_is_caught_from_p_on_only() -> None:
    curve = against_age(even_visits(100.0), 1, 100.0, 0.0)
    assert curve.shares.tolist() == [float(share >= 1.0) for share in SHARES]


def test_all_knowing_sees_through_a_clockwork() -> None:
    graph = one_way_ring()
    plan = [PatrolCycle.of_walk(graph, range(4), 1)]
    effort = Effort(moments=3, forks=4, again=1, forks_again=4)
    worst, mean = against_all_knowing(
        lambda: OurPatrol.start(graph, plan, 1), 4, plan[0].spacing_s, 1, effort
    )
    assert worst.shares.tolist() == [float(share >= 1.0) for share in SHARES]
    assert mean.shares.tolist() == worst.shares.tolist()


def test_forks_of_a_walk_share_its_past_only() -> None:
    ways = tuple((i, j, 5.0) for i in range(4) for j in range(4) if i != j)
    walk = Walk(PatrolGraph(tuple("abcd"), ways), [0], 1)
    now_s = walk.advance(50.0)
    runs = {tuple(walk.fork(seed).sightings(now_s + 60.0)) for seed in range(4)}
    assert len(runs) == 4
    assert len({run[0] for run in runs}) == 1
