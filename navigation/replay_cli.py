"""`sunra replay`: the library's stages over a recording, and what differs from then."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from navigation.map_cli_options import FILE

GOALIE = Path(__file__).resolve().parents[1] / "config" / "vehicles" / "goalie.yaml"


@click.command("replay")
@click.argument("recording", metavar="FILE|FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--vehicle", type=FILE, help="Vehicle file.  [default: vehicle.yaml beside it, else goalie]"
)
@click.option("--map", "map_file", type=FILE, help="Map.  [default: map.geojson beside it]")
@click.option("--json", "json_file", type=FILE, help="Also write the report as JSON.")
def replay_command(
    recording: Path, vehicle: Path | None, map_file: Path | None, json_file: Path | None
) -> None:
    """Run the library's stages anew on what a vehicle recorded (docs/black-box.md).

    Localization, navigation and the safety gate, each where the recording has its topics.

    FILE|FOLDER: an MCAP file, a rosbag2 folder, the black box's ring or one of its seals.
    Exit status 0: the same within the bounds; 1: something differs; 2: it cannot be used.
    """
    from navigation.replaying.report import document, lines, replay_tape
    from navigation.replaying.tape import beside, read_tape
    from patrol.map_geojson import load_map
    from patrol.vehicle import load_vehicle

    spec = load_vehicle(vehicle or beside(recording, "vehicle.yaml") or GOALIE)
    place = map_file or beside(recording, "map.geojson")
    tape = read_tape(recording, spec)
    report = replay_tape(tape, spec, load_map(place) if place is not None else None)
    click.echo("\n".join(lines(report)))
    if json_file is not None:
        text = json.dumps(document(report), indent=1, ensure_ascii=False, allow_nan=False)
        json_file.write_text(text + "\n", encoding="utf-8")
    sys.exit(1 if report.differences else 0)
