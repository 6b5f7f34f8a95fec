"""`sunra base …`: the real vehicle's devices from the command line."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from patrol.clock import SystemClock
from patrol.vehicle import load_vehicle
from patrol_base.hardware.base import BaseHardware
from patrol_base.hardware.check import all_ready, lines_of, watch
from patrol_base.hardware.config import load_hardware

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("base")
def base_group() -> None:
    """Try a vehicle's hardware on a bench."""


@base_group.command("check")
@click.argument("hardware_file", type=_FILE)
@click.option("--vehicle", type=_FILE, required=True, help="config/vehicles/*.yaml")
@click.option(
    "--for", "for_s", type=click.FloatRange(1, 600), default=5.0, show_default=True,
    help="Seconds to listen.",
)  # fmt: skip
def check_command(hardware_file: Path, vehicle: Path, for_s: float) -> None:
    """Open every port and say what answers; motors get no power. Status 1: not all do."""
    spec = load_vehicle(vehicle)
    hardware = BaseHardware(load_hardware(hardware_file, spec), spec)
    clock = SystemClock()
    try:
        reports = watch(hardware, clock, time.sleep, for_s)
    finally:
        hardware.close(clock.monotonic_s())
    for report in reports:
        for line in lines_of(report):
            click.echo(line)
    if not all_ready(reports):
        sys.exit(1)
