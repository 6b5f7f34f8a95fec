"""`sunra simulate run SCENARIO`: one scenario, its progress and its verdicts."""

from __future__ import annotations

from pathlib import Path

import click

from navigation.planning.patrol_tour import TourOrder
from simulation.scenarios.load import load_scenario
from simulation.scenarios.pictures import Stills, Video
from simulation.scenarios.recording import McapRecording
from simulation.scenarios.runner import Run
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.shared_cli import drive, quiet_logs, report, scenario_arguments


@click.command("run")
@scenario_arguments
@click.option("--checkpoints", help="Ids, comma separated, or `all`; instead of the file's.")
@click.option("--order", type=click.Choice(["given", "best"]), default="best", show_default=True,
              help="Of --checkpoints.")  # fmt: skip
@click.option("--duration-s", type=click.FloatRange(1), help="Instead of the file's.")
@click.option("--mcap", type=Path, help="Write a recording that Foxglove reads.")
@click.option("--video", type=Path, help="Write what the front camera sees, MP4.")
@click.option("--cameras", is_flag=True, help="Render pictures (for --page and --mcap).")
def run_command(
    scenario_path: Path, checkpoints: str | None, order: str, duration_s: float | None,
    vehicle: Path | None, page: Path | None, mcap: Path | None, video: Path | None,
    json_path: Path | None, cameras: bool,
) -> None:  # fmt: skip
    """Run a scenario without ROS; exit 0 when every expectation comes true, else 1.

    With --console the console shows it, with --ros it plays upon the ROS 2 processes: see
    --console --help and --ros --help.
    """
    quiet_logs()
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
        run.observers.append(Video(video, scenario.spec.cameras[0]))
    click.echo(f"{scenario.id}: {scenario.title}")
    outcome = drive(run)
    report(outcome, run.trace, page, json_path, stills.taken)
    if not outcome.status.is_good:
        raise SystemExit(1)


def _names(scenario: Scenario, checkpoints: str) -> list[str]:
    if checkpoints == "all":
        return [checkpoint.id for checkpoint in scenario.patrol_map.checkpoints]
    return [name for name in checkpoints.split(",") if name]
