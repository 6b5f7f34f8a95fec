"""The patrol maps a server knows: of every area the current version, and the older ones.

Orders are planned on the current version. An order under way keeps the version it was planned on,
so older versions stay readable for as long as their file is there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fleet_server.map_picture import lonlat, wgs84_picture
from patrol.errors import MapError
from patrol.map import PatrolMap
from patrol.map_geojson import load_map, save_map
from patrol.vda5050.map_transfer import is_version

Json = dict[str, Any]


class MapLibrary:
    """Current maps by id, every version by its content hash; raises MapError for two of an id.

    `folder` keeps the versions as files; without one, only what was given is known.
    """

    def __init__(self, maps: Iterable[PatrolMap], folder: Path | None = None) -> None:
        self._current: dict[str, PatrolMap] = {}
        self._folder = folder
        for patrol_map in maps:
            if patrol_map.map_id in self._current:
                raise MapError(f"map id {patrol_map.map_id!r} is given twice")
            self._current[patrol_map.map_id] = patrol_map
        self._versions = {m.content_hash: m for m in self._current.values()}
        self._pictures: dict[str, Json] = {}

    @classmethod
    def load(cls, paths: Sequence[Path], folder: Path | None = None) -> MapLibrary:
        """From files; raises MapError."""
        return cls((load_map(path) for path in paths), folder)

    def find(self, map_id: str) -> PatrolMap | None:
        """The current version of a map, or None for one this server does not know."""
        return self._current.get(map_id)

    def all(self) -> list[PatrolMap]:
        """Current versions, in the order of the command line."""
        return list(self._current.values())

    def version(self, map_id: str, content_hash: str) -> PatrolMap | None:
        """One version of a map, from its file where need be; an empty hash is the current one."""
        if not content_hash:
            return self._current.get(map_id)
        if content_hash not in self._versions:
            patrol_map = self._read(content_hash)
            if patrol_map is None:
                return None
            self._versions[content_hash] = patrol_map
        found = self._versions[content_hash]
        return found if found.map_id == map_id else None

    def keep(self, patrol_map: PatrolMap) -> int:
        """Keep a version in its file; the file's size in bytes. Raises MapError."""
        path = self._file(patrol_map.content_hash)
        if path is None:
            raise MapError(f"map {patrol_map.map_id}: this server keeps no versions")
        if not path.is_file():
            save_map(patrol_map, path)
        self._versions[patrol_map.content_hash] = patrol_map
        return path.stat().st_size

    def content(self, content_hash: str) -> bytes | None:
        """The file of a version."""
        path = self._file(content_hash)
        return path.read_bytes() if path is not None and path.is_file() else None

    def set_current(self, patrol_map: PatrolMap) -> None:
        """Plan on this version from now on."""
        self._current[patrol_map.map_id] = patrol_map
        self._versions[patrol_map.content_hash] = patrol_map
        self._pictures.pop(patrol_map.map_id, None)

    def lonlat(self, map_id: str, x_m: float, y_m: float) -> tuple[float, float] | None:
        """Longitude and latitude in degrees of a place on a known map."""
        patrol_map = self._current.get(map_id)
        if patrol_map is None or not (math.isfinite(x_m) and math.isfinite(y_m)):
            return None
        return lonlat(patrol_map, x_m, y_m)

    def picture(self, map_id: str) -> Json | None:
        """GeoJSON in WGS 84 for drawing; made once."""
        patrol_map = self._current.get(map_id)
        if patrol_map is None:
            return None
        if map_id not in self._pictures:
            self._pictures[map_id] = wgs84_picture(patrol_map)
        return self._pictures[map_id]

    def _read(self, content_hash: str) -> PatrolMap | None:
        path = self._file(content_hash)
        if path is None or not path.is_file():
            return None
        patrol_map = load_map(path)
        return patrol_map if patrol_map.content_hash == content_hash else None

    def _file(self, content_hash: str) -> Path | None:
        """A version's place; None for text that is no hash, whoever it came from."""
        if self._folder is None or not is_version(content_hash):
            return None
        return self._folder / f"{content_hash}.geojson"
