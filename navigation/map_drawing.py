"""A picture of a patrol map: streets by class, buildings, zones, places, names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from navigation.map_canvas import Canvas
from navigation.map_labels import BESIDE, INSIDE, Labels, Place
from navigation.map_legend import draw_strip, strip_height_in
from navigation.map_page_words import WORDS
from navigation.map_style import (
    FONTS,
    GROUND,
    INK,
    POI_STYLE,
    ROUTE_COLOURS,
    ZONE_STYLE,
)
from patrol.errors import MapError
from patrol.map import PatrolMap

FRAME_IN = 0.15
TITLE_IN = 0.5


def draw_map(
    patrol_map: PatrolMap,
    path: Path,
    routes: Mapping[str, Sequence[int]] | None = None,
    title: str | None = None,
) -> None:
    """Writes a PNG or SVG picture, by the file's ending; raises MapError.

    `routes` are node ids by the name of who drives them; each is a line with arrows on top.
    """
    if path.suffix.lower() not in (".png", ".svg"):
        raise MapError(f"{path}: a picture is .png or .svg, not {path.suffix or 'without ending'}")
    try:
        from matplotlib import rc_context
    except ImportError:
        raise MapError(f"{path}: drawing needs matplotlib: pip install matplotlib") from None
    figure = map_figure(patrol_map, routes, title)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = path.suffix[1:].lower()
        undated: dict[str, Any] = {"Date": None} if kind == "svg" else {}
        # the salt: the same map makes the same file
        with path.open("wb") as stream, rc_context({"svg.hashsalt": patrol_map.map_id}):
            figure.savefig(stream, format=kind, dpi=130, metadata=undated)
    except OSError as error:
        raise MapError(f"{path}: cannot be written: {error.strerror}") from None


def map_figure(
    patrol_map: PatrolMap,
    routes: Mapping[str, Sequence[int]] | None = None,
    title: str | None = None,
) -> Any:
    """The picture as a matplotlib figure: the map, and the strip of `navigation.map_legend`."""
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    installed = {font.name for font in font_manager.fontManager.ttflist}
    font = next((name for name in FONTS if name in installed), None)
    west, south, east, north = patrol_map.bounds_m
    pad = 0.04 * max(east - west, north - south, 20.0)
    width_m, height_m = east - west + 2 * pad, north - south + 2 * pad
    inches_per_m = 13.0 / max(width_m, height_m)
    figure = Figure()
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(west - pad, east + pad)
    axes.set_ylim(south - pad, north + pad)
    axes.set_aspect("equal")
    axes.set_facecolor(GROUND)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#c9c3b6")
    picture = _Picture(axes, patrol_map, font, 72.0 * inches_per_m)
    picture.draw(routes or {})
    wide_in = max(width_m * inches_per_m, 6.0) + 2 * FRAME_IN
    map_in = max(height_m * inches_per_m, 4.0)
    strip_in = strip_height_in(len(picture.legend), wide_in)
    high_in = map_in + TITLE_IN + strip_in
    figure.set_size_inches(wide_in, high_in)
    frame = FRAME_IN / wide_in
    axes.set_position((frame, strip_in / high_in, 1 - 2 * frame, map_in / high_in))
    draw_strip(figure, picture.legend, strip_in, inches_per_m, font)
    axes.set_title(
        picture.readable(title or patrol_map.name or patrol_map.map_id),
        loc="left", fontsize=13, color=INK, fontfamily=font, pad=8,
    )  # fmt: skip
    return figure


class _Picture(Canvas):
    """A canvas with places and names; names keep clear of marks, of one another, of the edge."""

    def __init__(
        self, axes: Any, patrol_map: PatrolMap, font: str | None, points_per_m: float
    ) -> None:
        super().__init__(axes, patrol_map, font, points_per_m)
        (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
        self.labels = Labels((*self._points(west, south), *self._points(east, north)))

    def draw(self, routes: Mapping[str, Sequence[int]]) -> None:
        """All layers, from the ground up; then the names, the weightiest first."""
        self.areas()
        self.ways()
        self.buildings()
        self.zones()
        self.crosswalks()
        for number, (name, node_ids) in enumerate(routes.items()):
            self.route(name, node_ids, ROUTE_COLOURS[number % len(ROUTE_COLOURS)])
        self.pois()
        self.places()
        self.names()

    def pois(self) -> None:
        """Points of interest as a letter in a disc."""
        for kind, (colour, letter) in POI_STYLE.items():
            for poi in (poi for poi in self.map.pois if poi.kind is kind):
                mark = self.axes.scatter(poi.x_m, poi.y_m, s=52, color=colour, edgecolor="white",
                                         linewidth=0.8, zorder=4.6)  # fmt: skip
                self.axes.annotate(
                    letter, (poi.x_m, poi.y_m), ha="center", va="center_baseline", fontsize=5,
                    color="white", weight="bold", zorder=4.7,
                )  # fmt: skip
                self.legend[f"{letter}  {WORDS[kind][0]}"] = mark
                self.labels.take(*self._points(poi.x_m, poi.y_m), 4.0)

    def places(self) -> None:
        """Checkpoints and docks."""
        for checkpoint in self.map.checkpoints:
            x, y = self.xy(checkpoint.node_id)
            mark = self.axes.scatter(x, y, s=62, color="#1b5e20", edgecolor="white", zorder=5)
            self.legend["checkpoint"] = mark
            self.labels.take(*self._points(x, y), 4.5)
        for dock in self.map.docks:
            x, y = self.xy(dock.node_id)
            mark = self.axes.scatter(x, y, s=95, marker="s", color="#4527a0", edgecolor="white",
                                     zorder=5)  # fmt: skip
            self.legend["dock"] = mark
            self.labels.take(*self._points(x, y), 5.5)

    def names(self) -> None:
        """Names of docks, checkpoints, zones with their hours, points of interest."""
        docks = [(d.id, d.name, *self.xy(d.node_id)) for d in self.map.docks]
        checkpoints = [
            (f"{c.id}  {c.windows}".strip(), c.name, *self.xy(c.node_id))
            for c in self.map.checkpoints
        ]
        for places, colour in ((docks, "#311b92"), (checkpoints, "#123d16")):
            for place_id, name, x, y in places:
                lines = self.readable(name).replace(" (", "\n(")
                self._label(f"{place_id}  {lines}".strip(), x, y, colour, 6.6, needed=True)
        for zone in self.map.zones:
            until = f"until {zone.expires[:10]}" if zone.expires else ""
            words = (self.readable(zone.name) or zone.id, zone.windows, until)
            x, y = _top_inside(zone.polygon_map)
            _, colour, _ = ZONE_STYLE[zone.kind]
            text = "  ".join(word for word in words if word)
            self._label(text, x, y, _darker(colour), 6.2, INSIDE)
        for poi in self.map.pois:
            name = self.readable(poi.name).split(" (")[0]
            self._label(name, poi.x_m, poi.y_m, "#4a4640", 5.6)

    def _label(
        self,
        text: str,
        x: float,
        y: float,
        colour: str,
        size: float,
        places: Sequence[Place] = BESIDE,
        needed: bool = False,
    ) -> None:
        """A name where it fits beside (x, y); one that is needed stands there in any case."""
        from matplotlib.patheffects import withStroke

        place = self.labels.place(text, *self._points(x, y), size, places)
        if not text or (place is None and not needed):
            return
        align, vertical, dx, dy = place or places[0]
        self.axes.annotate(
            text, (x, y), xytext=(dx, dy), textcoords="offset points", ha=align, va=vertical,
            fontsize=size, linespacing=1.15, color=colour, fontfamily=self.font, zorder=6,
            path_effects=[withStroke(linewidth=2.4, foreground="white")],
        )  # fmt: skip

    def _points(self, x_m: float, y_m: float) -> tuple[float, float]:
        return x_m * self.points_per_m, y_m * self.points_per_m


def _top_inside(ring: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The middle of a ring's upper edge, a little inside."""
    xs, ys = zip(*ring, strict=True)
    return (min(xs) + max(xs)) / 2, max(ys) - 0.04 * (max(ys) - min(ys))


def _darker(colour: str) -> str:
    """Dark enough to be read on a tint of itself."""
    return "#" + "".join(f"{int(int(colour[i : i + 2], 16) * 0.55):02x}" for i in (1, 3, 5))
