"""`sunra plan`: patrols of one vehicle or a team from the command line."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from navigation.map_cli_options import FILE, read_vehicle, vehicle_option
from navigation.plan_options import draw_plan, edge_id, listed, percent, place_of, write_json
from patrol.errors import PlanError
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from patrol.vehicle import VehicleSpec

GOALIE = Path(__file__).resolve().parents[1] / "config" / "vehicles" / "goalie.yaml"


@click.command("plan")
@click.argument("map_file", type=FILE)
@click.option(
    "--mode", default="tour", show_default=True,
    help="tour, coverage, persistent or unpredictable.",
)  # fmt: skip
@click.option(
    "--vehicles", default="1", show_default=True,
    help="How many, or ID@PLACE[:BATTERY_PCT] with commas; they end at their dock.",
)  # fmt: skip
@click.option("--hours", type=float, help="How long the plan runs; persistent modes need it.")
@click.option("--checkpoints", help="Checkpoint ids with commas [all]")
@click.option("--from", "start", help="Where all start: a dock, checkpoint or node [first dock]")
@click.option("--to", "end", help="The dock to end at; else the one they start from.")
@click.option("--order", default="given", show_default=True, help="Of a tour: given or best.")
@click.option("--area", help="Zone whose streets are to be covered [all streets]")
@click.option("--both-sides", is_flag=True, help="Cover each street once in each direction.")
@click.option("--close", default="", help="Edge ids with commas that must not be used.")
@click.option("--at", "when", help="When it starts (2026-03-02T22:00, local): windows then count.")
@click.option("--priorities", type=FILE, help="Weights by hour and history (YAML).")
@click.option("--history", type=FILE, help="Past incidents: CSV with time, x_m, y_m, severity.")
@click.option("--seed", default=0, show_default=True, help="One seed gives one plan.")
@click.option("--out", type=FILE, help="Also write the plan as JSON.")
@click.option("--draw", "picture", type=FILE, help="Also draw it: .png or .svg.")
@vehicle_option("its speed, size and battery count [goalie].")
def plan_command(
    map_file: Path,
    mode: str,
    vehicles: str,
    hours: float | None,
    checkpoints: str | None,
    start: str | None,
    end: str | None,
    order: str,
    area: str | None,
    both_sides: bool,
    close: str,
    when: str | None,
    priorities: Path | None,
    history: Path | None,
    seed: int,
    out: Path | None,
    picture: Path | None,
    vehicle: Path | None,
) -> None:
    """Plan patrols: who drives where and when, as a table."""
    from navigation.plan_table import table_lines
    from navigation.planning.fleet.document import plan_file
    from navigation.planning.fleet.plan import PlanRequest, plan_fleet
    from navigation.planning.fleet.priorities import (
        PriorityConfig,
        load_history,
        load_priorities,
    )
    from navigation.planning.fleet.replanning.team import RunningPlan
    from navigation.planning.fleet.types import PlanMode
    from navigation.planning.patrol_tour import TourOrder

    patrol_map = load_map(map_file)
    spec = read_vehicle(vehicle or GOALIE)
    assert spec is not None
    request = PlanRequest(
        patrol_map,
        _team(patrol_map, spec, vehicles, start, end),
        _one_of(PlanMode, mode, "--mode"),
        _checkpoint_ids(checkpoints),
        _one_of(TourOrder, order, "--order"),
        area,
        both_sides,
        _horizon_s(hours, mode),
        _instant(patrol_map, when),
        frozenset(edge_id(word, "--close") for word in listed(close)),
        load_priorities(priorities) if priorities else PriorityConfig(),
        tuple(load_history(history)) if history else (),
        seed,
    )
    plan = plan_fleet(request)
    for line in table_lines(plan):
        click.echo(line)
    if out is not None:
        write_json(out, plan_file(RunningPlan(request, plan)))
        click.echo(f"wrote {out}")
    if picture is not None:
        draw_plan(patrol_map, picture, plan)
        click.echo(f"wrote {picture}")


def _team(
    patrol_map: PatrolMap, spec: VehicleSpec, text: str, start: str | None, end: str | None
) -> tuple[Any, ...]:
    """The vehicles of `--vehicles`: a number of them, or each with its place and battery."""
    from navigation.planning.fleet.types import PlanVehicle

    def made(vehicle_id: str, place: str | None, battery_pct: float) -> PlanVehicle:
        node_id, heading_rad, dock = place_of(patrol_map, place, "--from")
        dock = patrol_map.dock(end) if end else dock
        dock_id = dock.id if dock else None
        return PlanVehicle(vehicle_id, spec, node_id, heading_rad, dock_id, battery_pct)

    if text.strip().isdecimal():
        docks: list[str | None] = [dock.id for dock in patrol_map.docks]
        docks = docks or [None]
        return tuple(
            made(f"v{i + 1}", start or docks[i % len(docks)], 100.0) for i in range(int(text))
        )
    team = []
    for word in listed(text):
        vehicle_id, at, rest = word.partition("@")
        place, colon, battery = rest.partition(":")
        if not (vehicle_id and at and place):
            raise PlanError(f"--vehicles: {word!r} is neither a number nor ID@PLACE[:BATTERY_PCT]")
        team.append(
            made(vehicle_id, place, percent(battery, f"--vehicles: {word!r}") if colon else 100.0)
        )
    return tuple(team)


def _checkpoint_ids(text: str | None) -> tuple[str, ...]:
    """Ids, or empty for all; raises PlanError where the option names none."""
    if text is None or text.strip() == "all":
        return ()
    ids = tuple(listed(text))
    if not ids:
        raise PlanError("--checkpoints: a patrol needs at least one checkpoint")
    return ids


def _horizon_s(hours: float | None, mode: str) -> float:
    if hours is None:
        if mode in ("persistent", "unpredictable"):
            raise PlanError(f"--hours: a {mode} patrol needs to know how long, e.g. --hours 2")
        return math.inf
    if not (math.isfinite(hours) and hours > 0):
        raise PlanError(f"--hours: {hours} is not a number above 0")
    return hours * 3600.0


def _instant(patrol_map: PatrolMap, text: str | None) -> datetime | None:
    """An instant; local time of the map where it names no zone."""
    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise PlanError(f"--at: {text!r} is no time such as 2026-03-02T22:00") from None
    return when if when.tzinfo else when.replace(tzinfo=ZoneInfo(patrol_map.time_zone))


def _one_of(kind: Any, text: str, option: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise PlanError(f"{option}: {text!r} is none of: {', '.join(kind)}") from None
