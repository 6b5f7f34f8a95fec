"""The layers of a picture of a map, from the ground up; places and names are `map_drawing`'s."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from navigation.map_style import AREA_STYLE, HANGUL, WAY_STYLE, ZONE_STYLE
from patrol.map import PatrolMap, WayClass, ZoneKind


class Canvas:
    """The layers of one picture; `points_per_m` turns metres into line widths."""

    def __init__(
        self, axes: Any, patrol_map: PatrolMap, font: str | None, points_per_m: float
    ) -> None:
        self.axes = axes
        self.map = patrol_map
        self.font = font
        self.points_per_m = points_per_m
        self.legend: dict[str, Any] = {}

    def readable(self, name: str) -> str:
        """The name, or its part that the font at hand can draw."""
        if self.font is not None or not HANGUL.search(name):
            return name
        inner = re.search(r"\(([^)]*)\)", name)
        return inner.group(1) if inner else HANGUL.sub("", name).strip()

    def polygons(self, rings: Iterable[Sequence[tuple[float, float]]], **style: Any) -> None:
        """Fills rings of (x, y) metres."""
        from matplotlib.collections import PolyCollection

        rings = [list(ring) for ring in rings]
        if rings:
            self.axes.add_collection(PolyCollection(rings, **style))

    def areas(self) -> None:
        """Parks, water, squares, carriageways."""
        for kind, colour in AREA_STYLE.items():
            rings = [area.polygon_map for area in self.map.areas if area.kind is kind]
            self.polygons(rings, facecolor=colour, edgecolor="none", zorder=1)

    def buildings(self) -> None:
        """Footprints, the darker the higher."""
        heights = np.array([building.height_m for building in self.map.buildings])
        if not len(heights):
            return
        shade = np.clip((heights - 3) / 18, 0, 1)[:, None]
        low, high = np.array([0.86, 0.83, 0.79]), np.array([0.66, 0.62, 0.58])
        self.polygons(
            [building.polygon_map for building in self.map.buildings],
            facecolor=low + shade * (high - low), edgecolor="#8f8880", linewidth=0.4, zorder=3,
        )  # fmt: skip

    def ways(self) -> None:
        """Edges as wide as they are, a casing below a fill."""
        from matplotlib.collections import LineCollection
        from matplotlib.lines import Line2D

        for way_class, (legend, fill, casing) in WAY_STYLE.items():
            edges = [
                e for e in self.map.edges.values()
                if e.way_class is way_class
                and (e.start_id < e.end_id or (e.end_id, e.start_id) not in self.map.edge_between)
            ]  # fmt: skip
            if not edges:
                continue
            lines = [[self.xy(e.start_id), self.xy(e.end_id)] for e in edges]
            widths = np.maximum([e.width_m * self.points_per_m for e in edges], 0.6)
            for colour, extra, zorder in ((casing, 0.9, 2.0), (fill, 0.0, 2.1)):
                self.axes.add_collection(
                    LineCollection(
                        lines, colors=colour, linewidths=widths + extra,
                        capstyle="round", zorder=zorder,
                    )
                )  # fmt: skip
            if way_class is not WayClass.CROSSWALK:
                self.legend[legend] = Line2D(
                    [], [], color=fill, linewidth=6, markeredgecolor=casing,
                    path_effects=_casing(casing),
                )  # fmt: skip

    def crosswalks(self) -> None:
        """Stripes across the carriageway."""
        from matplotlib.collections import LineCollection
        from matplotlib.lines import Line2D

        stripes = []
        for crosswalk in self.map.crosswalks:
            for edge_id in crosswalk.edge_ids:
                edge = self.map.edges[edge_id]
                (ax, ay), (bx, by) = self.xy(edge.start_id), self.xy(edge.end_id)
                ux, uy = (bx - ax) / edge.length_m, (by - ay) / edge.length_m
                half = edge.width_m / 2
                for at in np.arange(0.5, edge.length_m, 1.0):
                    x, y = ax + ux * at, ay + uy * at
                    stripes.append(
                        ((x - uy * half, y + ux * half), (x + uy * half, y - ux * half))
                    )
        if stripes:
            width = max(0.45 * self.points_per_m, 0.4)
            self.axes.add_collection(
                LineCollection(stripes, colors="#6f6f6f", linewidths=width, zorder=2.3)
            )
            self.legend["crosswalk"] = Line2D(
                [], [], color="#6f6f6f", linewidth=6, dashes=(0.25, 0.25)
            )

    def zones(self) -> None:
        """Zones as tinted or dashed outlines."""
        from matplotlib.colors import to_rgba
        from matplotlib.patches import Patch

        for kind, (legend, colour, filled) in ZONE_STYLE.items():
            rings = [zone.polygon_map for zone in self.map.zones if zone.kind is kind]
            if not rings:
                continue
            style: dict[str, Any] = {
                "facecolor": to_rgba(colour, 0.22 if filled else 0.0),
                "edgecolor": to_rgba(colour, 0.9),
                "linestyle": "-" if filled else (0, (5, 4)),
                "linewidth": 1.1,
                "hatch": "////" if kind is ZoneKind.KEEP_OUT else None,
            }
            self.polygons(rings, zorder=3.5, **style)
            self.legend[legend] = Patch(**style)

    def route(self, name: str, node_ids: Sequence[int], colour: str) -> None:
        """A route with an arrow about every 40 m."""
        from matplotlib.lines import Line2D

        points = np.array([self.xy(node_id) for node_id in node_ids])
        self.axes.plot(points[:, 0], points[:, 1], color=colour, linewidth=2.2, zorder=4,
                       solid_joinstyle="round", alpha=0.85)  # fmt: skip
        since = 20.0
        for a, b in itertools.pairwise(points):
            since += math.dist(a, b)
            if since >= 40.0:
                since = 0.0
                middle = (a + b) / 2
                self.axes.annotate(
                    "", xy=middle + (b - a) * 0.05, xytext=middle - (b - a) * 0.05, zorder=4.1,
                    arrowprops={"arrowstyle": "-|>", "color": colour, "mutation_scale": 13},
                )  # fmt: skip
        self.legend[f"route {name}"] = Line2D([], [], color=colour, linewidth=2.2)

    def xy(self, node_id: int) -> tuple[float, float]:
        """A node's place in metres."""
        node = self.map.nodes[node_id]
        return node.x_m, node.y_m


def _casing(colour: str) -> list[Any]:
    from matplotlib.patheffects import Normal, withStroke

    return [withStroke(linewidth=7.5, foreground=colour), Normal()]
