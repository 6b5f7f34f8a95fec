"""Plots over time as SVG: a line, and bars of open faults."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from simulation.scenarios.trace import Trace

WIDTH, HEIGHT, LEFT, BELOW = 900.0, 160.0, 46.0, 22.0
BAR = 18.0
POINTS = 900


def line_svg(points: Sequence[tuple[float, float]], trace: Trace) -> str:
    """One quantity over the run, with the events' begins as thin lines."""
    values = [value for _, value in points] or [0.0]
    low, high = min(0.0, *values), max(0.1, *values)
    across, up = _scales(trace.ended_s, low, high)
    kept = points[:: max(1, len(points) // POINTS)]
    path = " ".join(f"{across(t):.1f},{up(value):.1f}" for t, value in kept)
    return "\n".join([
        f'<svg class="plot" viewBox="0 0 {WIDTH:.0f} {HEIGHT + BELOW:.0f}" role="img">',
        *_axes(trace.ended_s, across, HEIGHT),
        f'<text x="{LEFT - 6}" y="12" text-anchor="end" font-size="11">{high:.2f}</text>',
        f'<text x="{LEFT - 6}" y="{HEIGHT:.0f}" text-anchor="end" font-size="11">{low:.2f}</text>',
        f'<line x1="{LEFT}" x2="{WIDTH}" y1="{up(0):.1f}" y2="{up(0):.1f}" stroke="#bbb"/>',
        *_event_lines(trace, across, HEIGHT),
        f'<polyline points="{path}" fill="none" stroke="#2166ac" stroke-width="1.5"/>',
        "</svg>",
    ])  # fmt: skip


def fault_svg(trace: Trace) -> str:
    """A row for each injected fault and for each fault that the vehicle opened."""
    rows = [(mark.name, [(mark.begin_s, mark.end_s)], "#c58a1a") for mark in trace.marks.values()]
    rows += [(str(fault), trace.fault_spans(fault), "#b3261e") for fault in trace.all_faults()]
    height = max(1, len(rows)) * BAR
    across, _ = _scales(trace.ended_s, 0.0, 1.0, 200.0)
    parts = [
        f'<svg class="plot" viewBox="0 0 {WIDTH:.0f} {height + BELOW:.0f}" role="img">',
        *_axes(trace.ended_s, across, height),
    ]
    for number, (name, spans, colour) in enumerate(rows):
        y = number * BAR
        parts.append(
            f'<text x="194" y="{y + 13:.0f}" text-anchor="end" font-size="11">'
            f"{html.escape(name)}</text>"
        )
        for begin_s, end_s in spans:
            x, until = across(begin_s), across(trace.ended_s if end_s is None else end_s)
            parts.append(
                f'<rect x="{x:.1f}" y="{y + 3:.0f}" width="{max(1.5, until - x):.1f}"'
                f' height="{BAR - 6:.0f}" fill="{colour}"/>'
            )
    return "\n".join([*parts, "</svg>"])


class _Scale:
    """Linear from a quantity to pixels."""

    def __init__(self, low: float, high: float, first: float, last: float) -> None:
        self._low, self._first = low, first
        self._factor = (last - first) / (high - low) if high > low else 0.0

    def __call__(self, value: float) -> float:
        return self._first + (value - self._low) * self._factor


def _scales(ended_s: float, low: float, high: float, left: float = LEFT) -> tuple[_Scale, _Scale]:
    return _Scale(0.0, max(ended_s, 1.0), left, WIDTH), _Scale(low, high, HEIGHT, 4.0)


def _axes(ended_s: float, across: _Scale, height: float) -> Iterable[str]:
    step = next(s for s in (5, 10, 30, 60, 300, 600, 3600, 36000) if ended_s / s <= 14)
    for t_s in range(0, int(ended_s) + 1, step):
        x = across(t_s)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height:.0f}" stroke="#eee"/>'
        yield (
            f'<text x="{x:.1f}" y="{height + 15:.0f}" text-anchor="middle" font-size="11">'
            f"{t_s} s</text>"
        )


def _event_lines(trace: Trace, across: _Scale, height: float) -> Iterable[str]:
    for mark in trace.marks.values():
        x = across(mark.begin_s)
        yield (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height:.0f}" stroke="#c58a1a">'
            f"<title>{html.escape(mark.name)}</title></line>"
        )
