"""`sunra simulate suite PATH…`: many scenarios, a table, a summary."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import click

from simulation.scenarios.collect import collect
from simulation.scenarios.suite import run_suite
from simulation.scenarios.suite_report import is_green, line, summary, write_json, write_junit
from simulation.scenarios.truth_file import check_truth_path, write_truth

MOST_SEEDS = 10_000


def _seeds(ctx: click.Context, param: click.Parameter, value: str | None) -> range | None:
    if value is None:
        return None
    begin, dash, end = value.partition("-")
    try:
        seeds = range(int(begin), int(end) + 1) if dash else range(int(begin))
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither N nor FROM-TO") from None
    if not 0 < len(seeds) <= MOST_SEEDS:
        raise click.BadParameter(f"{value!r} is {len(seeds)} seeds; 1 to {MOST_SEEDS} can be run")
    return seeds


@click.command("suite")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=Path)
@click.option("-j", "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1,
              show_default="all cores", help="Processes.")  # fmt: skip
@click.option("--only", default="", help="Only scenarios whose id has this in it.")
@click.option("--list", "listing", is_flag=True, help="Print ids and titles, run nothing.")
@click.option(
    "--seeds", callback=_seeds, help="Of tables of events: N for the first N, or FROM-TO."
)
@click.option("--truth", type=Path, help="Write what each scene showed: JSON, or XML after KISA.")
@click.option("--junit", type=Path, help="Write JUnit XML.")
@click.option("--json", "json_path", type=Path, help="Write outcomes and verdicts.")
@click.option("--pages", type=Path, help="Folder for an HTML page of every one that fails.")
def suite_command(
    paths: tuple[Path, ...], jobs: int, only: str, listing: bool, seeds: range | None,
    truth: Path | None, junit: Path | None, json_path: Path | None, pages: Path | None,
) -> None:  # fmt: skip
    """Run the scenarios of files and folders; exit 0 when none fails and none passes that may
    not."""
    logging.basicConfig(level=logging.ERROR)
    if truth is not None:
        check_truth_path(truth)
    scenarios = [scenario for scenario in collect(paths, seeds) if only in scenario.id]
    if not scenarios:
        raise click.UsageError(f"--only {only!r} leaves no scenario")
    if listing:
        for scenario in scenarios:
            mark = " (expected failure)" if scenario.expected_failure else ""
            click.echo(f"{scenario.id}: {scenario.title}{mark}")
        return
    outcomes = run_suite(scenarios, jobs, lambda outcome: click.echo(line(outcome)), pages)
    if truth is not None:
        write_truth(truth, outcomes)
    if junit is not None:
        write_junit(junit, outcomes)
    if json_path is not None:
        write_json(json_path, outcomes)
    click.echo(summary(outcomes))
    if not is_green(outcomes):
        raise SystemExit(1)
