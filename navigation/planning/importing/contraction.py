"""Useless points out: chains of like segments become as few straight pieces as 5 cm allow.

A point is of use where ways meet or end, where an attribute changes, and where the way bends.
Chains run over the borders of the file's ways. Each chain is simplified by Douglas-Peucker
(Douglas and Peucker 1973): points within a tolerance of the new line go, and no point moves, so
old and new line are nowhere farther apart than the tolerance (Hausdorff distance). The route
server wants a straight edge between two nodes at least 5 cm apart; points nearer to another than
that are taken out first and what this moves is taken off the tolerance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from navigation.planning.importing.points import XY, Points
from navigation.planning.importing.segments import Attributes, Segment
from patrol.map_rules import LENGTH_TOLERANCE_M

TOLERANCE_M = 0.05
ROUNDING_M = 0.001
SHORTEST_M = LENGTH_TOLERANCE_M + 1e-6  # two nodes nearer than this make no edge


@dataclass(frozen=True, slots=True)
class Chain:
    """Points in a row with the same attributes between them, in their direction."""

    refs: tuple[int, ...]
    attributes: Attributes


def contract(segments: Sequence[Segment], points: Points) -> list[Segment]:
    """The same ways over fewer points, each pair of points once."""
    chains = make_chains(segments)
    home = _merged_ends(chains, points)
    contracted: list[Segment] = []
    seen: set[tuple[int, int]] = set()
    for chain, kept in zip(chains, _simplified(chains, points, home), strict=True):
        for start, end in pairwise(kept):
            pair = (min(start, end), max(start, end))
            if start != end and pair not in seen:
                seen.add(pair)
                contracted.append(Segment(start, end, chain.attributes))
    return contracted


def make_chains(segments: Sequence[Segment]) -> list[Chain]:
    """Segments joined at points where nothing meets and nothing changes; loops included."""
    at: dict[int, list[int]] = defaultdict(list)
    for i, segment in enumerate(segments):
        at[segment.start].append(i)
        at[segment.end].append(i)
    joints = {ref for ref, members in at.items() if _is_joint(ref, members, segments)}
    done = [False] * len(segments)
    chains = []
    # first from where chains end, then what is left: loops that meet nothing
    starts = [(i, s.start) for i, s in enumerate(segments) if s.start not in joints]
    starts += [(i, s.end) for i, s in enumerate(segments) if s.end not in joints]
    starts += [(i, s.start) for i, s in enumerate(segments)]
    for i, ref in starts:
        if not done[i]:
            chains.append(_walk(i, ref, segments, at, joints, done))
    return chains


def _is_joint(ref: int, members: list[int], segments: Sequence[Segment]) -> bool:
    if len(members) != 2 or members[0] == members[1]:
        return False
    first, second = (segments[i] for i in members)
    arriving = first.attributes if first.end == ref else first.attributes.reversed()
    leaving = second.attributes if second.start == ref else second.attributes.reversed()
    return arriving == leaving


def _walk(
    i: int,
    ref: int,
    segments: Sequence[Segment],
    at: dict[int, list[int]],
    joints: set[int],
    done: list[bool],
) -> Chain:
    first = segments[i]
    attributes = first.attributes if first.start == ref else first.attributes.reversed()
    refs = [ref]
    while True:
        done[i] = True
        segment = segments[i]
        ref = segment.end if segment.start == ref else segment.start
        refs.append(ref)
        onward = [j for j in at[ref] if not done[j]] if ref in joints else []
        if not onward:
            return Chain(tuple(refs), attributes)
        i = onward[0]


def _merged_ends(chains: Sequence[Chain], points: Points) -> dict[int, int]:
    """Ends of chains too short to be an edge, by the point that stands for them.

    Of two the one that already stands for more stays, so no point moves twice as far.
    """
    home: dict[int, int] = {}
    members: dict[int, list[int]] = defaultdict(list)
    short = [c for c in chains if points.distance_m(c.refs[0], c.refs[-1]) < 3 * SHORTEST_M]
    merged = True
    while merged:
        merged = False
        for chain in short:
            ends = (
                home.get(chain.refs[0], chain.refs[0]),
                home.get(chain.refs[-1], chain.refs[-1]),
            )
            if ends[0] == ends[1] or points.distance_m(*ends) >= SHORTEST_M:
                continue
            if len(_spaced([ends[0], *chain.refs[1:-1], ends[1]], points)[0]) > 2:
                continue
            kept, gone = sorted(ends, key=lambda ref: -len(members[ref]))
            for ref in (gone, *members.pop(gone)):
                home[ref] = kept
                members[kept].append(ref)
            merged = True
    return home


def _simplified(
    chains: Sequence[Chain], points: Points, home: dict[int, int]
) -> Iterator[list[int]]:
    """The points of each chain that stay."""
    cleaned, tolerances_m = [], []
    for chain in chains:
        refs = [home.get(ref, ref) for ref in chain.refs]
        moved_m = max(points.distance_m(a, b) for a, b in zip(chain.refs, refs, strict=True))
        refs, error_m = _spaced(refs, points)
        cleaned.append(refs)
        tolerances_m.append(max(TOLERANCE_M - ROUNDING_M - moved_m - error_m, 0.0))
    for refs, line in zip(cleaned, _douglas_peucker(cleaned, tolerances_m, points), strict=True):
        kept = _matching(refs, line, points)
        near = any(points.distance_m(a, b) < SHORTEST_M for a, b in pairwise(kept))
        yield refs if near else kept


def _spaced(refs: list[int], points: Points) -> tuple[list[int], float]:
    """Without points that stand too near to the next one kept, and how far this moves the line."""
    places = [0]
    for i in range(1, len(refs) - 1):
        if points.distance_m(refs[places[-1]], refs[i]) >= SHORTEST_M:
            places.append(i)
    while len(places) > 1 and points.distance_m(refs[places[-1]], refs[-1]) < SHORTEST_M:
        places.pop()
    places.append(len(refs) - 1)
    error_m = 0.0
    for first, last in pairwise(places):
        if last > first + 1:
            line = shapely.LineString([points[refs[first]], points[refs[last]]])
            gone = [points[ref] for ref in refs[first + 1 : last]]
            error_m = max(error_m, *shapely.distance(line, shapely.points(gone)).tolist())
    return [refs[i] for i in places], error_m


def _douglas_peucker(
    lines: Sequence[Sequence[int]], tolerances_m: Sequence[float], points: Points
) -> list[NDArray[np.float64]]:
    """The kept positions of each line, all lines at once."""
    counts = np.array([len(refs) for refs in lines])
    coordinates = np.array([points[ref] for refs in lines for ref in refs], float).reshape(-1, 2)
    shapes = shapely.linestrings(coordinates, indices=np.repeat(np.arange(len(lines)), counts))
    simple = shapely.simplify(shapes, np.array(tolerances_m), preserve_topology=False)
    left, owners = shapely.get_coordinates(simple, return_index=True)
    return np.split(left, np.searchsorted(owners, np.arange(1, len(lines))))


def _matching(refs: Sequence[int], line: NDArray[np.float64], points: Points) -> list[int]:
    """The points at these positions, in order; both ends always."""
    wanted: list[XY] = [(x, y) for x, y in line.tolist()]
    kept, i = [refs[0]], 1
    for ref in refs[1:-1]:
        if i < len(wanted) - 1 and points[ref] == wanted[i]:
            kept.append(ref)
            i += 1
    return [*kept, refs[-1]]
