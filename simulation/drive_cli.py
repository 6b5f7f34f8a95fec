"""`sunra simulate drive`: a patrol in the simulator, without ROS, with its figures."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import click

from navigation.planning.patrol_tour import plan_patrol
from patrol.vehicle import load_vehicle
from simulation.drive import LibraryVehicle, order_of_tour
from simulation.mujoco.simulator import Simulator
from simulation.scenario import load_scenario

PROGRESS_S = 30.0
SLACK = 2.0  # a drive may take this times its planned duration


@click.command("drive")
@click.argument("scenario_path", metavar="SCENARIO", type=Path)
@click.option("--checkpoints", default="", help="Ids, comma separated; default: all of the map.")
@click.option("--order", type=click.Choice(["given", "best"]), default="best", show_default=True)
@click.option("--cameras/--no-cameras", default=False, show_default=True)
@click.option("--vehicle", type=Path, default=Path("config/vehicles/goalie.yaml"))
def drive_command(
    scenario_path: Path, checkpoints: str, order: str, cameras: bool, vehicle: Path
) -> None:
    """Plan a patrol over a scenario's map, drive it in lockstep, print what it came to."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    scenario, spec = load_scenario(scenario_path), load_vehicle(vehicle)
    patrol_map, dock = scenario.patrol_map, scenario.patrol_map.dock(scenario.dock)
    names = [name for name in checkpoints.split(",") if name]
    tour = plan_patrol(
        patrol_map,
        dock.node_id,
        names or [checkpoint.id for checkpoint in patrol_map.checkpoints],
        order,
        dock,
        spec=spec,
    )
    click.echo(f"{scenario.title}: {tour.length_m:.0f} m, {len(tour.checkpoint_ids)} checkpoints")
    simulator = Simulator(
        scenario.build_world(), spec, scenario.start, scenario.seed, cameras=cameras
    )
    car = LibraryVehicle(simulator)
    started, next_line_s = time.perf_counter(), PROGRESS_S
    limit_s = SLACK * tour.duration_s + 60.0
    for outputs in car.run(order_of_tour(patrol_map, tour, simulator.now_s), limit_s):
        if simulator.now_s >= next_line_s:
            next_line_s += PROGRESS_S
            state = outputs.state
            click.echo(f"  {simulator.now_s:6.0f} s  {car.report.distance_m:6.0f} m  {state.mode}")
    simulator.close()
    report, wall_s = car.report, time.perf_counter() - started
    click.echo(
        f"finished={'yes' if report.finished else 'no'} distance_m={report.distance_m:.0f}"
        f" duration_s={report.duration_s:.0f} cross_track_p95_m={report.p95_cross_track_m():.3f}"
        f" localization_p95_m={report.p95_localization_m():.3f} contacts={len(report.contacts)}"
        f" faults={','.join(sorted(report.faults)) or 'none'}"
        f" real_time_factor={report.duration_s / wall_s:.1f}"
    )
    if report.contacts or not report.finished:
        raise SystemExit(1)
