"""Joins: the short walks by which vehicles change from one track to another."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.compiled import compiled
from navigation.planning.patrol_graph import Floats, Ints
from navigation.planning.unpredictable.schedule import Ahead
from navigation.planning.unpredictable.track import Track

MOST_WALKS = 24  # from one arrival to one track; the shortest are kept
MOST_LOOKED_AT = 240  # walks that may end elsewhere


@dataclass(frozen=True)
class Joins:
    """Ways from an arrival onto a track: row i drives `paths[i]` and is then at stop `stops[i]`.

    A vehicle that sets out at `t` is in step with phase `t + lead_s[i]` modulo the spacing.
    """

    paths: tuple[tuple[int, ...], ...]  # arrivals after the first
    durations_s: Floats
    stops: Ints
    lead_s: Floats
    first_row: int  # of its rows in the book's table


class _Table(NamedTuple):
    """All rows of a book: row i drives the legs from `firsts[i]` up to `firsts[i + 1]`."""

    firsts: Ints
    legs_s: Floats
    places: Ints  # at the ends of legs
    stops: Ints  # of the track, by row


class JoinBook:
    """Joins by arrival and track, each made when first asked for."""

    def __init__(self, arrivals: ArrivalGraph, reach_s: float, tracks: Sequence[Track]) -> None:
        self._arrivals, self._reach_s, self._tracks = arrivals, reach_s, tracks
        self._joins: dict[tuple[int, int], Joins] = {}
        self._table = _Table(np.zeros(1, np.intp), np.zeros(0), np.zeros(0, np.intp),
                             np.zeros(0, np.intp))  # fmt: skip

    def joins(self, arrival: int, number: int) -> Joins:
        """The shortest walks within reach from an arrival on a track to the one of that number."""
        if (arrival, number) not in self._joins:
            self._joins[arrival, number] = self._find(arrival, self._tracks[number])
        return self._joins[arrival, number]

    def ahead(
        self,
        joins: Sequence[Joins],
        rows: Sequence[int],
        waits_s: Sequence[float],
        free_s: Floats,
        here: Ints,
    ) -> Ahead:
        """The schedule of vehicles that each take a row of their joins and then stand for a time.

        They set out at `free_s` (v,) from the places `here` (v,).
        """
        taken = [found.first_row + row for found, row in zip(joins, rows, strict=True)]
        chosen, stood_s = np.array(taken, np.intp), np.array(waits_s, np.float64)
        return Ahead(*_walked(chosen, stood_s, free_s, here, *self._table))

    def _find(self, start: int, track: Track) -> Joins:
        rows = [
            (path, duration_s, int(stop))
            for duration_s, path in self._walks(start, track)
            for stop in track.stops_of[path[-1] if path else start]
        ]
        durations_s = np.array([row[1] for row in rows])
        stops = np.array([row[2] for row in rows], np.intp)
        lead_s = durations_s - track.offsets_s[stops]
        paths, first_row = tuple(row[0] for row in rows), len(self._table.stops)
        self._enter(start, paths, stops)
        return Joins(paths, durations_s, stops, lead_s, first_row)

    def _enter(self, start: int, paths: Sequence[tuple[int, ...]], stops: Ints) -> None:
        firsts, legs_s, places, known = self._table
        legs = [leg for path in paths for leg in pairwise((start, *path))]
        starts, ends = np.array(legs, np.intp).reshape(-1, 2).T
        lengths = np.array([len(path) for path in paths], np.intp)
        self._table = _Table(
            np.concatenate((firsts, firsts[-1] + np.cumsum(lengths))),
            np.concatenate((legs_s, self._arrivals.legs_s[starts, ends])),
            np.concatenate((places, self._arrivals.place_of[ends])),
            np.concatenate((known, stops)),
        )

    def _walks(self, start: int, track: Track) -> list[tuple[float, tuple[int, ...]]]:
        found: list[tuple[float, tuple[int, ...]]] = []
        queue: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
        for _ in range(MOST_LOOKED_AT):
            if not queue or len(found) == MOST_WALKS:
                break
            duration_s, path = heapq.heappop(queue)
            here = path[-1] if path else start
            if here in track.stops_of:
                found.append((duration_s, path))
            for end, leg_s in self._arrivals.moves.neighbours[here]:
                if duration_s + leg_s <= self._reach_s:
                    heapq.heappush(queue, (duration_s + leg_s, (*path, end)))
        return found


@compiled
def _walked(
    rows: Ints,
    waits_s: Floats,
    free_s: Floats,
    here: Ints,
    firsts: Ints,
    legs_s: Floats,
    places: Ints,
    stops: Ints,
) -> tuple[Floats, Ints, Floats, Ints, Floats, Ints]:
    """The fields of `Ahead` for vehicles that drive rows of a table and then stand."""
    count, seats = (firsts[rows + 1] - firsts[rows]).sum(), len(rows)
    times_s, ends = np.empty(count), np.empty(count, np.intp)
    seen_s, seen = np.concatenate((free_s, free_s)), np.concatenate((here, here))
    number = 0
    for seat in range(seats):
        time_s, place = free_s[seat], here[seat]
        for leg in range(firsts[rows[seat]], firsts[rows[seat] + 1]):
            time_s, place = time_s + legs_s[leg], places[leg]
            times_s[number], ends[number] = time_s, place
            number += 1
        seen_s[seats + seat], seen[seats + seat] = time_s + waits_s[seat], place
        if firsts[rows[seat]] == firsts[rows[seat] + 1]:
            seen_s[seat] = seen_s[seats + seat]  # one stay, which ends then
    return times_s, ends, seen_s, seen, seen_s[seats:].copy(), stops[rows]
