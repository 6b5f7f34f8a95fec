"""A run as one HTML file: verdicts, map with track, plots, what happened, pictures."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from simulation.scenarios.outcome import Outcome
from simulation.scenarios.page_map import map_svg
from simulation.scenarios.page_plots import fault_svg, line_svg
from simulation.scenarios.trace import Trace

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; color: #222;
       background: #fff; }
h1 { font-size: 1.35rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #ddd;
         vertical-align: top; }
.good { color: #17692f; } .bad { color: #b3261e; font-weight: 600; }
svg { width: 100%; height: auto; background: #f4f2ee; }
svg.plot { background: none; }
figure { margin: 1rem 0; } figure img { max-width: 100%; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } h2 { break-after: avoid; } }
"""


def document(title: str, body: Iterable[str]) -> str:
    """A whole page; it loads nothing from anywhere."""
    return "\n".join([
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>',
        f"<style>{STYLE}</style></head><body>",
        *body,
        "</body></html>",
        "",
    ])  # fmt: skip


def write_page(
    path: Path, outcome: Outcome, trace: Trace, stills: Sequence[tuple[float, bytes]] = ()
) -> None:
    """Write the page of a run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document(outcome.title, _body(outcome, trace, stills)), encoding="utf-8")


def verdict_table(outcome: Outcome) -> Iterable[str]:
    """Expectations with their verdicts and figures."""
    yield "<table><tr><th>Expectation</th><th>Verdict</th><th>Figures</th></tr>"
    for verdict in outcome.verdicts:
        kind, word = ("good", "passed") if verdict.passed else ("bad", "failed")
        yield (
            f"<tr><td>{html.escape(verdict.expectation)}</td>"
            f'<td class="{kind}">{word}</td><td>{html.escape(verdict.detail)}</td></tr>'
        )
    yield "</table>"


def _body(outcome: Outcome, trace: Trace, stills: Sequence[tuple[float, bytes]]) -> Iterable[str]:
    kind = "good" if outcome.status.is_good else "bad"
    yield f"<h1>{html.escape(outcome.title)}</h1>"
    yield (
        f'<p><span class="{kind}">{outcome.status}</span> · {html.escape(outcome.scenario_id)} ·'
        f" {outcome.duration_s:.0f} s, {outcome.distance_m:.0f} m · contacts {outcome.contacts} ·"
        f" ended by {html.escape(outcome.ended_because)} · run {outcome.run_hash}</p>"
    )
    if outcome.reason:
        yield f"<p>Expected to fail: {html.escape(outcome.reason)}</p>"
    yield from verdict_table(outcome)
    yield "<h2>Map and track</h2>"
    yield map_svg(trace)
    yield "<h2>Speed (m/s)</h2>"
    yield line_svg([(s.t_s, s.speed_mps) for s in trace.samples], trace)
    yield "<h2>Cross-track error (m, left positive)</h2>"
    yield line_svg([(s.t_s, s.cross_track_m or 0.0) for s in trace.samples], trace)
    yield "<h2>Faults</h2>"
    yield fault_svg(trace)
    yield "<h2>What happened</h2>"
    yield "<table>"
    notes = [*trace.notes, *((t, f"touched {name}") for t, name in trace.contacts)]
    notes += [(v.t_s, f"node {v.node_id}") for v in trace.visits]
    for t_s, note in sorted(notes):
        yield f"<tr><td>{t_s:.1f} s</td><td>{html.escape(note)}</td></tr>"
    yield "</table>"
    if stills:
        yield "<h2>Pictures</h2>"
    for t_s, jpeg in stills:
        data = base64.b64encode(jpeg).decode()
        yield (
            f'<figure><img alt="at {t_s:.1f} s" src="data:image/jpeg;base64,{data}">'
            f"<figcaption>{t_s:.1f} s</figcaption></figure>"
        )
