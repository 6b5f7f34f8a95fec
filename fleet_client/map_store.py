"""The maps on a vehicle's disk: whole and checked, or not there at all.

    FOLDER/VERSION.geojson   a map, exactly as it was checked
    FOLDER/VERSION.json      what the state says of it, and its origin
    FOLDER/VERSION.part      the first pieces of a map under way (VERSION.part.json: of which)
    FOLDER/enabled.json      which version the vehicle drives on, and which one was given by hand

Every change is one rename after a sync, so a power cut leaves the old or the new, never a half.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from fleet_client.state_builder import MapRef
from patrol.errors import MapError
from patrol.map import PatrolMap
from patrol.map_geojson import load_map, parse_map
from patrol.vda5050.map_transfer import Transfer, is_version, short, unpack
from patrol.whole_file import read_object, write_whole


class MapStore(Protocol):
    """Where a vehicle keeps its maps; `MapFolder` is the one on a disk."""

    @property
    def enabled(self) -> MapRef:
        """The map the vehicle drives on."""
        ...

    def stored(self) -> Sequence[MapRef]:
        """Every whole map, the enabled one among them."""
        ...

    def part(self, version: str) -> tuple[Transfer, int] | None:
        """A map under way and how many of its first pieces are here."""
        ...

    def begin(self, transfer: Transfer) -> None:
        """Start a map anew; pieces of another package of this version are forgotten."""
        ...

    def append(self, transfer: Transfer, data: bytes) -> None:
        """The next piece."""
        ...

    def finish(self, transfer: Transfer) -> MapRef:
        """Check and keep a map whose pieces are all here (blocking); raises MapError."""
        ...

    def discard(self, version: str) -> None:
        """Forget the pieces of a map under way."""
        ...

    def delete(self, version: str) -> None:
        """Delete a whole map."""
        ...


@dataclass(frozen=True, slots=True)
class Pointer:
    """`enabled.json`: the version driven on, and the one that was given by hand back then."""

    version: str
    in_place_of: str


def check_arrived(transfer: Transfer, patrol_map: PatrolMap, enabled: PatrolMap | None) -> None:
    """The read-back: the map's own hash is the version asked for, its metres are the vehicle's.

    Raises MapError. Another origin would move every position that the vehicle knows.
    """
    where = f"map {transfer.map_id} {short(transfer.version)}"
    if patrol_map.map_id != transfer.map_id:
        raise MapError(f"{where}: is map {patrol_map.map_id!r}")
    if patrol_map.content_hash != transfer.version:
        raise MapError(f"{where}: its content hash is {short(patrol_map.content_hash)}")
    if enabled is not None and patrol_map.origin != enabled.origin:
        raise MapError(f"{where}: its origin is not that of the enabled map; give it another id")


class MapFolder:
    """Maps on a disk; one process writes, others may read. `otherwise`: enabled without a pointer.

    Blocking, short but for `finish` and `keep`, which read a whole map.
    """

    def __init__(self, folder: Path, otherwise: MapRef | None = None) -> None:
        self._folder = folder
        self._otherwise = otherwise
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, version: str) -> Path:
        """Where a whole map lies, or would lie."""
        return self._folder / f"{version}.geojson"

    # -- which one is enabled -------------------------------------------------------------------

    def pointer(self) -> Pointer | None:
        """What `enabled.json` says; None where it says nothing that is here."""
        saved = read_object(self._folder / "enabled.json")
        version, in_place_of = saved.get("map_version"), saved.get("in_place_of")
        if not (is_version(version) and is_version(in_place_of)) or not self._is_whole(version):
            return None
        return Pointer(version, in_place_of)

    def point(self, pointer: Pointer) -> None:
        """Drive on another version from now on."""
        content = {"map_version": pointer.version, "in_place_of": pointer.in_place_of}
        write_whole(self._folder / "enabled.json", json.dumps(content).encode())

    @property
    def enabled(self) -> MapRef:
        """What the pointer names; raises MapError where there is neither pointer nor default."""
        pointer = self.pointer()
        if pointer is not None:
            return self._ref(pointer.version)
        if self._otherwise is None:
            raise MapError(f"{self._folder}: no map is enabled")
        return self._otherwise

    # -- whole maps -----------------------------------------------------------------------------

    def stored(self) -> Sequence[MapRef]:
        """Every whole map, oldest first."""
        found = sorted(self._folder.glob("*.geojson"), key=lambda path: path.stat().st_mtime_ns)
        return [self._ref(path.stem) for path in found if self._is_whole(path.stem)]

    def keep(self, patrol_map: PatrolMap, content: bytes) -> MapRef:
        """Keep a checked map under its hash; one that is here already stays as it is."""
        version = patrol_map.content_hash
        if not self._is_whole(version):
            info = {
                "map_id": patrol_map.map_id,
                "name": patrol_map.name,
                "origin": asdict(patrol_map.origin),
            }
            write_whole(self._folder / f"{version}.json", json.dumps(info).encode())
            write_whole(self.path(version), content)
        return self._ref(version)

    def load(self, version: str) -> PatrolMap:
        """A whole map, checked against its hash again; raises MapError."""
        patrol_map = load_map(self.path(version))
        if patrol_map.content_hash != version:
            raise MapError(
                f"{self.path(version)}: its content hash is {short(patrol_map.content_hash)}"
            )
        return patrol_map

    def delete(self, version: str) -> None:
        """Delete a whole map."""
        self.path(version).unlink(missing_ok=True)
        (self._folder / f"{version}.json").unlink(missing_ok=True)

    def _is_whole(self, version: str) -> bool:
        return is_version(version) and self.path(version).is_file()

    def _ref(self, version: str) -> MapRef:
        info = read_object(self._folder / f"{version}.json")
        return MapRef(str(info.get("map_id", "")), version, str(info.get("name", "")))

    # -- a map under way ------------------------------------------------------------------------

    def part(self, version: str) -> tuple[Transfer, int] | None:
        """A map under way; bytes of a piece that was cut off by a crash do not count."""
        saved = read_object(self._part_info(version))
        try:
            transfer = Transfer(**saved)
            have = self._part(version).stat().st_size
        except (TypeError, MapError, OSError):
            return None
        whole = have == transfer.size_bytes
        return transfer, transfer.count if whole else have // transfer.chunk_bytes

    def begin(self, transfer: Transfer) -> None:
        """Start a map anew."""
        self.discard(transfer.version)
        self._part(transfer.version).touch()
        write_whole(self._part_info(transfer.version), json.dumps(asdict(transfer)).encode())

    def append(self, transfer: Transfer, data: bytes) -> None:
        """The next piece, behind the last whole one."""
        found = self.part(transfer.version)
        offset = found[1] * transfer.chunk_bytes if found else 0
        with self._part(transfer.version).open("r+b") as stream:
            stream.seek(offset)
            stream.write(data)
            stream.truncate()
            stream.flush()
            os.fsync(stream.fileno())

    def finish(self, transfer: Transfer) -> MapRef:
        """Check and keep a map whose pieces are all here; raises MapError."""
        content = unpack(transfer, self._part(transfer.version).read_bytes())
        patrol_map = parse_map(content, f"map {transfer.map_id} {short(transfer.version)}")
        pointer = self.pointer()
        check_arrived(transfer, patrol_map, self.load(pointer.version) if pointer else None)
        ref = self.keep(patrol_map, content)
        self.discard(transfer.version)
        return ref

    def discard(self, version: str) -> None:
        """Forget the pieces of a map under way."""
        self._part_info(version).unlink(missing_ok=True)
        self._part(version).unlink(missing_ok=True)

    def _part(self, version: str) -> Path:
        return self._folder / f"{version}.part"

    def _part_info(self, version: str) -> Path:
        return self._folder / f"{version}.part.json"
