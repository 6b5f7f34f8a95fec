"""The best split of few tasks over a team: the shortest possible longest route, proved.

Held and Karp's dynamic programme (1962) over sets of tasks and ways of arriving says what each
set takes each vehicle; a second one over sets splits the tasks. Windows, batteries and horizons
are left aside.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MOST_TASKS = 12  # 3^12 splits a vehicle


@dataclass(frozen=True, eq=False)
class Trips:
    """What a vehicle's trips over few tasks are made of: times in seconds, or costs.

    A task can be arrived at in several ways, k in all; `tasks` (k,) says at which, and its stay is
    in `dwell_s` (k,). `out_s` (k,) from where the vehicle stands, `legs_s` (k, k), `home_s` (k,).
    """

    tasks: Ints
    dwell_s: Floats
    out_s: Floats
    legs_s: Floats
    home_s: Floats
    available_at_s: float

    @property
    def count(self) -> int:
        """How many tasks there are."""
        return int(self.tasks.max()) + 1

    @cached_property
    def ends_s(self) -> Floats:
        """When the vehicle is home from every set of tasks (bits), (2^n,); 0 for none."""
        ends_s: Floats = (self._lasts_s + self.home_s).min(axis=1)
        ends_s[0] = 0.0
        return ends_s

    def order(self, tasks: int) -> tuple[int, ...]:
        """The best order of a set of tasks (bits)."""
        lasts_s, order, after_s = self._lasts_s, list[int](), self.home_s
        while tasks:
            way = int((lasts_s[tasks] + after_s).argmin())
            order.append(int(self.tasks[way]))
            tasks ^= 1 << int(self.tasks[way])
            after_s = self.legs_s[:, way] + self.dwell_s[way]
        return tuple(reversed(order))

    @cached_property
    def _lasts_s(self) -> Floats:
        """(2^n, k) when a set is done whose last task was arrived at in a way."""
        bits = 1 << self.tasks
        lasts_s = np.full((1 << self.count, len(bits)), np.inf)
        ways = np.arange(len(bits))
        lasts_s[bits, ways] = self.available_at_s + self.out_s + self.dwell_s
        for tasks in range(1, 1 << self.count):
            reached_s = (lasts_s[tasks][:, None] + self.legs_s).min(axis=0) + self.dwell_s
            new = np.flatnonzero((tasks & bits) == 0)
            lasts_s[tasks | bits[new], new] = np.minimum(
                lasts_s[tasks | bits[new], new], reached_s[new]
            )
        return lasts_s


@dataclass(frozen=True, slots=True)
class Split:
    """Each vehicle's tasks in order, and when the last vehicle is home; infinite: impossible."""

    orders: tuple[tuple[int, ...], ...]
    longest_s: float


def best_split(team: Sequence[Trips]) -> Split:
    """The split that makes the longest route shortest; vehicles that are alike share an object.

    At most `MOST_TASKS` tasks.
    """
    so_far_s = [team[0].ends_s]
    for trips in team[1:-1]:
        so_far_s.append(_joined(so_far_s[-1], trips.ends_s))
    orders, longest_s, left = list[tuple[int, ...]](), 0.0, (1 << team[0].count) - 1
    for number in range(len(team) - 1, -1, -1):
        mine = _part(so_far_s[number - 1], team[number].ends_s, left) if number else left
        longest_s = max(longest_s, float(team[number].ends_s[mine]))
        if not math.isfinite(longest_s):
            return Split(tuple(() for _ in team), math.inf)
        orders.append(team[number].order(mine))
        left ^= mine
    return Split(tuple(reversed(orders)), longest_s)


def _joined(others_s: Floats, own_s: Floats) -> Floats:
    """The least longest route for every set, with one vehicle more."""
    found = np.empty(len(own_s))
    for tasks in range(len(own_s)):
        parts = _subsets(tasks)
        found[tasks] = np.maximum(own_s[parts], others_s[tasks ^ parts]).min()
    return found


def _part(others_s: Floats, own_s: Floats, tasks: int) -> int:
    """The part of a set that a vehicle takes: of the best ones that which all need least for."""
    parts = _subsets(tasks)
    longest_s = np.maximum(own_s[parts], others_s[tasks ^ parts])
    best = parts[longest_s <= longest_s.min() + 1e-9]
    return int(best[(own_s[best] + others_s[tasks ^ best]).argmin()])


@cache
def _subsets(tasks: int) -> Ints:
    """All subsets of a set of bits, itself and the empty one included."""
    found = np.zeros(1, np.intp)
    for bit in range(tasks.bit_length()):
        if tasks >> bit & 1:
            found = np.concatenate((found, found | 1 << bit))
    return found
