"""A picture of a patrol map: streets by class, buildings, zones, places, scale and north."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from navigation.map_style import AREA_STYLE, FONTS, GROUND, HANGUL, INK, WAY_STYLE, ZONE_STYLE
from patrol.errors import MapError
from patrol.map import PatrolMap, WayClass, ZoneKind


def draw_map(
    patrol_map: PatrolMap,
    path: Path,
    route_node_ids: Sequence[int] = (),
    title: str | None = None,
) -> None:
    """Writes a PNG or SVG picture, by the file's ending; raises MapError.

    `route_node_ids` is drawn as a line with arrows on top.
    """
    if path.suffix.lower() not in (".png", ".svg"):
        raise MapError(f"{path}: a picture is .png or .svg, not {path.suffix or 'without ending'}")
    try:
        from matplotlib import font_manager, rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise MapError(f"{path}: drawing needs matplotlib: pip install matplotlib") from None
    installed = {font.name for font in font_manager.fontManager.ttflist}
    font = next((name for name in FONTS if name in installed), None)
    west, south, east, north = patrol_map.bounds_m
    pad = 0.04 * max(east - west, north - south, 20.0)
    width_m, height_m = east - west + 2 * pad, north - south + 2 * pad
    scale = 13.0 / max(width_m, height_m)
    figure = Figure(figsize=(max(width_m * scale, 6) + 0.3, max(height_m * scale, 4) + 0.8))
    axes = figure.add_axes((0.012, 0.012, 0.976, 0.93))
    axes.set_xlim(west - pad, east + pad)
    axes.set_ylim(south - pad, north + pad)
    axes.set_aspect("equal")
    axes.set_facecolor(GROUND)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#c9c3b6")
    canvas = _Canvas(axes, patrol_map, font, 72.0 * scale)
    canvas.areas()
    canvas.ways()
    canvas.buildings()
    canvas.zones()
    canvas.crosswalks()
    if route_node_ids:
        canvas.route(route_node_ids)
    canvas.places()
    canvas.furniture(west - pad, south - pad, width_m, height_m)
    axes.set_title(
        canvas.readable(title or patrol_map.name or patrol_map.map_id),
        loc="left", fontsize=13, color=INK, fontfamily=font, pad=8,
    )  # fmt: skip
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = path.suffix[1:].lower()
        undated: dict[str, Any] = {"Date": None} if kind == "svg" else {}
        # the salt: the same map makes the same file
        with path.open("wb") as stream, rc_context({"svg.hashsalt": patrol_map.map_id}):
            figure.savefig(stream, format=kind, dpi=130, metadata=undated)
    except OSError as error:
        raise MapError(f"{path}: cannot be written: {error.strerror}") from None


class _Canvas:
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
            lines = [[self._xy(e.start_id), self._xy(e.end_id)] for e in edges]
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
                (ax, ay), (bx, by) = self._xy(edge.start_id), self._xy(edge.end_id)
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

    def route(self, node_ids: Sequence[int]) -> None:
        """A route with an arrow about every 40 m."""
        from matplotlib.lines import Line2D

        points = np.array([self._xy(node_id) for node_id in node_ids])
        self.axes.plot(points[:, 0], points[:, 1], color="#1565c0", linewidth=2.2, zorder=4,
                       solid_joinstyle="round", alpha=0.85)  # fmt: skip
        since = 20.0
        for a, b in itertools.pairwise(points):
            since += math.dist(a, b)
            if since >= 40.0:
                since = 0.0
                middle = (a + b) / 2
                self.axes.annotate(
                    "", xy=middle + (b - a) * 0.05, xytext=middle - (b - a) * 0.05, zorder=4.1,
                    arrowprops={"arrowstyle": "-|>", "color": "#0d47a1", "mutation_scale": 13},
                )  # fmt: skip
        self.legend["route"] = Line2D([], [], color="#1565c0", linewidth=2.2)

    def places(self) -> None:
        """Checkpoints with number and name, docks."""
        from matplotlib.patheffects import withStroke

        halo = [withStroke(linewidth=2.6, foreground="white")]
        for checkpoint in self.map.checkpoints:
            x, y = self._xy(checkpoint.node_id)
            mark = self.axes.scatter(x, y, s=62, color="#1b5e20", edgecolor="white", zorder=5)
            self.legend["checkpoint"] = mark
            self._label(checkpoint.id, checkpoint.name, x, y, "#123d16", halo)
        for dock in self.map.docks:
            x, y = self._xy(dock.node_id)
            mark = self.axes.scatter(x, y, s=95, marker="s", color="#4527a0", edgecolor="white",
                                     zorder=5)  # fmt: skip
            self.legend["dock"] = mark
            self._label(dock.id, dock.name, x, y, "#311b92", halo)

    def _label(self, place_id: str, name: str, x: float, y: float, colour: str, halo: Any) -> None:
        lines = self.readable(name).replace(" (", "\n(")
        shown = f"{place_id}  {lines}" if lines else place_id
        left = x > self.axes.get_xlim()[0] + 0.8 * np.ptp(self.axes.get_xlim())
        self.axes.annotate(
            shown, (x, y), xytext=(-7 if left else 7, 3), textcoords="offset points",
            ha="right" if left else "left", fontsize=6.6, linespacing=1.15, color=colour,
            fontfamily=self.font, path_effects=halo, zorder=6,
        )  # fmt: skip

    def furniture(self, x_m: float, y_m: float, width_m: float, height_m: float) -> None:
        """Scale bar, north arrow, legend."""
        step = 10 ** math.floor(math.log10(width_m / 4))
        bar_m = max(k * step for k in (1, 2, 5) if k * step <= width_m / 4)
        x, y = x_m + 0.025 * width_m, y_m + 0.022 * height_m
        for share, colour in ((0.0, INK), (0.5, "white")):
            self.axes.plot([x + share * bar_m, x + (share + 0.5) * bar_m], [y, y], color=colour,
                           linewidth=5, solid_capstyle="butt", zorder=7.1)  # fmt: skip
        self.axes.plot([x, x + bar_m], [y, y], color=INK, linewidth=6.5, solid_capstyle="butt",
                       zorder=7)  # fmt: skip
        label = f"{bar_m:g} m" if bar_m < 1000 else f"{bar_m / 1000:g} km"
        self.axes.text(x + bar_m, y + 0.009 * height_m, label, ha="right", va="bottom",
                       fontsize=8.5, color=INK, zorder=7)  # fmt: skip
        self.axes.annotate(
            "N", xy=(0.972, 0.985), xytext=(0.972, 0.925), xycoords="axes fraction", ha="center",
            va="top", fontsize=12, color=INK, zorder=7,
            arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.8, "mutation_scale": 18},
        )  # fmt: skip
        self.axes.legend(
            self.legend.values(), self.legend.keys(), loc="lower right", fontsize=8, ncols=2,
            framealpha=0.93, edgecolor="#c9c3b6", facecolor="white",
        ).set_zorder(7)  # fmt: skip

    def _xy(self, node_id: int) -> tuple[float, float]:
        node = self.map.nodes[node_id]
        return node.x_m, node.y_m


def _casing(colour: str) -> list[Any]:
    from matplotlib.patheffects import Normal, withStroke

    return [withStroke(linewidth=7.5, foreground=colour), Normal()]
