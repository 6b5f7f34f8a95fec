"""`sunra simulate run SCENARIO`: one scenario, its progress and its verdicts."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from pathlib import Path

import click

from navigation.planning.patrol_tour import TourOrder
from simulation.scenarios.load import load_scenario
from simulation.scenarios.outcome import Outcome, Status
from simulation.scenarios.page import write_page
from simulation.scenarios.pictures import Stills, Video
from simulation.scenarios.recording import McapRecording
from simulation.scenarios.runner import Run
from simulation.scenarios.scenario import Scenario

PROGRESS_S = 30.0


@click.command("run")
@click.argument("scenario_path", metavar="SCENARIO", type=Path)
@click.option("--checkpoints", help="Ids, comma separated, or `all`; instead of the file's.")
@click.option("--order", type=click.Choice(["given", "best"]), default="best", show_default=True,
              help="Of --checkpoints.")  # fmt: skip
@click.option("--duration-s", type=click.FloatRange(1), help="Instead of the file's.")
@click.option("--vehicle", type=Path, help="Vehicle file; instead of the file's.")
@click.option("--page", type=Path, help="Write an HTML page: map, track, plots, pictures.")
@click.option("--mcap", type=Path, help="Write a recording that Foxglove reads.")
@click.option("--video", type=Path, help="Write what the front camera sees, MP4.")
@click.option("--json", "json_path", type=Path, help="Write the verdicts and figures.")
@click.option("--cameras", is_flag=True, help="Render pictures (for --page and --mcap).")
def run_command(
    scenario_path: Path, checkpoints: str | None, order: str, duration_s: float | None,
    vehicle: Path | None, page: Path | None, mcap: Path | None, video: Path | None,
    json_path: Path | None, cameras: bool,
) -> None:  # fmt: skip
    """Run a scenario without ROS; exit 0 when every expectation comes true, else 1."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("simulation").setLevel(logging.ERROR)
    scenario = load_scenario(scenario_path, vehicle)
    scenario = scenario.changed(
        None if checkpoints is None else _names(scenario, checkpoints),
        TourOrder(order),
        duration_s,
    )
    run = Run(scenario, cameras=cameras or video is not None)
    stills = Stills()
    run.observers += [stills] if page else []
    run.observers += [McapRecording(mcap)] if mcap else []
    if video is not None:
        camera = scenario.spec.cameras[0]
        run.observers.append(Video(video, camera.width_px, camera.height_px, camera.rate_hz))
    click.echo(f"{scenario.id}: {scenario.title}")
    outcome = drive(run)
    if page is not None:
        write_page(page, outcome, run.trace, stills.taken)
    write_figures(json_path, outcome)
    tell(outcome)
    if not outcome.status.is_good:
        raise SystemExit(1)


def _names(scenario: Scenario, checkpoints: str) -> list[str]:
    if checkpoints == "all":
        return [checkpoint.id for checkpoint in scenario.patrol_map.checkpoints]
    return [name for name in checkpoints.split(",") if name]


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


def write_figures(path: Path | None, outcome: Outcome) -> None:
    """Write the outcome as JSON, where a file is asked for."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(outcome), indent=2) + "\n", encoding="utf-8")


def tell(outcome: Outcome) -> None:
    """Print verdicts and figures."""
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
