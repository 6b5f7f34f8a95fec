"""Switches: what a lone vehicle at a stop may do instead of following its lap, and how likely.

A switch drives the quickest way to a stop of some lap, perhaps the same one, and follows that lap
from there: it may turn round, leave places out or go back for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.compiled import compiled
from navigation.planning.patrol_graph import Floats, Ints
from navigation.planning.unpredictable.track import Track

ENTRIES = 8  # stops of each lap to which a switch may lead, the nearest
MOST_SWITCHES = 24  # weighed at one stop
MOST_LIKELY = 0.7  # chance of any switch at one stop
SAME_S = 1e-6  # rounding of sums of leg times


class Laps(NamedTuple):
    """Laps of a lone vehicle in arrays; rows of `stops` and `offsets_s` end with -1 and 0."""

    stops: Ints  # (laps, m) arrivals
    offsets_s: Floats  # (laps, m) from the first stop
    lengths: Ints  # (laps,)
    laps_s: Floats  # (laps,)
    entries: Ints  # (arrivals, laps, ENTRIES) stops nearest to each arrival, then -1
    before: Ints  # (arrivals, arrivals) the last but one arrival of each quickest way
    travel_s: Floats  # (arrivals, arrivals)
    place_of: Ints  # (arrivals,)

    @classmethod
    def of_tracks(cls, arrivals: ArrivalGraph, tracks: Sequence[Track]) -> Laps:
        """Of the same places each."""
        longest = max(len(track.stops) for track in tracks)
        stops = np.full((len(tracks), longest), -1, np.intp)
        offsets_s = np.zeros(stops.shape)
        travel_s = arrivals.moves.travel_s
        entries = np.full((len(travel_s), len(tracks), ENTRIES), -1, np.intp)
        for row, track in enumerate(tracks):
            stops[row, : len(track.stops)] = track.stops
            offsets_s[row, : len(track.stops)] = track.offsets_s
            nearest = np.argsort(travel_s[:, track.stops], axis=1, kind="stable")[:, :ENTRIES]
            entries[:, row, : nearest.shape[1]] = nearest
        return cls(
            stops, offsets_s, np.array([len(track.stops) for track in tracks], np.intp),
            np.array([track.lap_s for track in tracks]), entries,
            arrivals.moves.before.astype(np.intp), travel_s, arrivals.place_of.astype(np.intp),
        )  # fmt: skip


class Past(NamedTuple):
    """What a patrol knows of each place: all (n,)."""

    last_visit_s: Floats
    limit_s: Floats  # longest time between visits, in every run
    promise_s: Floats  # longest that a switch may leave it unseen from then on
    usual_s: Floats  # times between visits that are longer count as late
    may_be_late: Ints  # 1: the place can bear a late visit


class Switches(NamedTuple):
    """Rows: a lap, the stop where it is entered, what it costs, and which places it puts off."""

    laps: Ints  # (k,)
    stops: Ints  # (k,)
    costs_s: Floats  # (k,) by how much later the places are visited, in the mean
    delays: Ints  # (k, n) 1 where the next visit comes later than on the present lap


@compiled
def first_visits_s(
    now_s: float, arrival: int, lap: int, stop: int, past: Past, laps: Laps, first_s: Floats
) -> tuple[float, float]:
    """By how much a place waits longest over its limit, and goes unseen longest over its promise,
    if the vehicle leaves an arrival now for a stop of a lap and follows that for ever.

    Fills `first_s` (n,) with the time to each place's next visit. All visits up to one lap after
    the entry are looked at; from there on the lap repeats itself, and what it repeats is one of
    the times between visits looked at, or at most the lap's own.
    """
    last_s, watched_s = past.last_visit_s.copy(), np.full(len(first_s), now_s)
    first_s[:] = np.inf
    late_s = unseen_s = -np.inf
    target, length = laps.stops[lap, stop], laps.lengths[lap]
    steps, way = 0, np.empty(len(laps.place_of), np.intp)
    end = target
    while end != arrival:
        way[steps] = end
        steps += 1
        end = laps.before[arrival, end]
    entered_s = now_s + laps.travel_s[arrival, target]
    # two rounds: the second shows the times between visits that repeat themselves
    for step in range(-steps, 2 * length):
        if step < 0:
            at = way[-step - 1]
            time_s = now_s + laps.travel_s[arrival, at]
        else:
            following = (stop + 1 + step) % length
            at = laps.stops[lap, following]
            ahead_s = laps.offsets_s[lap, following] - laps.offsets_s[lap, stop]
            rounds = (stop + 1 + step) // length
            time_s = entered_s + ahead_s + rounds * laps.laps_s[lap]
        place = laps.place_of[at]
        late_s = max(late_s, time_s - last_s[place] - past.limit_s[place])
        unseen_s = max(unseen_s, time_s - watched_s[place] - past.promise_s[place])
        last_s[place] = watched_s[place] = time_s
        first_s[place] = min(first_s[place], time_s - now_s)
    return late_s, unseen_s


@compiled
def switches(
    now_s: float,
    arrival: int,
    lap: int,
    stop: int,
    past: Past,
    laps: Laps,
    order: Ints,
    allowed_s: float,
) -> Switches:
    """Switches that keep every limit and promise, cost at most so much, and make no place late
    that cannot bear it; the first so many of an `order` (laps x ENTRIES,) of all."""
    count, entries = len(past.limit_s), laps.entries.shape[2]
    stay_s, first_s = np.empty(count), np.empty(count)
    first_visits_s(now_s, arrival, lap, stop, past, laps, stay_s)
    chosen, costs_s = np.empty((2, MOST_SWITCHES), np.intp), np.empty(MOST_SWITCHES)
    delays, found = np.zeros((MOST_SWITCHES, count), np.intp), 0
    for number in order:
        other = number // entries
        entry = laps.entries[arrival, other, number % entries]
        if entry < 0 or (other == lap and entry == stop):
            continue
        late_s, unseen_s = first_visits_s(now_s, arrival, other, entry, past, laps, first_s)
        if max(late_s, unseen_s) > SAME_S:
            continue
        cost_s, differs, bearable = 0.0, False, True
        for place in range(count):
            later_s = first_s[place] - stay_s[place]
            cost_s += later_s / count
            differs = differs or abs(later_s) > SAME_S
            delays[found, place] = later_s > SAME_S
            due_s = past.usual_s[place] + past.last_visit_s[place] - now_s + SAME_S
            is_late = first_s[place] > due_s >= stay_s[place]
            bearable = bearable and not (is_late and past.may_be_late[place] == 0)
        if differs and bearable and cost_s <= allowed_s + SAME_S:
            chosen[0, found], chosen[1, found], costs_s[found] = other, entry, cost_s
            found += 1
        if found == MOST_SWITCHES:
            break
    return Switches(chosen[0, :found], chosen[1, :found], costs_s[:found], delays[:found])


@compiled
def chances(delays: Ints, most: float) -> Floats:
    """(k,) chances of switches such that no place is put off with more than a chance.

    All grow alike until a place that they put off has its share; then those stand still and the
    others grow on (progressive filling: Bertsekas and Gallager 1992, 6.5.2).
    """
    count, places = delays.shape
    found, grows = np.zeros(count), np.ones(count, np.bool_)
    shares, total = np.zeros(places), 0.0
    while grows.any() and total < MOST_LIKELY - SAME_S:
        step = (MOST_LIKELY - total) / grows.sum()
        rates = np.zeros(places)
        for row in range(count):
            if grows[row]:
                rates += delays[row]
        for place in range(places):
            if rates[place] > 0:
                step = min(step, (most - shares[place]) / rates[place])
        step = max(step, 0.0)
        shares += step * rates
        total += step * grows.sum()
        for row in range(count):
            if grows[row]:
                found[row] += step
                for place in range(places):
                    if delays[row, place] and shares[place] >= most - SAME_S * most:
                        grows[row] = False
    return found
