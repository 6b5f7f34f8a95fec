"""`sunra publish`: a map file to the vehicles of a running fleet server."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from fleet_server.rest_client import RestClient, ServerError
from patrol.clock import Clock, SystemClock
from patrol.map_geojson import load_map
from patrol.vda5050.map_transfer import short

ASK_EVERY_S = 1.0
UNREACHABLE_FOR_S = 60.0  # a server that is started anew goes on with the publication
OVER = ("done", "failed", "cancelled")


@click.command("publish")
@click.argument("map_file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--server", default="http://127.0.0.1:8080", show_default=True, help="Its URL.")
@click.option("--user", "username", default="operator", show_default=True)
@click.option(
    "--password-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Else the password is asked for, or taken from SUNRA_PASSWORD.",
)
@click.option("--vehicles", default="", help="MANUFACTURER/SERIAL,… ; default: all on this map.")
@click.option(
    "--one-by-one", is_flag=True, help="Let each vehicle switch as soon as it has the map."
)
@click.option("--no-wait", is_flag=True, help="Do not follow the vehicles to the end.")
def publish_command(
    map_file: Path,
    server: str,
    username: str,
    password_file: Path | None,
    vehicles: str,
    one_by_one: bool,
    no_wait: bool,
) -> int:
    """Give MAP_FILE to vehicles: each downloads it and reads it back, then all switch.

    Exit status 0 when every vehicle drives on it, 1 when one does not, 2 for an error. Ctrl-C
    ends the watching, not the publication.
    """
    patrol_map = load_map(map_file)
    client = RestClient(server, username, _password(username, password_file))
    kept = client.post("/map-versions", map_file.read_bytes(), "application/geo+json")
    click.echo(f"map {kept['map_id']} {kept['content_hash']} is on the server")
    for warning in kept["warnings"]:
        click.echo(f"warning: {warning}")
    new: dict[str, Any] = {"content_hash": patrol_map.content_hash, "together": not one_by_one}
    names = [name.strip() for name in vehicles.split(",") if name.strip()]
    if names:
        new["vehicles"] = names
    path = f"/maps/{quote(patrol_map.map_id, safe='')}/publications"
    publication = client.post(path, json.dumps(new).encode())
    if no_wait:
        click.echo(f"publication {publication['publication_id']} has begun")
        return 0
    end = follow(publication, Watch(client, publication["publication_id"]), click.echo)
    return 0 if end["phase"] == "done" else 1


def _password(username: str, password_file: Path | None) -> str:
    """Never from the command line, where every user of the machine could read it."""
    if password_file is not None:
        return password_file.read_text(encoding="utf-8").strip()
    asked = os.environ.get("SUNRA_PASSWORD")
    if asked is None:
        asked = str(click.prompt(f"password of {username}", hide_input=True, err=True))
    return asked


class Watch:
    """Asks how a publication stands, a second after the last time; a server that is started anew
    is waited for."""

    def __init__(
        self,
        client: RestClient,
        publication_id: str,
        clock: Clock | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._path = client, f"/publications/{publication_id}"
        self._clock, self._wait = clock or SystemClock(), wait

    def __call__(self) -> dict[str, Any]:
        """The publication now; raises ServerError when nobody answers for long."""
        deadline_s = self._clock.monotonic_s() + UNREACHABLE_FOR_S
        while True:
            self._wait(ASK_EVERY_S)
            try:
                answer: dict[str, Any] = self._client.get(self._path)
                return answer
            except ServerError:
                if self._clock.monotonic_s() > deadline_s:
                    raise


def follow(
    publication: dict[str, Any],
    look: Callable[[], dict[str, Any]],
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Say every change of a publication until it is over, and give its end."""
    said: dict[str, str] = {}
    while True:
        for line_of, line in lines_of(publication):
            if said.get(line_of) != line:
                said[line_of] = line
                say(line)
        if publication["phase"] in OVER:
            return publication
        publication = look()


def lines_of(publication: dict[str, Any]) -> list[tuple[str, str]]:
    """(what it is of, the line): each vehicle, then the publication."""
    lines = []
    for vehicle in publication["vehicles"]:
        reason = f"  {vehicle['reason']}" if vehicle["reason"] else ""
        now = short(vehicle["map_hash"] or "unknown")
        name = vehicle["vehicle_id"]
        lines.append((name, f"{name}  {vehicle['status']}{reason}  (on {now})"))
    enabled = sum(vehicle["status"] == "enabled" for vehicle in publication["vehicles"])
    reason = f": {publication['reason']}" if publication["reason"] else ""
    total = len(publication["vehicles"])
    lines.append(("", f"{publication['phase']}{reason}  {enabled}/{total} vehicles are on it"))
    return lines
