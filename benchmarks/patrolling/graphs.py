"""Route graphs of the patrolling literature (patrolling_sim's `.graph` files).

Tokens, white space between them does not matter: `places width height resolution offset_x
offset_y`, then per vertex `id x_px y_px k` and k times `neighbour direction cost_px`.
Metres are pixels × resolution (+ offset for positions).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from navigation.planning.patrol_graph import PatrolGraph
from patrol.errors import MapError, PlanError

HEADER = ("number of vertices", "width", "height", "resolution", "offset x", "offset y")


class _Tokens:
    """The words of a file, taken one by one, with what is being read for the error."""

    def __init__(self, path: Path, words: Iterable[str]) -> None:
        self.path, self.words, self.where = path, iter(words), "header"

    def error(self, problem: str) -> MapError:
        return MapError(f"{self.path}: {self.where}: {problem}")

    def word(self, name: str) -> str:
        try:
            return next(self.words)
        except StopIteration:
            raise self.error(f"the file ends before its {name}") from None

    def number(self, name: str) -> float:
        word = self.word(name)
        try:
            value = float(word)
        except ValueError:
            raise self.error(f"{name} {word!r} is not a number") from None
        if not math.isfinite(value):
            raise self.error(f"{name} {word!r} is not a finite number")
        return value

    def count(self, name: str) -> int:
        value = self.number(name)
        if value != int(value) or value < 0:
            raise self.error(f"{name} {value:g} is not a whole number of 0 or more")
        return int(value)


def read_graph(path: Path, speed_mps: float = 1.0) -> PatrolGraph:
    """A `.graph` file as moves at a speed; raises MapError naming file and vertex."""
    try:
        words = path.read_text().split()
    except (OSError, UnicodeDecodeError) as error:
        raise MapError(f"{path}: cannot be read: {error}") from None
    tokens = _Tokens(path, words)
    places, _, _, resolution_m, *offset_m = (tokens.number(name) for name in HEADER)
    if places != int(places) or places < 1:
        raise tokens.error(f"number of vertices {places:g} is not a whole number above 0")
    if resolution_m <= 0:
        raise tokens.error(f"resolution {resolution_m:g} is not above 0")
    positions, moves = [], []
    for vertex in range(int(places)):
        tokens.where = f"vertex {vertex}"
        positions.append(_position(tokens, vertex, resolution_m, offset_m))
        for end, cost_px in _edges(tokens, int(places)):
            moves.append((vertex, end, cost_px * resolution_m / speed_mps))
    extra = next(tokens.words, None)
    if extra is not None:
        raise tokens.error(f"{extra!r} follows the last edge; is a vertex missing in the count?")
    names = tuple(str(vertex) for vertex in range(int(places)))
    try:
        return PatrolGraph(names, tuple(moves), positions_m=np.array(positions, float))
    except PlanError as error:
        raise MapError(f"{path}: {error}") from None


def _position(
    tokens: _Tokens, vertex: int, resolution_m: float, offset_m: list[float]
) -> tuple[float, float]:
    found = tokens.count("id")
    if found != vertex:
        raise tokens.error(f"id {found} where {vertex} was expected")
    x_px, y_px = tokens.number("x"), tokens.number("y")
    return x_px * resolution_m + offset_m[0], y_px * resolution_m + offset_m[1]


def _edges(tokens: _Tokens, places: int) -> Iterator[tuple[int, float]]:
    for _ in range(tokens.count("number of neighbours")):
        end = tokens.count("neighbour")
        if end >= places:
            raise tokens.error(f"neighbour {end} is none of 0 to {places - 1}")
        tokens.word("direction")
        cost_px = tokens.number(f"cost to {end}")
        if cost_px <= 0:
            raise tokens.error(f"cost {cost_px:g} to {end} is not above 0")
        yield end, cost_px


def lattice(rows: int, columns: int, move_s: float = 10.0) -> PatrolGraph:
    """A rectangle of places with moves of one duration between neighbours."""
    moves, places = [], [(row, column) for row in range(rows) for column in range(columns)]
    for row, column in places:
        for other in ((row + 1, column), (row, column + 1)):
            if other in places:
                start, end = row * columns + column, other[0] * columns + other[1]
                moves += [(start, end, move_s), (end, start, move_s)]
    positions = np.array(places, float)[:, ::-1] * move_s
    return PatrolGraph(tuple(f"{r}-{c}" for r, c in places), tuple(moves), positions_m=positions)


def street_tree(places: int, seed: int) -> PatrolGraph:
    """A random tree of streets: dead ends everywhere, where an even tour wastes most."""
    rng = np.random.default_rng(seed)
    moves: list[tuple[int, int, float]] = []
    for place in range(1, places):
        other, duration_s = int(rng.integers(place)), float(rng.uniform(5.0, 30.0))
        moves += [(place, other, duration_s), (other, place, duration_s)]
    return PatrolGraph(tuple(str(place) for place in range(places)), tuple(moves))


def town(rows: int, columns: int, seed: int) -> PatrolGraph:
    """Crossings of a town: a lattice with uneven blocks and a fifth of the streets missing."""
    rng, whole = np.random.default_rng(seed), lattice(rows, columns)
    streets = [move for move in whole.moves if move[0] < move[1] and rng.random() < 0.8]
    ends = ([start for start, _, _ in streets], [end for _, end, _ in streets])
    links = csr_array((np.ones(len(streets)), ends), shape=(len(whole), len(whole)))
    part_of = connected_components(links, directed=False)[1]
    kept = np.flatnonzero(part_of == np.bincount(part_of).argmax())
    number = {int(place): i for i, place in enumerate(kept)}
    moves: list[tuple[int, int, float]] = []
    for start, end, move_s in streets:
        if start in number:
            duration_s, a, b = move_s * float(rng.uniform(0.5, 2.0)), number[start], number[end]
            moves += [(a, b, duration_s), (b, a, duration_s)]
    return PatrolGraph(tuple(whole.names[place] for place in kept), tuple(moves))
