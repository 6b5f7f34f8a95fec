"""`sunra simulate suite PATH…`: many scenarios, a table, a summary."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import click

from simulation.scenarios.collect import collect
from simulation.scenarios.suite import run_suite
from simulation.scenarios.suite_report import is_green, line, summary, write_json, write_junit


@click.command("suite")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=Path)
@click.option("-j", "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1,
              show_default="all cores", help="Processes.")  # fmt: skip
@click.option("--only", default="", help="Only scenarios whose id has this in it.")
@click.option("--list", "listing", is_flag=True, help="Print ids and titles, run nothing.")
@click.option("--junit", type=Path, help="Write JUnit XML.")
@click.option("--json", "json_path", type=Path, help="Write outcomes and verdicts.")
@click.option("--pages", type=Path, help="Folder for an HTML page of every one that fails.")
def suite_command(
    paths: tuple[Path, ...], jobs: int, only: str, listing: bool, junit: Path | None,
    json_path: Path | None, pages: Path | None,
) -> None:  # fmt: skip
    """Run the scenarios of files and folders; exit 0 when none fails and none passes that may
    not."""
    logging.basicConfig(level=logging.ERROR)
    scenarios = [scenario for scenario in collect(paths) if only in scenario.id]
    if not scenarios:
        raise click.UsageError(f"--only {only!r} leaves no scenario")
    if listing:
        for scenario in scenarios:
            mark = " (expected failure)" if scenario.expected_failure else ""
            click.echo(f"{scenario.id}: {scenario.title}{mark}")
        return
    outcomes = run_suite(scenarios, jobs, lambda outcome: click.echo(line(outcome)), pages)
    if junit is not None:
        write_junit(junit, outcomes)
    if json_path is not None:
        write_json(json_path, outcomes)
    click.echo(summary(outcomes))
    if not is_green(outcomes):
        raise SystemExit(1)
