"""`sunra map …`: patrol maps from the command line."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from navigation.map_cli_options import FILE, OUT, read_vehicle, summary, vehicle_option
from navigation.map_edit_cli import EDIT_COMMANDS
from patrol.errors import MapError
from patrol.geodesy import GeoPoint
from patrol.map import PatrolMap
from patrol.map_check import FindingLevel, find_problems
from patrol.map_geojson import load_map, save_map
from patrol.map_passable import closed_by_hindrance, closed_length_m
from patrol.map_shapes import ways_length_m
from patrol.vehicle import VehicleSpec
from patrol.windows import parse_instant


@click.group("map")
def map_group() -> None:
    """Make, check, edit, merge and draw patrol maps."""


@map_group.command("import")
@click.argument("street_file", type=FILE)
@OUT
@click.option("--name", help="What people call it; else the place's or the file's name.")
@click.option("--clip", type=FILE, help="Only what lies inside this GeoJSON polygon (degrees).")
@click.option("--place", help="Only what lies inside this boundary or place of the file.")
@click.option("--keep-all-parts", is_flag=True, help="Keep parts joined to nothing else, too.")
@click.option(
    "--checkpoints", type=click.IntRange(0, 99), default=8, show_default=True,
    help="How many checkpoints to spread around the middle.",
)  # fmt: skip
@vehicle_option("ways it cannot use are left out.")
def import_command(
    street_file: Path,
    out: Path,
    name: str | None,
    clip: Path | None,
    place: str | None,
    keep_all_parts: bool,
    checkpoints: int,
    vehicle: Path | None,
) -> None:
    """Make a patrol map from OpenStreetMap (.osm.pbf, .osm, .gz, .bz2) or OSMnx (.graphml)."""
    from navigation.planning.importing.importer import ImportOptions, import_map
    from navigation.progress_bar import progress_bar

    spec = read_vehicle(vehicle)
    options = ImportOptions(name, spec, checkpoints, clip, place, keep_all_parts)
    with progress_bar() as progress:
        patrol_map, report = import_map(street_file, options, progress)
        progress("writing", 0.95)
        content_hash = save_map(patrol_map, out)
    for line in report.lines():
        click.echo(line)
    click.echo(f"wrote {out} ({patrol_map.licence}; hash {content_hash[:12]})")


@map_group.command("adopt")
@click.argument("graph_file", type=FILE)
@OUT
@click.option(
    "--origin", required=True, help="Where x = y = 0 lies: LATITUDE,LONGITUDE (degrees)."
)
@click.option("--name", help="What people call it; else the file's name.")
def adopt_command(graph_file: Path, out: Path, origin: str, name: str | None) -> None:
    """Make a patrol map from a graph of Nav2's route server."""
    from patrol.map_nav2 import adopt_nav2_graph

    adopted = adopt_nav2_graph(graph_file, _origin(origin), name)
    content_hash = save_map(adopted.patrol_map, out)
    for line in adopted.left_out:
        click.echo(f"left out: {line}")
    click.echo(f"wrote {out}: {summary(adopted.patrol_map, content_hash)}")


def _origin(text: str) -> GeoPoint:
    try:
        latitude_deg, longitude_deg = (float(part) for part in text.split(","))
        return GeoPoint(latitude_deg, longitude_deg)
    except ValueError as error:
        raise MapError(
            f"--origin: {text!r} is no place such as 37.4781,126.9515 ({error})"
        ) from None


@map_group.command("check")
@click.argument("map_file", type=FILE)
@vehicle_option("also report what it cannot use.")
@click.option("--at", "at", help="A moment (2026-12-01T08:30): only zones that hold then count.")
def check_command(map_file: Path, vehicle: Path | None, at: str | None) -> None:
    """Validate a patrol map and list what is unwise in it; exit status 2 on errors.

    Without --at every zone counts as holding, whatever its time windows.
    """
    spec = read_vehicle(vehicle)
    patrol_map = load_map(map_file)
    when = _moment(patrol_map, at) if at else None
    findings = find_problems(patrol_map, spec, when, when or datetime.now(UTC))
    for finding in findings:
        click.echo(str(finding))
    for line in [*_zones_at(patrol_map, when), *_closed_to(patrol_map, spec)]:
        click.echo(line)
    errors = sum(finding.level is FindingLevel.ERROR for finding in findings)
    click.echo(
        f"{map_file}: {summary(patrol_map)}; {errors} errors, {len(findings) - errors} warnings"
    )
    if errors:
        sys.exit(2)


@map_group.command("draw")
@click.argument("map_file", type=FILE)
@click.option(
    "--out", type=FILE, required=True,
    help="What to write: a picture (.png, .svg) or a page to look around in (.html).",
)  # fmt: skip
@click.option("--title", help="A title other than the map's name.")
def draw_command(map_file: Path, out: Path, title: str | None) -> None:
    """Draw a patrol map as a picture or as a page that needs nothing else."""
    patrol_map = load_map(map_file)
    if out.suffix.lower() in (".html", ".htm"):
        from navigation.map_page import write_page

        write_page(patrol_map, out, title=title)
    else:
        from navigation.map_drawing import draw_map

        draw_map(patrol_map, out, title=title)
    click.echo(f"wrote {out}")


for _command in EDIT_COMMANDS:
    map_group.add_command(_command)


def _moment(patrol_map: PatrolMap, text: str) -> datetime:
    """A moment as typed; without an offset it is the map's local time."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.utcoffset() is None:
            return moment.replace(tzinfo=ZoneInfo(patrol_map.time_zone))
        return parse_instant(text)
    except ValueError:
        raise MapError(
            f"--at: {text!r} is no moment; write 2026-12-01T08:30 for the map's local time"
        ) from None


def _zones_at(patrol_map: PatrolMap, when: datetime | None) -> list[str]:
    """Which zones hold at a moment, of those that have a time."""
    if when is None:
        return []
    holding = {zone.id for zone in patrol_map.active_zones(when)}
    timed = [zone for zone in patrol_map.zones if zone.windows or zone.expires]
    words = [f"{z.id} {'holds' if z.id in holding else 'does not hold'}" for z in timed]
    local = f"{when.astimezone(ZoneInfo(patrol_map.time_zone)):%Y-%m-%d %H:%M}"
    return [f"at {local} {patrol_map.time_zone}: {', '.join(words) or 'no zone has a time'}"]


def _closed_to(patrol_map: PatrolMap, spec: VehicleSpec | None) -> list[str]:
    """How much of the map a vehicle cannot use, by reason."""
    if spec is None:
        return []
    total_m = ways_length_m(patrol_map.edges.values())
    shares = [f"{h} {m:.0f} m" for h, m in closed_by_hindrance(patrol_map, spec).items()]
    return [
        f"{spec.name} cannot use {closed_length_m(patrol_map, spec):.0f} of {total_m:.0f} m of "
        f"ways{': ' if shares else ''}{', '.join(shares)}"
    ]
