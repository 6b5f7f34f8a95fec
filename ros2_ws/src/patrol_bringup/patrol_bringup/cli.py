"""`sunra drive`: a vehicle's ROS 2 processes on this machine."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from patrol_bringup.settings import VehicleSettings
from patrol_bringup.supervisor import Supervisor, run_until_signal

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--vehicle", type=_FILE, required=True, help="config/vehicles/*.yaml")
@click.option("--map", "map_file", type=_FILE, required=True, help="maps/*.geojson")
@click.option("--credentials", type=_FILE, help="from `sunra enroll`; without: no fleet client")
@click.option(
    "--state-dir",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="spool, black box, evidence, logs",
)
@click.option("--hardware", type=_FILE, help="config/vehicles/*_hardware.yaml; not --simulated")
@click.option("--simulated", is_flag=True, help="with a simulated world instead of hardware")
@click.option("--scenario", type=_FILE, help="config/scenarios/*.yaml (with --simulated)")
@click.option("--real-time-factor", default=1.0, show_default=True, help="at most so fast")
@click.option("--cameras/--no-cameras", default=True, help="of the simulated vehicle")
@click.option("--detector", default="yolo", show_default=True, help="yolo, or none")
@click.option("--start-dock", default="", help="dock id; the scenario's or the map's first")
@click.option("--record/--no-record", default=True, help="a black box in the state folder")
@click.option(
    "--black-box-mb", type=click.FloatRange(1.0, 1_000_000.0), default=2000.0, show_default=True,
    help="size of its ring, in MB",
)  # fmt: skip
@click.option("--domain-id", default=0, show_default=True, help="ROS domain, 0 to 101")
@click.option("--only", default="", help="process names, comma-separated")
@click.option("--verbose", is_flag=True, help="show the processes' own lines")
def drive_command(
    vehicle: Path,
    map_file: Path,
    credentials: Path | None,
    hardware: Path | None,
    state_dir: Path,
    simulated: bool,
    scenario: Path | None,
    real_time_factor: float,
    cameras: bool,
    detector: str,
    start_dock: str,
    record: bool,
    black_box_mb: float,
    domain_id: int,
    only: str,
    verbose: bool,
) -> None:
    """Run a vehicle's ROS 2 processes until Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings = VehicleSettings(
        vehicle_file=vehicle,
        map_file=map_file,
        state_dir=state_dir,
        credentials_file=credentials,
        hardware_file=hardware,
        simulated=simulated,
        scenario_file=scenario,
        real_time_factor=real_time_factor,
        cameras=cameras,
        detector=detector,
        start_dock=start_dock,
        record=record,
        black_box_mb=black_box_mb,
        domain_id=domain_id,
    )
    names = tuple(name.strip() for name in only.split(",") if name.strip())
    run_until_signal(Supervisor(settings, names, echo=click.echo if verbose else None))


if __name__ == "__main__":
    drive_command()
