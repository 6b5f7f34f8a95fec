"""Ways cut at the border of a polygon: a new point stands where a way crosses it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from navigation.planning.importing.points import POSITION_DECIMALS, XY, Points
from navigation.planning.importing.projection import project
from navigation.planning.importing.source import SourceWay
from patrol.geodesy import GeoPoint


def project_outline(outline: BaseGeometry, origin: GeoPoint) -> BaseGeometry:
    """A polygon in degrees as one in map metres."""
    return shapely.transform(outline, lambda points: project(points, origin))


def clip_ways(ways: Sequence[SourceWay], points: Points, outline: BaseGeometry) -> list[SourceWay]:
    """The ways' parts inside an outline in map metres; border points are added to `points`."""
    shapely.prepare(outline)
    lines = [shapely.LineString([points[ref] for ref in way.refs]) for way in ways]
    inside = shapely.covers(outline, lines)
    touching = shapely.intersects(outline, lines)
    border = _Border(points, outline)
    kept: list[SourceWay] = []
    for way, whole, partly in zip(ways, inside, touching, strict=True):
        if whole:
            kept.append(way)
        elif partly:
            kept += [replace(way, refs=refs) for refs in border.parts(way.refs)]
    return kept


class _Border:
    """Makes border points; the same piece of way, met twice, gets the same points."""

    def __init__(self, points: Points, outline: BaseGeometry) -> None:
        self._points = points
        self._outline = outline
        self._known: dict[tuple[int, int, XY], int] = {}

    def parts(self, refs: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Runs of points inside; a way may leave and come back."""
        run: list[int] = []
        for start, end in pairwise(refs):
            for first, last in self._inside(start, end):
                if run and run[-1] != first:
                    yield tuple(run)
                    run = []
                run = [*run, last] if run else [first, last]
            if run and run[-1] != end:
                yield tuple(run)
                run = []
        if run:
            yield tuple(run)

    def _inside(self, start: int, end: int) -> list[tuple[int, int]]:
        """The parts of one straight piece inside, in its direction."""
        a, b = self._points[start], self._points[end]
        cut = shapely.intersection(shapely.LineString([a, b]), self._outline)
        pieces = [p for p in shapely.get_parts(cut) if p.geom_type == "LineString" and p.length]
        ends = []
        for piece in pieces:
            tips = shapely.get_coordinates(piece)[[0, -1]]
            along = np.linalg.norm(tips - a, axis=1)
            first, last = (self._ref(start, end, tip) for tip in tips[np.argsort(along)])
            ends.append((float(along.min()), first, last))
        return [(first, last) for _, first, last in sorted(ends) if first != last]

    def _ref(self, start: int, end: int, point: NDArray[np.float64]) -> int:
        x, y = point.tolist()
        xy = (round(x, POSITION_DECIMALS), round(y, POSITION_DECIMALS))
        for ref in (start, end):
            if xy == self._points[ref]:
                return ref
        key = (min(start, end), max(start, end), xy)
        if key not in self._known:
            self._known[key] = self._points.add(xy)
        return self._known[key]
