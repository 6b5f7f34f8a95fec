"""`sunra simulate rehearsal`: the outdoor-robot certification, rehearsed, with a report."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import click

from patrol.vehicle import load_vehicle
from simulation.scenarios.collect import collect
from simulation.scenarios.folders import DEFAULT_VEHICLE, REHEARSAL
from simulation.scenarios.rehearsal import NO_CERTIFICATE, findings
from simulation.scenarios.rehearsal_page import write_report
from simulation.scenarios.suite import run_suite
from simulation.scenarios.suite_report import is_green, line, summary


@click.command("rehearsal")
@click.option("--out", type=Path, default=Path("var/rehearsal.html"), show_default=True)
@click.option("-j", "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1,
              show_default="all cores", help="Processes.")  # fmt: skip
def rehearsal_command(out: Path, jobs: int) -> None:
    """Run config/scenarios/rehearsal and write a printable report; it is no certificate."""
    logging.basicConfig(level=logging.ERROR)
    scenarios = collect([REHEARSAL])
    outcomes = run_suite(scenarios, jobs, lambda outcome: click.echo(line(outcome)))
    spec = load_vehicle(DEFAULT_VEHICLE)
    found = findings(spec, outcomes)
    for finding in found:
        click.echo(f"{'yes' if finding.passed else 'no ':3} {finding.item.title_en}")
    write_report(out, spec, found)
    click.echo(summary(outcomes))
    click.echo(f"{out}: {sum(f.passed for f in found)} of {len(found)} items")
    click.echo(NO_CERTIFICATE)
    if not is_green(outcomes):
        raise SystemExit(1)
