"""Catch probability: an adversary enters a place, stays for d, and is caught by a visit.

Always the worst place and the worst moment that the adversary's knowledge allows to choose.

- Who knows the rules and the time since the last visit enters a place at an age a. The catch
  probability is the share of return times in (a, a + d] among those longer than a; the minimum
  goes over places and ages, with at least `FEWEST` return times longer than a.
- Who knows everything up to now enters at a moment of one run. The run's policy is continued
  many times with fresh dice from that moment, and the catch probability at a place is the share
  of continuations that visit it in (t, t + d]. Moments are those just after a decision, where the
  probability is lowest: between two no visit leaves the window. The lowest figures of a first
  round are estimated anew with more continuations, so that the worst of many is not mistaken
  for a bad one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from benchmarks.patrolling.entropy import returns_s
from navigation.planning.patrol_graph import Floats, PatrolTrace

SHARES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)  # stays d over P
AGES = 40  # in one P
FEWEST = 200  # return times that support an estimate
ROUNDING_S = 1e-5


class Policy(Protocol):
    """A patrol under way."""

    def advance(self, until_s: float) -> float:
        """Decide all moves up to a time; the time of the last decision."""
        ...

    def fork(self, seed: int) -> Policy:
        """The same past with other dice."""
        ...

    def sightings(self, until_s: float) -> Sequence[tuple[float, int]]:
        """`(time_s, place)` of vehicles seen from the last decision on; the policy is used up."""
        ...


@dataclass(frozen=True, slots=True)
class Curve:
    """Catch probabilities for stays of SHARES × P."""

    shares: Floats

    def at(self, share: float) -> float:
        """For one stay over P."""
        return float(self.shares[SHARES.index(share)])


def against_age(trace: PatrolTrace, places: int, persistent_s: float, warm_up_s: float) -> Curve:
    """Who knows the rules and the time since the last visit of the place."""
    worst = np.ones(len(SHARES))
    for place in range(places):
        gaps_s = np.sort(returns_s(trace, place, warm_up_s))
        worst = np.minimum(worst, _worst_age(gaps_s, persistent_s))
    return Curve(worst)


def _worst_age(gaps_s: Floats, persistent_s: float) -> Floats:
    longest_s = float(gaps_s[-FEWEST]) if len(gaps_s) >= FEWEST else 0.0
    ages_s = np.arange(0.0, max(longest_s, 1e-9), persistent_s / AGES)
    below = np.searchsorted(gaps_s, ages_s + ROUNDING_S, side="right")
    stays_s = np.array(SHARES) * persistent_s
    inside = np.searchsorted(gaps_s, ages_s + stays_s[:, None] + ROUNDING_S, side="right") - below
    shares: Floats = (inside / (len(gaps_s) - below)).min(axis=1)
    return shares


@dataclass(frozen=True, slots=True)
class Effort:
    """How long the all-knowing adversary searches."""

    moments: int = 16
    forks: int = 30  # at each
    again: int = 6  # worst moments that are estimated anew
    forks_again: int = 120


def against_all_knowing(
    start: Callable[[], Policy], places: int, persistent_s: float, seed: int, effort: Effort
) -> tuple[Curve, Curve]:
    """The worst over places and moments, and the mean over moments of the worst place."""
    rng = np.random.default_rng(seed)
    policy, now_s, found = start(), 5 * persistent_s, []
    for _ in range(effort.moments):
        now_s += float(rng.uniform(0.3, 2.0)) * persistent_s
        decided_s = policy.advance(now_s)
        snapshot = policy.fork(int(rng.integers(1 << 30)))
        shares = caught(snapshot, decided_s, places, persistent_s, effort.forks, rng)
        found.append((snapshot, decided_s, shares))
    worst = np.ones(len(SHARES))
    at_p = SHARES.index(1.0)
    found.sort(key=lambda item: float(item[2].min(axis=1)[at_p]))
    for snapshot, decided_s, _ in found[: effort.again]:
        shares = caught(snapshot, decided_s, places, persistent_s, effort.forks_again, rng)
        worst = np.minimum(worst, shares.min(axis=1))
    mean = np.mean([shares.min(axis=1) for _, _, shares in found], axis=0)
    return Curve(worst), Curve(mean)


def caught(
    policy: Policy,
    now_s: float,
    places: int,
    persistent_s: float,
    forks: int,
    rng: np.random.Generator,
) -> Floats:
    """(stays, places) share of continuations that see each place within each stay."""
    stays_s = np.array(SHARES) * persistent_s + ROUNDING_S
    hits = np.zeros((len(SHARES), places))
    for _ in range(forks):
        first_s = np.full(places, np.inf)
        fork = policy.fork(int(rng.integers(1 << 30)))
        for time_s, place in fork.sightings(now_s + float(stays_s[-1])):
            if time_s > now_s + ROUNDING_S:
                first_s[place] = min(first_s[place], time_s - now_s)
        hits += first_s[None, :] <= stays_s[:, None]
    return hits / forks
