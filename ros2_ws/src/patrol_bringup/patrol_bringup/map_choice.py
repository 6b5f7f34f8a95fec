"""Which map a vehicle starts on: the one given by hand, or one that was enabled over the link."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from fleet_client.map_store import MapFolder, Pointer
from patrol.errors import MapError
from patrol.map_geojson import load_map
from patrol.vda5050.map_transfer import short
from patrol_bringup.settings import VehicleSettings

_log = logging.getLogger("supervisor")


def map_folder(state_dir: Path) -> Path:
    """Where a vehicle keeps its maps."""
    return state_dir / "maps"


def choose_map(settings: VehicleSettings) -> VehicleSettings:
    """The settings with the map to start on; changes nothing, raises MapError.

    What was enabled over the link goes on until somebody gives another file by hand: `--map` is
    compared with the file that was given when the link's map was enabled.
    """
    maps = MapFolder(map_folder(settings.state_dir))
    given, pointer = load_map(settings.map_file), maps.pointer()
    if pointer is None or not pointer.in_place_of == given.content_hash != pointer.version:
        return settings
    try:
        maps.load(pointer.version)
    except MapError as error:
        _log.error("enabled_map_unreadable error=%r", str(error))
        return settings
    _log.info("map_enabled_over_the_link version=%s", short(pointer.version))
    return replace(settings, map_file=maps.path(pointer.version))


def remember_map(chosen: VehicleSettings) -> None:
    """Keep the map that a vehicle starts on, and point to it; once the state folder is ours."""
    maps = MapFolder(map_folder(chosen.state_dir))
    pointer = maps.pointer()
    if pointer is not None and chosen.map_file == maps.path(pointer.version):
        return
    given = load_map(chosen.map_file)
    maps.keep(given, chosen.map_file.read_bytes())
    maps.point(Pointer(given.content_hash, given.content_hash))
