"""The rehearsal's report as one printable HTML file."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from patrol.vehicle import VehicleSpec
from simulation.scenarios.page import document
from simulation.scenarios.rehearsal import NO_CERTIFICATE, NO_CERTIFICATE_KO, Finding

HEADS = ("Item", "Requirement", "Rehearsed", "What was seen")


def write_report(path: Path, spec: VehicleSpec, findings: Sequence[Finding]) -> None:
    """Write the report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    title = f"Rehearsal of the outdoor-robot certification: {spec.name}"
    path.write_text(document(title, _body(title, spec, findings)), encoding="utf-8")


def _body(title: str, spec: VehicleSpec, findings: Sequence[Finding]) -> Iterable[str]:
    yield f"<h1>{html.escape(title)}</h1>"
    yield f'<p class="bad">{html.escape(NO_CERTIFICATE_KO)}</p>'
    yield f'<p class="bad">{html.escape(NO_CERTIFICATE)}</p>'
    yield (
        f"<p>{html.escape(spec.manufacturer)} {html.escape(spec.name)}: {spec.mass_kg:g} kg,"
        f" {spec.length_m:g} × {spec.width_m:g} × {spec.height_m:g} m. Items are those of the"
        " certification that can be simulated, in our words; the scenarios are under"
        " config/scenarios/rehearsal.</p>"
    )
    passed = sum(finding.passed for finding in findings)
    yield f"<p>{passed} of {len(findings)} items came true in simulation.</p>"
    heads = "".join(f"<th>{name}</th>" for name in HEADS)
    yield f"<table><tr>{heads}</tr>"
    for finding in findings:
        item = finding.item
        kind, word = ("good", "yes") if finding.passed else ("bad", "no")
        seen = "<br>".join(html.escape(line) for line in finding.lines)
        yield (
            f"<tr><td>{html.escape(item.title_ko)}<br>{html.escape(item.title_en)}</td>"
            f'<td>{html.escape(item.requirement)}</td><td class="{kind}">{word}</td>'
            f"<td>{seen}</td></tr>"
        )
    yield "</table>"
    yield "<p>Not rehearsed here: electrical safety, batteries, sound and light signals, weather"
    yield "proofing, documents, and everything that needs the real vehicle.</p>"
