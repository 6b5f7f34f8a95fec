"""`sunra map diff|merge|set|remove|add`: versions of maps from the command line."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import click

from navigation.map_cli_options import FILE, OUT, summary
from patrol.errors import MapError
from patrol.map import PatrolMap
from patrol.map_diff import diff_maps
from patrol.map_edit import add_features, read_changes, remove_feature, set_fields
from patrol.map_geojson import load_map, save_map
from patrol.map_merge import merge_maps
from patrol.map_merge_report import MergeConflictError, Prefer
from patrol.map_reader import read_json


@click.command("diff")
@click.argument("first", type=FILE)
@click.argument("second", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead.")
def diff_command(first: Path, second: Path, as_json: bool) -> None:
    """Say what differs between two maps; exit status 0: nothing, 1: something, 2: an error."""
    changes = diff_maps(load_map(first), load_map(second))
    if as_json:
        click.echo(
            json.dumps([asdict(change) for change in changes], ensure_ascii=False, indent=1)
        )
    else:
        for change in changes:
            click.echo(str(change))
        counts = [
            f"{sum(1 for _ in same)} {layer}" for layer, same in groupby(c.layer for c in changes)
        ]
        click.echo(f"{len(changes)} changes: {', '.join(counts)}" if changes else "no difference")
    if changes:
        sys.exit(1)


@click.command("merge")
@click.argument("first", type=FILE)
@click.argument("second", type=FILE)
@OUT
@click.option(
    "--prefer", type=click.Choice(["first", "second"]),
    help="Whose word counts where they disagree; else disagreements are listed, exit status 2.",
)  # fmt: skip
@click.option(
    "--tolerance-m", type=float, default=0.5, show_default=True,
    help="How far apart in metres the same place may lie in both.",
)  # fmt: skip
def merge_command(
    first: Path, second: Path, out: Path, prefer: str | None, tolerance_m: float
) -> None:
    """Make one map of two neighbouring or overlapping ones, in the first one's frame and ids."""
    choice = Prefer(prefer) if prefer else None
    try:
        merged, report = merge_maps(load_map(first), load_map(second), choice, tolerance_m)
    except MergeConflictError as error:
        for conflict in error.conflicts:
            click.echo(f"conflict: {conflict}")
        raise MapError(
            f"{first} and {second} disagree on {len(error.conflicts)} things; "
            "choose with --prefer first or --prefer second"
        ) from None
    content_hash = save_map(merged, out)
    for line in report.lines():
        click.echo(line)
    click.echo(f"wrote {out}: {summary(merged, content_hash)}")


@click.command("set")
@click.argument("map_file", type=FILE)
@click.argument("layer")
@click.argument("feature_id")
@click.argument("changes", nargs=-1, required=True, metavar="KEY=VALUE…")
@OUT
def set_command(
    map_file: Path, layer: str, feature_id: str, changes: tuple[str, ...], out: Path
) -> None:
    """Set fields of a feature: `set MAP edge 17 abs_speed_limit=1.0 --out MAP`.

    Keys are those of docs/map-format.md; a node's x_m, y_m, z_m move it. LAYER "map" sets the
    map's own name, licence, time_zone or map_id. VALUE null empties a field.
    """
    patrol_map = load_map(map_file)
    edited = set_fields(patrol_map, layer, feature_id, read_changes(changes))
    _write_edited(patrol_map, edited, out)


@click.command("remove")
@click.argument("map_file", type=FILE)
@click.argument("layer")
@click.argument("feature_id")
@OUT
def remove_command(map_file: Path, layer: str, feature_id: str, out: Path) -> None:
    """Remove a feature that nothing else needs: `remove MAP zone site --out MAP`."""
    patrol_map = load_map(map_file)
    _write_edited(patrol_map, remove_feature(patrol_map, layer, feature_id), out)


@click.command("add")
@click.argument("map_file", type=FILE)
@click.argument("geojson_file", type=FILE)
@click.option("--lonlat", is_flag=True, help="Its positions are WGS 84 degrees, not map metres.")
@OUT
def add_command(map_file: Path, geojson_file: Path, lonlat: bool, out: Path) -> None:
    """Add the features of a GeoJSON file, such as a zone drawn in a web tool (--lonlat)."""
    patrol_map = load_map(map_file)
    document = read_json(geojson_file)
    _write_edited(patrol_map, add_features(patrol_map, document, str(geojson_file), lonlat), out)


def _write_edited(before: PatrolMap, after: PatrolMap, out: Path) -> None:
    content_hash = save_map(after, out)
    for change in diff_maps(before, after):
        click.echo(str(change))
    click.echo(f"wrote {out} (hash {content_hash[:12]})")


EDIT_COMMANDS = (diff_command, merge_command, set_command, remove_command, add_command)
