"""Published algorithms on cases small enough to know the answer."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.patrolling.baselines.bayesian import (
    GreedyBayesian,
    StateExchangeBayesian,
    saturation,
)
from benchmarks.patrolling.baselines.cyclic import cyclic_trace
from benchmarks.patrolling.baselines.random_walk import RandomWalk
from benchmarks.patrolling.baselines.reactive import (
    ConscientiousReactive,
    HeuristicConscientiousReactive,
)
from benchmarks.patrolling.idleness import measure_idleness
from benchmarks.patrolling.simulate import Scene, Strategy, pick, simulate, start_places
from navigation.planning.patrol_graph import PatrolGraph

STAR = PatrolGraph(
    ("hub", "near", "far"), ((0, 1, 10.0), (1, 0, 10.0), (0, 2, 40.0), (2, 0, 40.0))
)
RNG = np.random.default_rng(0)


def at_hub(near_s: float, far_s: float, heading_to: tuple[int, ...] = (0,)) -> Scene:
    """At the hub at 100 s, its neighbours idle for so long."""
    last_visit_s = [100.0, 100.0 - near_s, 100.0 - far_s]
    return Scene(STAR, 0, 0, 100.0, last_visit_s, list(heading_to), list(heading_to))


def chosen(strategy: Strategy, scene: Scene) -> int:
    return scene.options[strategy.choose(scene, RNG)][0]


def test_cr_goes_to_the_idlest_neighbour() -> None:
    assert chosen(ConscientiousReactive(), at_hub(50.0, 60.0)) == 2


def test_hcr_weighs_distance_against_idleness() -> None:
    # near: 30/40 + 30/60 = 1.25; far: 0 + 1
    assert chosen(HeuristicConscientiousReactive(), at_hub(30.0, 60.0)) == 1
    # near: 0.75 + 0.1; far: 1
    assert chosen(HeuristicConscientiousReactive(), at_hub(6.0, 60.0)) == 2


def test_gbs_compares_idleness_a_second_of_way() -> None:
    strategy = GreedyBayesian(saturation=20.0)
    assert chosen(strategy, at_hub(20.0, 60.0)) == 1  # gains 2 and 1.5
    assert chosen(strategy, at_hub(10.0, 60.0)) == 2  # gains 1 and 1.5
    assert strategy.likelihood(0.0) == pytest.approx(0.1)
    assert strategy.likelihood(10.0) == pytest.approx(0.1**0.5)
    assert strategy.likelihood(25.0) == 1.0


def test_sebs_leaves_a_place_to_who_is_on_the_way() -> None:
    scene = at_hub(20.0, 60.0, heading_to=(0, 1))
    assert chosen(GreedyBayesian(20.0), scene) == 1
    assert chosen(StateExchangeBayesian(20.0), scene) == 2
    # 2^(R - s) / (2^R - 1) with R = 2 and s = 1
    assert StateExchangeBayesian(20.0).value(scene, 1, 25.0) == pytest.approx(2 / 3)


def test_saturation_follows_round_and_shortest_move() -> None:
    assert saturation(STAR, 100.0, 2) == pytest.approx(5.0)


def test_ties_are_broken_at_random() -> None:
    picks = {pick([1.0, 1.0, 0.5], np.random.default_rng(seed)) for seed in range(20)}
    assert picks == {0, 1}


def test_random_walk_takes_every_move() -> None:
    assert {chosen(RandomWalk(), at_hub(0.0, 0.0)) for _ in range(20)} == {1, 2}


def test_start_places_differ_while_there_are_enough() -> None:
    places = start_places(STAR, 5, np.random.default_rng(1))
    assert sorted(places[:3]) == [0, 1, 2]
    assert len(places) == 5


@pytest.mark.parametrize("strategy", [ConscientiousReactive(), GreedyBayesian(5.0), RandomWalk()])
def test_one_vehicle_takes_the_time_of_its_moves(strategy: Strategy) -> None:
    trace = simulate(STAR, strategy, 1, 3, 1000.0)
    for before, after, time_s in zip(
        trace.places, trace.places[1:], np.diff(trace.times_s), strict=False
    ):
        assert time_s == pytest.approx(STAR.travel_s[before, after])
    assert trace.horizon_s == 1000.0


def test_same_seed_runs_the_same() -> None:
    first, second = (simulate(STAR, RandomWalk(), 2, 7, 500.0) for _ in range(2))
    assert first.places.tolist() == second.places.tolist()


def test_cr_on_a_star_alternates() -> None:
    trace = simulate(STAR, ConscientiousReactive(), 1, 0, 2000.0)
    figures = measure_idleness(trace, 3, 300.0)
    assert figures.worst_s == pytest.approx(100.0)  # the ends once in 20 s + 80 s


def test_cyclic_tour_visits_every_place_evenly() -> None:
    figures = measure_idleness(cyclic_trace(STAR, (0, 1, 0, 2), 4, 2000.0), 3, 200.0)
    assert figures.worst_s == pytest.approx(25.0)
