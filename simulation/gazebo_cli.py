"""`sunra simulate gazebo`: a world and a vehicle for Gazebo Harmonic, as a folder of SDF."""

from __future__ import annotations

from pathlib import Path

import click

from simulation.conditions import Conditions
from simulation.gazebo.export import WORLD_FILE, export_world
from simulation.gazebo.source import open_source


@click.command("gazebo")
@click.argument("source", metavar="SCENARIO|MAP", type=Path)
@click.option("--out", type=Path, required=True, help="Folder to write.")
@click.option("--vehicle", type=Path, help="Vehicle file; default: the scenario's, or goalie.")
@click.option("--dock", default="", help="Where the vehicle starts; default: the map's first.")
@click.option("--parked-cars", type=click.IntRange(0), default=60, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--hour", type=click.FloatRange(0, 24), default=12.0, show_default=True)
def gazebo_command(
    source: Path, out: Path, vehicle: Path | None, dock: str, parked_cars: int, seed: int,
    hour: float,
) -> None:  # fmt: skip
    """Write DIR/world.sdf with the vehicle in it, meshes, bridge.yaml and the URDF.

    A scenario brings its own start, cars, hour and weather; those options are for a MAP. Then:
    gz sim DIR/world.sdf, or ros2 launch patrol_gazebo gazebo.launch.py (docs/gazebo.md).
    """
    from patrol_description.urdf import urdf_of

    opened = open_source(
        source, vehicle, dock=dock, parked_cars=parked_cars, seed=seed,
        conditions=Conditions(hour_h=hour),
    )  # fmt: skip
    size = export_world(opened, urdf_of(opened.spec), out)
    world = opened.world
    click.echo(
        f"{out / WORLD_FILE}: {len(world.buildings)} buildings, {len(world.cars)} parked cars,"
        f" {len(world.actors)} actors, {size / 1e6:.1f} MB"
    )
