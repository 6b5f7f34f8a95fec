"""Drafts: ways for a whole group to get from where it is exactly into step on another track.

Each vehicle takes a short walk to a stop of the new track and stands there until its slot comes
by. Short walks leave places unseen for less long, longer ones need less standing; so drafts are
made of the shortest walks only, of some more, and of many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from navigation.planning.patrol_graph import Floats, Ints
from navigation.planning.unpredictable.joins import Joins
from navigation.planning.unpredictable.track import Track

DEPTHS = (1, 2, 4, 8, 16)  # shortest walks of each vehicle that a draft may choose from
MOST_PHASES = 64  # common phases compared at each depth
PRICE_WALK = 0.6  # a second of walking against a second of standing still
LATER = 0.5  # spacings that all may stand longer than they need
SAME_S = 1e-6  # rounding of sums of leg times


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
    hasty: bool,
    rng: np.random.Generator,
) -> dict[Draft, float]:
    """Drafts onto a track (that number), and what standing and walking they cost.

    `free_s` (seats,) is when each seat can set out, `slots` its slot on the new track, and
    `allowed_s` how long all may stand still together. Drafts that stand for longer are left out,
    or, if `hasty`, do not stand at all and come out of step.
    """
    if any(not len(found.stops) for found in joins):
        return {}
    lags_s = free_s - slots * track.spacing_s
    costs_s: dict[Draft, float] = {}
    for depth in DEPTHS:
        rows, waits_s = _at_depth(depth, track, joins, lags_s, rng)
        walks_s = sum(found.durations_s[rows[seat]] for seat, found in enumerate(joins))
        stood_s = waits_s.sum(axis=0)
        allowed = stood_s <= allowed_s + SAME_S
        waits_s[:, ~allowed] = 0.0
        for i in range(len(stood_s)) if hasty else np.flatnonzero(allowed):
            draft = Draft(number, tuple(rows[:, i].tolist()), tuple(waits_s[:, i].tolist()))
            costs_s[draft] = round(float(stood_s[i] + PRICE_WALK * walks_s[i]), 3)
    return costs_s


def in_order(costs_s: dict[Draft, float], is_alone: bool, rng: np.random.Generator) -> list[Draft]:
    """The order in which to try drafts. For a vehicle alone on its cycle nearly every one is good,
    and the order is random; for others those that stand and walk least come first."""
    found = list(costs_s)
    shuffled = [found[i] for i in rng.permutation(len(found))]
    return shuffled if is_alone else sorted(shuffled, key=costs_s.__getitem__)


def _at_depth(
    depth: int,
    track: Track,
    joins: Sequence[Joins],
    lags_s: Floats,
    rng: np.random.Generator,
) -> tuple[Ints, Floats]:
    """(seats, phases) rows and waits; at half of the phases some seat need not stand still, at
    the others all stand a little longer."""
    leads_s = [found.lead_s[:depth] for found in joins]
    ready_s = [lag_s + lead_s for lag_s, lead_s in zip(lags_s, leads_s, strict=True)]
    phases_s = np.unique(np.concatenate(ready_s).round(6) % track.lap_s)
    later_s = phases_s + rng.uniform(0.0, LATER * track.spacing_s, len(phases_s))
    phases_s = np.concatenate((phases_s, later_s % track.lap_s))
    if len(phases_s) > MOST_PHASES:
        phases_s = rng.choice(phases_s, MOST_PHASES, replace=False)
    rows = np.empty((len(joins), len(phases_s)), np.intp)
    waits_s = np.empty((len(joins), len(phases_s)))
    for seat, lead_s in enumerate(leads_s):
        early_s = phases_s[:, None] - lags_s[seat] - lead_s[None, :] + SAME_S
        early_s %= track.lap_s
        rows[seat] = early_s.argmin(axis=1)
        waits_s[seat] = np.maximum(early_s.min(axis=1) - SAME_S, 0.0)
    waits_s[waits_s < SAME_S] = 0.0
    return rows, waits_s
