"""Connected parts: everything in one part can be reached from everything else in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import rustworkx as rx

from navigation.planning.importing.points import XY, Points
from navigation.planning.importing.segments import Segment

NEAR_M = 200.0  # how far a street that names a place may be


@dataclass(frozen=True, slots=True)
class Part:
    """A connected part, described for a person."""

    length_m: float
    street: str  # its longest named street, else "" or the nearest named one as "near …"
    middle_map: XY


def split_parts(segments: Sequence[Segment], points: Points) -> list[list[Segment]]:
    """The parts, longest first; segments that lead from one part to another are in none."""
    graph = rx.PyDiGraph(multigraph=False)
    refs = dict.fromkeys(ref for s in segments for ref in (s.start, s.end))
    index = dict(zip(refs, graph.add_nodes_from(list(refs)), strict=True))
    for segment in segments:
        if segment.attributes.forward:
            graph.add_edge(index[segment.start], index[segment.end], None)
        if segment.attributes.backward:
            graph.add_edge(index[segment.end], index[segment.start], None)
    part_of = {
        graph[i]: number
        for number, members in enumerate(rx.strongly_connected_components(graph))
        for i in members
    }
    parts: dict[int, list[Segment]] = defaultdict(list)
    for segment in segments:
        if part_of[segment.start] == part_of[segment.end]:
            parts[part_of[segment.start]].append(segment)
    order = {id(part): -length_of(part, points) for part in parts.values()}
    return sorted(parts.values(), key=lambda part: (order[id(part)], part[0].start))


def length_of(segments: Sequence[Segment], points: Points) -> float:
    """Total length in metres."""
    return sum(points.distance_m(s.start, s.end) for s in segments)


def describe(part: Sequence[Segment], others: Sequence[Segment], points: Points) -> Part:
    """Length, where it is, and the street that a person would name."""
    by_street: dict[str, float] = defaultdict(float)
    for segment in part:
        by_street[segment.attributes.name] += points.distance_m(segment.start, segment.end)
    by_street.pop("", None)
    xs, ys = zip(*(points[ref] for s in part for ref in (s.start, s.end)), strict=True)
    middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    street = max(by_street, key=lambda name: (by_street[name], name), default="")
    return Part(length_of(part, points), street or _nearest(middle, others, points), middle)


def _nearest(place: XY, others: Sequence[Segment], points: Points) -> str:
    def distance_m(segment: Segment) -> float:
        (ax, ay), (bx, by) = points[segment.start], points[segment.end]
        return max(abs((ax + bx) / 2 - place[0]), abs((ay + by) / 2 - place[1]))

    named = [segment for segment in others if segment.attributes.name]
    best = min(named, key=distance_m, default=None)
    return f"near {best.attributes.name}" if best and distance_m(best) <= NEAR_M else ""
