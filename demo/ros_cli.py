"""`sunra simulate SCENARIO --ros`: the scenario upon the vehicle's real ROS processes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from demo.processes import end_on_signals
from demo.through_ros import play_through_ros
from simulation.scenarios.agreement import agreement
from simulation.scenarios.load import load_scenario
from simulation.scenarios.outcome import Outcome
from simulation.scenarios.runner import Run
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.shared_cli import drive, quiet_logs, report, scenario_arguments
from simulation.scenarios.through_ros import check_through_ros
from simulation.scenarios.trace import Trace


@click.command("ros")
@scenario_arguments
@click.option("--compare", is_flag=True, help="Run it without ROS first; must agree in bounds.")
@click.option("--real-time-factor", type=click.FloatRange(0.1, 10), default=1.0,
              show_default=True, help="At most so fast.")  # fmt: skip
@click.option("--out", type=Path, help="Keep logs and the vehicle's MCAP recording here.")
def ros_command(
    scenario_path: Path, compare: bool, real_time_factor: float, vehicle: Path | None,
    page: Path | None, json_path: Path | None, out: Path | None,
) -> None:  # fmt: skip
    """Play a scenario upon the ROS 2 processes; exit 0 when every expectation comes true."""
    quiet_logs()
    end_on_signals()
    scenario = load_scenario(scenario_path.resolve(), vehicle)
    check_through_ros(scenario)
    click.echo(f"{scenario.id}: {scenario.title}")
    before = _without_ros(scenario) if compare else None
    with tempfile.TemporaryDirectory(prefix="sunra-ros-") as temporary:
        outcome, trace = play_through_ros(
            scenario,
            out.resolve() if out else Path(temporary),
            vehicle_file=vehicle,
            real_time_factor=real_time_factor,
            record=out is not None,
            tell=click.echo,
        )
    report(outcome, trace, page, json_path)
    agrees = True
    if before is not None:
        found = agreement(*before, outcome, trace)
        agrees = found.is_within_bounds
        click.echo(f"{'agrees' if agrees else 'DISAGREES'} with the run without ROS:"
                   f" {found.sentence}")  # fmt: skip
    if not (outcome.status.is_good and agrees):
        raise SystemExit(1)


def _without_ros(scenario: Scenario) -> tuple[Outcome, Trace]:
    run = Run(scenario)
    outcome = drive(run)
    click.echo(f"  without ROS: {outcome.status}, {outcome.duration_s:.0f} s")
    return outcome, run.trace
