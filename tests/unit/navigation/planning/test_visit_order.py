"""Orders of visit against brute force."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from navigation.planning.visit_order import EXACT_GROUPS, best_order, chain


def problem(seed: int, groups: int, states: int = 3) -> tuple:  # type: ignore[type-arg]
    """Random one-sided costs; state 0 is the start, the last group is the dock."""
    rng = np.random.default_rng(seed)
    count = 1 + (groups + 1) * states
    cost = rng.uniform(1, 100, (count, count))
    np.fill_diagonal(cost, 0)
    members = [list(range(1 + g * states, 1 + (g + 1) * states)) for g in range(groups + 1)]
    return cost, members[:-1], members[-1], rng.uniform(0, 50, count)


def total(cost, order, groups, last, end_cost) -> float:  # type: ignore[no-untyped-def]
    stops = [groups[i] for i in order] + ([last] if last is not None else [])
    return chain(cost, 0, stops, end_cost)[0]


def test_a_chain_picks_the_cheapest_state_of_every_group() -> None:
    cost, groups, last, end_cost = problem(1, 3)
    lowest, picked = chain(cost, 0, [*groups, last], end_cost)
    ways = [
        cost[0, a] + cost[a, b] + cost[b, c] + cost[c, d] + end_cost[d]
        for a in groups[0] for b in groups[1] for c in groups[2] for d in last
    ]  # fmt: skip
    assert lowest == pytest.approx(min(ways))
    steps = zip([0, *picked], picked, strict=False)
    assert sum(cost[a, b] for a, b in steps) + end_cost[picked[-1]] == pytest.approx(lowest)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("home", [True, False])
def test_is_exact_for_few_groups(seed: int, home: bool) -> None:
    cost, groups, last, end_cost = problem(seed, 5)
    goal = last if home else None
    order = best_order(cost, 0, groups, goal, end_cost)
    assert sorted(order) == list(range(5))
    best = min(total(cost, p, groups, goal, end_cost) for p in permutations(range(5)))
    assert total(cost, order, groups, goal, end_cost) == pytest.approx(best)


def test_one_group_needs_no_choice() -> None:
    cost, groups, last, end_cost = problem(2, 1)
    assert best_order(cost, 0, groups, last, end_cost) == [0]


def test_improves_many_groups_close_to_the_best() -> None:
    """Points on a circle: the best tour is the circle."""
    count = EXACT_GROUPS + 6
    angles = np.random.default_rng(4).permutation(count) * 2 * np.pi / (count + 1)
    points = np.vstack(([1, 0], np.column_stack((np.cos(angles + 0.3), np.sin(angles + 0.3)))))
    cost = np.linalg.norm(points[:, None] - points[None], axis=2)
    groups = [[i] for i in range(1, count + 1)]
    order = best_order(cost, 0, groups, [0], np.zeros(count + 1))
    circle = sorted(range(count), key=lambda i: angles[i])
    best = total(cost, circle, groups, [0], np.zeros(count + 1))
    assert sorted(order) == list(range(count))
    assert total(cost, order, groups, [0], np.zeros(count + 1)) <= 1.02 * best
