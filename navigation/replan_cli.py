"""`sunra replan`: what becomes of a plan when something happens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from navigation.map_cli_options import FILE
from navigation.plan_options import (
    draw_plan,
    edge_id,
    listed,
    number,
    percent,
    place_of,
    write_json,
)
from patrol.errors import PlanError
from patrol.map import PatrolMap
from patrol.map_geojson import load_map

if TYPE_CHECKING:
    from navigation.planning.fleet.replanning import Away, RunningPlan
    from navigation.planning.fleet.types import PlanVehicle


@click.command("replan")
@click.argument("map_file", type=FILE)
@click.argument("plan_file", type=FILE)
@click.option(
    "--now", "now_s", type=float, required=True,
    help="Seconds after the first plan's start; all is as planned until then.",
)  # fmt: skip
@click.option("--failed", default="", help="Vehicles that are out, with commas.")
@click.option("--charge", default="", help="Vehicles that must charge now, with commas.")
@click.option("--away", default="", help="Vehicles called away: ID@PLACE:UNTIL_S, with commas.")
@click.option("--close", default="", help="Edge ids with commas that are closed from now on.")
@click.option("--open", "opened", default="", help="Closed edge ids that are open again.")
@click.option(
    "--back", default="", help="Vehicles that join (again): ID@PLACE[:BATTERY_PCT], with commas."
)
@click.option("--out", type=FILE, help="Also write the new plan as JSON.")
@click.option("--draw", "picture", type=FILE, help="Also draw it: .png or .svg.")
def replan_command(
    map_file: Path,
    plan_file: Path,
    now_s: float,
    failed: str,
    charge: str,
    away: str,
    close: str,
    opened: str,
    back: str,
    out: Path | None,
    picture: Path | None,
) -> None:
    """Plan the rest anew when vehicles fail, charge or are called away, or streets close.

    PLAN_FILE is what `sunra plan --out` or `sunra replan --out` wrote.
    """
    from navigation.plan_table import table_lines
    from navigation.planning.fleet import document
    from navigation.planning.fleet.plan_reading import read_plan
    from navigation.planning.fleet.replanning import Changes, replan_fleet

    patrol_map = load_map(map_file)
    running = read_plan(plan_file, patrol_map)
    changes = Changes(
        frozenset(listed(failed)),
        frozenset(listed(charge)),
        dict(_call(patrol_map, word) for word in listed(away)),
        frozenset(edge_id(word, "--close") for word in listed(close)),
        frozenset(edge_id(word, "--open") for word in listed(opened)),
        tuple(_newcomer(patrol_map, running, word, now_s) for word in listed(back)),
    )
    after = replan_fleet(running, now_s, changes)
    for line in table_lines(after.plan):
        click.echo(line)
    if out is not None:
        write_json(out, document.plan_file(after))
        click.echo(f"wrote {out}")
    if picture is not None:
        draw_plan(patrol_map, picture, after.plan)
        click.echo(f"wrote {picture}")


def _call(patrol_map: PatrolMap, word: str) -> tuple[str, Away]:
    from navigation.planning.fleet.replanning import Away

    vehicle_id, at, rest = word.partition("@")
    place, colon, until = rest.rpartition(":")
    if not (vehicle_id and at and place and colon):
        raise PlanError(f"--away: {word!r} is not ID@PLACE:UNTIL_S")
    node_id, _, _ = place_of(patrol_map, place, "--away")
    until_s = number(until, f"--away: {word!r}: {until!r} is no number of seconds")
    return vehicle_id, Away(node_id, until_s)


def _newcomer(patrol_map: PatrolMap, running: RunningPlan, word: str, now_s: float) -> PlanVehicle:
    """A vehicle that the plan knows from before, or one like its first."""
    vehicle_id, at, rest = word.partition("@")
    place, colon, battery = rest.partition(":")
    if not (vehicle_id and at and place):
        raise PlanError(f"--back: {word!r} is not ID@PLACE[:BATTERY_PCT]")
    node_id, heading_rad, dock = place_of(patrol_map, place, "--back")
    known = running.vehicle(vehicle_id)
    like = known or replace(running.request.vehicles[0], battery_pct=100.0)
    return replace(
        like, id=vehicle_id, node_id=node_id, heading_rad=heading_rad, available_at_s=now_s,
        dock_id=dock.id if dock else like.dock_id,
        battery_pct=percent(battery, "--back") if colon else like.battery_pct,
    )  # fmt: skip
