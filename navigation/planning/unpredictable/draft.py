"""Drafts: ways for a whole group to get from where it is into step on another track.

Each vehicle takes a short walk that brings it to its slot on the new track at the right moment;
what is missing it stands still, or, when the group has stood enough, it comes out of step a
little. Walks that pass other places on the way are as good as the direct turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from navigation.planning.patrol_graph import Floats, Ints
from navigation.planning.unpredictable.track import Joins, Track

MOST_PHASES = 64  # common phases compared in one decision
ROWS_A_SEAT = 16  # of which so many from each seat's shortest joins
PRICE_LATE = 1.5  # a second late against a second of standing still
MOST_LATE = 0.4  # spacings out of step


@dataclass(frozen=True, slots=True)
class Draft:
    """For each seat the row of its joins and how long it stands before it leaves on the track."""

    track: int
    rows: tuple[int, ...]
    waits_s: tuple[float, ...]


def drafts(
    number: int,
    track: Track,
    joins: Sequence[Joins],
    free_s: Floats,
    slots: Ints,
    allowed_s: float,
    rng: np.random.Generator,
) -> list[Draft]:
    """Drafts onto a track (that number), those least out of step first, equals in random order.

    `free_s` (seats,) is when each seat can set out, `slots` its slot on the new track, and
    `allowed_s` how long all may stand still together.
    """
    if any(not len(found.stops) for found in joins):
        return []
    phases_s = _phases(track, joins, free_s, slots, rng)
    rows = np.empty((len(joins), len(phases_s)), np.intp)
    early_s = np.empty((len(joins), len(phases_s)))
    for seat, found in enumerate(joins):
        goal_s = phases_s + slots[seat] * track.spacing_s - free_s[seat]
        rows[seat], early_s[seat] = _best_rows(goal_s, found, track.lap_s)
    waits_s = np.maximum(early_s, 0.0)
    waits_s[:, waits_s.sum(axis=0) > allowed_s] = 0.0
    error_s = np.abs(early_s - waits_s)
    cost_s = (PRICE_LATE * error_s + waits_s).sum(axis=0)
    order = rng.permutation(len(phases_s))
    order = order[np.argsort(cost_s[order].round(3), kind="stable")]
    return [
        Draft(number, tuple(rows[:, i].tolist()), tuple(waits_s[:, i].tolist()))
        for i in order
        if error_s[:, i].max() <= MOST_LATE * track.spacing_s
    ]


def _phases(
    track: Track, joins: Sequence[Joins], free_s: Floats, slots: Ints, rng: np.random.Generator
) -> Floats:
    """Common phases at which at least one seat is in step without standing still."""
    found = [
        free_s[seat] + rows.lead_s[:ROWS_A_SEAT] - slots[seat] * track.spacing_s
        for seat, rows in enumerate(joins)
    ]
    phases_s = np.unique(np.concatenate(found).round(6) % track.lap_s)
    if len(phases_s) > MOST_PHASES:
        phases_s = rng.choice(phases_s, MOST_PHASES, replace=False)
    return phases_s


def _best_rows(goal_s: Floats, joins: Joins, lap_s: float) -> tuple[Ints, Floats]:
    """For each goal (p,) the cheapest row, and how early it is there; negative is late."""
    early_s = (goal_s[:, None] - joins.lead_s[None, :] + lap_s / 2) % lap_s - lap_s / 2
    early_s[np.abs(early_s) < 1e-6] = 0.0
    rows = np.where(early_s >= 0, early_s, -PRICE_LATE * early_s).argmin(axis=1)
    return rows, early_s[np.arange(len(rows)), rows]
