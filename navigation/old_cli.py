"""`sunra map …` and `sunra plan`: patrol maps and tours from the command line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from patrol.errors import PlanError, SunraError
from patrol.map import Dock, PatrolMap
from patrol.map_check import FindingLevel, find_problems
from patrol.map_geojson import load_map, save_map
from patrol.vehicle import VehicleSpec, load_vehicle

FILE = click.Path(path_type=Path, dir_okay=False)


def _vehicle_option(text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--vehicle", type=FILE, help=f"Vehicle file (config/vehicles): {text}")


def _spec(path: Path | None) -> VehicleSpec | None:
    return load_vehicle(path) if path else None


@click.group("map")
def map_group() -> None:
    """Import, check and draw patrol maps."""


@map_group.command("import")
@click.argument("osm_file", type=FILE)
@click.option("--out", type=FILE, required=True, help="The patrol map to write (GeoJSON).")
@click.option("--name", help="What people call the neighbourhood; else the file's name.")
@click.option(
    "--checkpoints", type=click.IntRange(0, 99), default=8, show_default=True,
    help="How many checkpoints to spread around the middle.",
)  # fmt: skip
@_vehicle_option("ways it cannot use are left out.")
def import_command(
    osm_file: Path, out: Path, name: str | None, checkpoints: int, vehicle: Path | None
) -> None:
    """Make a patrol map from an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz)."""
    from navigation.planning.osm_import import import_osm

    spec = _spec(vehicle)
    patrol_map, report = import_osm(osm_file, name, spec, checkpoints, _progress)
    content_hash = save_map(patrol_map, out)
    for line in report.lines():
        click.echo(line)
    click.echo(f"wrote {out} ({patrol_map.licence}; hash {content_hash[:12]})")


@map_group.command("check")
@click.argument("map_file", type=FILE)
@_vehicle_option("also report what it cannot use.")
def check_command(map_file: Path, vehicle: Path | None) -> None:
    """Validate a patrol map and list what is unwise in it; exit status 2 on errors."""
    spec = _spec(vehicle)
    patrol_map = load_map(map_file)
    findings = find_problems(patrol_map, spec)
    for finding in findings:
        click.echo(str(finding))
    errors = sum(finding.level is FindingLevel.ERROR for finding in findings)
    length_km = sum(edge.length_m for edge in _ways(patrol_map)) / 1000
    click.echo(
        f"{map_file}: {patrol_map.name or patrol_map.map_id}: {len(patrol_map.nodes)} nodes, "
        f"{len(patrol_map.edges)} edges, {length_km:.2f} km of ways, "
        f"{len(patrol_map.checkpoints)} checkpoints, {len(patrol_map.docks)} docks, "
        f"hash {patrol_map.content_hash[:12]}; "
        f"{errors} errors, {len(findings) - errors} warnings"
    )
    if errors:
        sys.exit(2)


@map_group.command("draw")
@click.argument("map_file", type=FILE)
@click.option("--out", type=FILE, required=True, help="The picture to write: .png or .svg.")
@click.option("--title", help="A title other than the map's name.")
def draw_command(map_file: Path, out: Path, title: str | None) -> None:
    """Draw a patrol map as a picture."""
    from navigation.map_drawing import draw_map

    draw_map(load_map(map_file), out, title=title)
    click.echo(f"wrote {out}")


@click.command("plan")
@click.argument("map_file", type=FILE)
@click.option("--checkpoints", required=True, help="Checkpoint ids with commas, or 'all'.")
@click.option("--from", "start", required=True, help="Where from: a dock, checkpoint or node id.")
@click.option("--to", "end", help="The dock to end at; else the one the tour starts from.")
@click.option("--order", default="given", show_default=True, help="given or best.")
@click.option("--close", default="", help="Edge ids with commas that must not be used.")
@click.option("--out", type=FILE, help="Also write the tour as JSON.")
@click.option("--draw", "picture", type=FILE, help="Also draw it: .png or .svg.")
@_vehicle_option("its speed and size count.")
def plan_command(
    map_file: Path,
    checkpoints: str,
    start: str,
    end: str | None,
    order: str,
    close: str,
    out: Path | None,
    picture: Path | None,
    vehicle: Path | None,
) -> None:
    """Plan a patrol: visits, distances and times as a table."""
    from navigation.planning.patrol_tour import plan_patrol

    spec = _spec(vehicle)
    patrol_map = load_map(map_file)
    start_node_id, start_dock = _place(patrol_map, start)
    dock = patrol_map.dock(end) if end else start_dock
    wanted = [c.id for c in patrol_map.checkpoints] if checkpoints == "all" else _list(checkpoints)
    closed = [_number(value, "--close") for value in _list(close)]
    tour = plan_patrol(
        patrol_map, start_node_id, wanted, order, dock, closed_edge_ids=closed, spec=spec
    )
    _print_tour(tour)
    if out is not None:
        _write_json(out, _tour_document(patrol_map, tour))
        click.echo(f"wrote {out}")
    if picture is not None:
        from navigation.map_drawing import draw_map

        draw_map(patrol_map, picture, tour.node_ids)
        click.echo(f"wrote {picture}")


def _progress(line: str) -> None:
    """For a person who waits; a script gets results and errors alone."""
    if sys.stderr.isatty():
        click.echo(line, err=True)


def _ways(patrol_map: PatrolMap) -> list[Any]:
    """Each way once: of two opposite edges the one with the lower start."""
    both = patrol_map.edge_between
    return [
        edge
        for edge in patrol_map.edges.values()
        if edge.start_id < edge.end_id or (edge.end_id, edge.start_id) not in both
    ]


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _number(text: str, option: str) -> int:
    if not text.isdecimal():
        raise PlanError(f"{option}: {text!r} is no edge id")
    return int(text)


def _place(patrol_map: PatrolMap, text: str) -> tuple[int, Dock | None]:
    """The node of a dock, checkpoint or node id, and the dock if it is one."""
    for dock in patrol_map.docks:
        if dock.id == text:
            return dock.node_id, dock
    for checkpoint in patrol_map.checkpoints:
        if checkpoint.id == text:
            return checkpoint.node_id, None
    if text.isdecimal() and int(text) in patrol_map.nodes:
        return int(text), None
    docks = ", ".join(dock.id for dock in patrol_map.docks) or "none"
    raise PlanError(
        f"--from: {text!r} is no dock, checkpoint or node of {patrol_map.map_id}; docks: {docks}"
    )


def _print_tour(tour: Any) -> None:
    click.echo(f"{'leg':>3}  {'to':<8} {'m':>7} {'sum m':>8} {'min:s':>6}  name")
    total_m = total_s = 0.0
    for number, leg in enumerate(tour.legs, start=1):
        place = leg.checkpoint or leg.dock
        total_m += leg.route.length_m
        total_s += leg.route.duration_s + (leg.checkpoint.dwell_s if leg.checkpoint else 0.0)
        clock = f"{int(total_s // 60)}:{int(total_s % 60):02d}"
        click.echo(
            f"{number:>3}  {place.id:<8} {leg.route.length_m:>7.1f} {total_m:>8.1f} {clock:>6}"
            f"  {place.name}"
        )
    turns = tour.u_turn_node_ids
    note = f"turn-rounds at nodes {', '.join(map(str, turns))}" if turns else "no turn-rounds"
    click.echo(f"{tour.length_m:.0f} m, {tour.duration_s / 60:.1f} min, {note}")


def _tour_document(patrol_map: PatrolMap, tour: Any) -> dict[str, Any]:
    legs = [
        {
            "checkpoint_id": leg.checkpoint.id if leg.checkpoint else None,
            "dock_id": leg.dock.id if leg.dock else None,
            "node_ids": leg.route.node_ids,
            "edge_ids": leg.route.edge_ids,
            "length_m": round(leg.route.length_m, 3),
            "duration_s": round(leg.route.duration_s, 3),
        }
        for leg in tour.legs
    ]
    return {
        "map_id": patrol_map.map_id,
        "map_hash": patrol_map.content_hash,
        "start_node_id": tour.start_node_id,
        "length_m": round(tour.length_m, 3),
        "duration_s": round(tour.duration_s, 3),
        "u_turn_node_ids": tour.u_turn_node_ids,
        "legs": legs,
    }


def _write_json(path: Path, document: dict[str, Any]) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        raise SunraError(f"{path}: cannot be written: {error.strerror}") from None
