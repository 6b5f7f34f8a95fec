"""The versions of the maps: taken at the start or by upload, kept as files, listed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from fleet_server.api.map_models import MapVersionView
from fleet_server.errors import InvalidError, NotFoundError
from fleet_server.fleet import Fleet
from fleet_server.maps import MapLibrary
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.store.maps import add_version, current_version, make_current, select_versions
from fleet_server.store.patrols import select_patrols
from fleet_server.vehicle_maps import status_of
from fleet_server.wording import korean
from patrol.clock import Clock
from patrol.errors import MapError
from patrol.map import PatrolMap
from patrol.map_geojson import parse_map
from patrol.vda5050.map_transfer import MAX_MAP_BYTES, PackedMap, short

log = logging.getLogger(__name__)

COMMAND_LINE = "command line"


class MapVersions:
    """`take_given` at the start, `upload`, `views`; raises InvalidError and NotFoundError."""

    def __init__(self, database: Database, maps: MapLibrary, fleet: Fleet, clock: Clock) -> None:
        self._database = database
        self._maps = maps
        self._fleet = fleet
        self._clock = clock

    async def upload(self, data: bytes, username: str) -> MapVersionView:
        """Keep a version of a map that this server has; the same again changes nothing."""
        try:
            patrol_map = await asyncio.to_thread(_read, data)
        except MapError as error:
            raise InvalidError(str(error), "map_invalid") from None
        self._check_same_area(patrol_map)
        size_bytes = await asyncio.to_thread(self._maps.keep, patrol_map)
        row = version_row(patrol_map, size_bytes, self._clock.now_s(), username)

        def work(connection: sa.Connection) -> None:
            if add_version(connection, row):
                add_audit(
                    connection,
                    row["added_at_s"],
                    username,
                    "map_upload",
                    row["content_hash"],
                    map=row["map_id"],
                )

        await self._database.write(work)
        log.info("map_version_kept map=%s version=%s", row["map_id"], row["content_hash"])
        view = await self.find(patrol_map.map_id, patrol_map.content_hash)
        view.warnings = await self._warnings(patrol_map)
        view.warnings_ko = [korean(warning) for warning in view.warnings]
        return view

    def _check_same_area(self, patrol_map: PatrolMap) -> None:
        current = self._maps.find(patrol_map.map_id)
        if current is None:
            known = ", ".join(m.map_id for m in self._maps.all())
            raise InvalidError(
                f"map {patrol_map.map_id!r} is not one of this server's ({known}); a new area is "
                "given with `sunra serve --map`",
                "map_unknown",
            )
        if current.origin != patrol_map.origin:
            raise InvalidError(
                f"map {patrol_map.map_id}: its origin is not that of the current version; every "
                "position would move, so it needs an id of its own",
                "map_origin",
            )

    async def _warnings(self, patrol_map: PatrolMap) -> list[str]:
        known = {checkpoint.id for checkpoint in patrol_map.checkpoints}
        warnings = []
        for patrol in await self._database.read(select_patrols):
            missing = [c for c in patrol["checkpoint_ids"] if c not in known]
            if patrol["map_id"] == patrol_map.map_id and missing:
                warnings.append(
                    f"patrol {patrol['name']!r} names checkpoints that this version has not: "
                    + ", ".join(missing)
                )
        return warnings

    async def views(self, map_id: str) -> list[MapVersionView]:
        """Every version of a map, newest first."""
        if self._maps.find(map_id) is None:
            raise NotFoundError(f"no map {map_id!r}", "map_unknown")
        return [self._view(row) for row in await self._database.read(select_versions, map_id)]

    async def find(self, map_id: str, content_hash: str) -> MapVersionView:
        """One version."""
        for view in await self.views(map_id):
            if view.content_hash == content_hash:
                return view
        raise NotFoundError(
            f"map {map_id} has no version {short(content_hash)} here; upload it first",
            "map_version_unknown",
        )

    def _view(self, row: Mapping[str, Any]) -> MapVersionView:
        current = self._maps.find(row["map_id"])
        have: dict[str | None, list[str]] = {"ENABLED": [], "DISABLED": []}
        for record in self._fleet.records():
            if record.state is not None:
                status = status_of(record.state, row["map_id"], row["content_hash"])
                have.setdefault(status, []).append(record.address.vehicle_id)
        return MapVersionView(
            map_id=row["map_id"],
            content_hash=row["content_hash"],
            name=row["name"],
            size_bytes=row["size_bytes"],
            added_at=row["added_at_s"],
            added_by=row["added_by"],
            current=current is not None and current.content_hash == row["content_hash"],
            vehicles_enabled=have["ENABLED"],
            vehicles_stored=have["DISABLED"],
        )


def _read(data: bytes) -> PatrolMap:
    """Checked, and small enough to travel; raises MapError."""
    if len(data) > MAX_MAP_BYTES:
        raise MapError(f"the map has {len(data)} bytes; at most {MAX_MAP_BYTES} are taken")
    try:
        patrol_map = parse_map(data, "the map")
    except RecursionError:
        raise MapError("the map: is nested too deeply to be one") from None
    PackedMap.of(patrol_map.map_id, patrol_map.content_hash, data)
    return patrol_map


def version_row(
    patrol_map: PatrolMap, size_bytes: int, now_s: float, added_by: str
) -> dict[str, Any]:
    """A new version's row."""
    return {
        "content_hash": patrol_map.content_hash,
        "map_id": patrol_map.map_id,
        "name": patrol_map.name,
        "size_bytes": size_bytes,
        "added_at_s": now_s,
        "added_by": added_by,
        "current_since_s": None,
    }


def take_given(database: Database, maps: MapLibrary, now_s: float) -> None:
    """At the start: keep the versions of the command line, and take up what was current.

    A version that was never seen is what a person wants now, so it becomes current; one that is
    known already does not undo a later publication. Raises MapError.
    """
    for given in maps.all():
        row = version_row(given, maps.keep(given), now_s, COMMAND_LINE)

        def work(connection: sa.Connection, row: dict[str, Any] = row) -> str | None:
            if add_version(connection, row):
                make_current(connection, row["content_hash"], now_s)
                add_audit(
                    connection, now_s, "system", "map_current", row["content_hash"],
                    map=row["map_id"],
                )  # fmt: skip
            return current_version(connection, row["map_id"])

        current = maps.version(given.map_id, database.write_now(work) or given.content_hash)
        if current is not None and current.content_hash != given.content_hash:
            log.warning(
                "map_file_is_old map=%s given=%s current=%s",
                given.map_id,
                short(given.content_hash),
                short(current.content_hash),
            )
            maps.set_current(current)
