"""The map of a run as SVG: houses, ways, the track coloured by speed, what happened where."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Callable, Iterable, Sequence

from patrol.map import AreaKind, PatrolMap, WayClass
from simulation.scenarios.trace import Sample, Trace

At = Callable[[float, float], str]  # map metres → "x,y" of the picture

MARGIN_M = 15.0
WIDTH_PX = 900.0
AREA_FILL = {AreaKind.PARK: "#dcecd2", AreaKind.WATER: "#cfe3f2", AreaKind.ROAD: "#dddddf"}
WAY_STROKE = {
    WayClass.CROSSWALK: "#f2f2f2",
    WayClass.PAVEMENT: "#eadfce",
    WayClass.PARK_PATH: "#efe6cf",
}
SLOW, FAST = (208, 62, 50), (33, 102, 172)  # of the track, standing and at 1.4 m/s
FAST_MPS = 1.4


def map_svg(trace: Trace) -> str:
    """A self-contained `<svg>`; north is up, metres of the map frame."""
    west, south, east, north = _bounds(trace)
    scale = WIDTH_PX / max(east - west, 1.0)

    def at(x_m: float, y_m: float) -> str:
        return f"{(x_m - west) * scale:.1f},{(north - y_m) * scale:.1f}"

    height = (north - south) * scale
    parts = [
        f'<svg viewBox="0 0 {WIDTH_PX:.0f} {height:.0f}" class="map" role="img"'
        ' aria-label="map with track">',
        *_ground(trace.patrol_map, at, scale),
        *_others(trace, at),
        *_track(trace.samples, at),
        *_marks(trace, at),
        "</svg>",
    ]
    return "\n".join(parts)


def _bounds(trace: Trace) -> tuple[float, float, float, float]:
    """Around the track, not around a whole district."""
    xs = [s.pose.x_m for s in trace.samples] or [0.0]
    ys = [s.pose.y_m for s in trace.samples] or [0.0]
    west, east = min(xs) - MARGIN_M, max(xs) + MARGIN_M
    south, north = min(ys) - MARGIN_M, max(ys) + MARGIN_M
    least = 0.45 * (east - west)
    if north - south < least:
        middle = (north + south) / 2
        south, north = middle - least / 2, middle + least / 2
    return west, south, east, north


def _ground(patrol_map: PatrolMap, at: At, scale: float) -> Iterable[str]:
    def ring(points: Sequence[tuple[float, float]]) -> str:
        return " ".join(at(x, y) for x, y in points)

    for area in patrol_map.areas:
        fill = AREA_FILL.get(area.kind, "#eeeeee")
        yield f'<polygon points="{ring(area.polygon_map)}" fill="{fill}"/>'
    for edge in patrol_map.edges.values():
        a, b = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
        colour = WAY_STROKE.get(edge.way_class, "#ffffff")
        yield (
            f'<polyline points="{at(a.x_m, a.y_m)} {at(b.x_m, b.y_m)}" stroke="{colour}"'
            f' stroke-width="{edge.width_m * scale:.1f}" stroke-linecap="round" fill="none"/>'
        )
    for building in patrol_map.buildings:
        yield f'<polygon points="{ring(building.polygon_map)}" fill="#b9b4ad"/>'
    for zone in patrol_map.zones:
        yield (
            f'<polygon points="{ring(zone.polygon_map)}" fill="none" stroke="#c58a1a"'
            f' stroke-dasharray="6 4"><title>{html.escape(zone.name or zone.id)}</title></polygon>'
        )
    for checkpoint in patrol_map.checkpoints:
        node = patrol_map.nodes[checkpoint.node_id]
        x, y = at(node.x_m, node.y_m).split(",")
        yield (
            f'<circle cx="{x}" cy="{y}" r="5" fill="none" stroke="#333"><title>'
            f"{html.escape(checkpoint.id)}</title></circle>"
        )


def _track(samples: Sequence[Sample], at: At) -> Iterable[str]:
    every = samples[:: max(1, len(samples) // 1500)]
    for a, b in itertools.pairwise(every):
        share = min(1.0, abs(b.speed_mps) / FAST_MPS)
        red, green, blue = (round(s + share * (f - s)) for s, f in zip(SLOW, FAST, strict=True))
        yield (
            f'<polyline points="{at(a.pose.x_m, a.pose.y_m)} {at(b.pose.x_m, b.pose.y_m)}"'
            f' stroke="rgb({red},{green},{blue})" stroke-width="3" fill="none"/>'
        )


def _others(trace: Trace, at: At) -> Iterable[str]:
    """Tracks of the other vehicles, and where they stood at the end."""
    for name, other in trace.others.items():
        every = other.samples[:: max(1, len(other.samples) // 500)]
        points = " ".join(at(sample.pose.x_m, sample.pose.y_m) for sample in every)
        x, y = points.rsplit(" ", 1)[-1].split(",") if points else ("0", "0")
        title = f"<title>{html.escape(name)}</title>"
        yield (
            f'<polyline points="{points}" stroke="#777" stroke-width="2" stroke-dasharray="2 4"'
            f' fill="none">{title}</polyline>'
            f'<rect x="{float(x) - 5:.1f}" y="{float(y) - 5:.1f}" width="10" height="10"'
            f' fill="#ed8c1a">{title}</rect>'
        )


def _marks(trace: Trace, at: At) -> Iterable[str]:
    for number, mark in enumerate(trace.marks.values(), start=1):
        sample = trace.at(mark.begin_s)
        if sample is None or math.isinf(mark.begin_s):
            continue
        x, y = at(sample.pose.x_m, sample.pose.y_m).split(",")
        yield (
            f'<circle cx="{x}" cy="{y}" r="9" fill="#222"><title>{html.escape(mark.name)} at'
            f' {mark.begin_s:.1f} s</title></circle><text x="{x}" y="{y}" dy="4" fill="#fff"'
            f' font-size="11" text-anchor="middle">{number}</text>'
        )
    for t_s, name in trace.contacts:
        sample = trace.at(t_s)
        if sample is not None:
            x, y = at(sample.pose.x_m, sample.pose.y_m).split(",")
            yield (
                f'<text x="{x}" y="{y}" fill="#c00" font-size="20" text-anchor="middle">✕'
                f"<title>{html.escape(name)}</title></text>"
            )
