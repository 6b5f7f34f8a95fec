"""What the commands that run one scenario share: arguments, logs, progress, the last words."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import click

from simulation.scenarios.outcome import Outcome, Status
from simulation.scenarios.page import write_page
from simulation.scenarios.runner import Run
from simulation.scenarios.trace import Trace

PROGRESS_S = 30.0
F = TypeVar("F", bound=Callable[..., None])


def scenario_arguments(command: F) -> F:
    """SCENARIO, --vehicle, --page and --json, as scenario_path, vehicle, page and json_path."""
    for option in (
        click.option("--json", "json_path", type=Path, help="Write the verdicts and figures."),
        click.option("--page", type=Path, help="Write an HTML page: map, track, plots."),
        click.option("--vehicle", type=Path, help="Vehicle file; instead of the file's."),
        click.argument("scenario_path", metavar="SCENARIO", type=Path),
    ):
        command = option(command)
    return command


def quiet_logs() -> None:
    """Warnings alone, and of what a scenario breaks on purpose none."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    for name in ("simulation", "supervisor"):
        logging.getLogger(name).setLevel(logging.ERROR)


def drive(run: Run) -> Outcome:
    """To the end, with a line of progress now and then."""
    next_line_s = PROGRESS_S
    try:
        for sample in run.samples():
            if sample.t_s >= next_line_s:
                next_line_s += PROGRESS_S
                way_m = run.trace.distance_m(0.0, sample.t_s)
                click.echo(f"  {sample.t_s:6.0f} s  {way_m:6.0f} m  {sample.mode}")
        return run.outcome()
    finally:
        run.close()


def report(
    outcome: Outcome,
    trace: Trace,
    page: Path | None,
    json_path: Path | None,
    stills: Sequence[tuple[float, bytes]] = (),
) -> None:
    """Write page and figures where they are asked for, and print verdicts and figures."""
    if page is not None:
        write_page(page, outcome, trace, stills)
    if json_path is not None:
        json_path.parent.mkdir(parents=True, exist_ok=True)
        json_path.write_text(json.dumps(asdict(outcome), indent=2) + "\n", encoding="utf-8")
    for verdict in outcome.verdicts:
        word = "ok  " if verdict.passed else "FAIL"
        click.echo(f"  {word} {verdict.expectation}: {verdict.detail}")
    click.echo(
        f"duration_s={outcome.duration_s:.0f} distance_m={outcome.distance_m:.0f}"
        f" cross_track_p95_m={outcome.cross_track_p95_m:.3f}"
        f" localization_p95_m={outcome.localization_p95_m:.3f} contacts={outcome.contacts}"
        f" faults={','.join(outcome.faults) or 'none'}"
        f" real_time_factor={outcome.real_time_factor:.1f} run={outcome.run_hash}"
    )
    reason = f": {outcome.reason}" if outcome.status is Status.EXPECTED_FAILURE else ""
    click.echo(f"{outcome.status}{reason}")
