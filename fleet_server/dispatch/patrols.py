"""Patrols that are kept: the configured ones and those that operators make."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from fleet_server.api.models import NewPatrol, PatrolView
from fleet_server.config import PatrolConfig
from fleet_server.errors import InvalidError, NotFoundError
from fleet_server.maps import MapLibrary
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.store.patrols import add_patrol, delete_patrol, select_patrols
from patrol.clock import Clock
from patrol.errors import ConfigError, MapError

log = logging.getLogger(__name__)


class PatrolService:
    """List, create, delete; raises InvalidError and NotFoundError."""

    def __init__(self, database: Database, maps: MapLibrary, clock: Clock) -> None:
        self._database = database
        self._maps = maps
        self._clock = clock

    def keep_configured(self, configured: tuple[PatrolConfig, ...]) -> None:
        """Patrols of the configuration whose map is loaded; one deleted by hand stays deleted.

        Raises ConfigError for an unknown checkpoint.
        """
        for index, entry in enumerate(configured):
            if self._maps.find(entry.map_id) is None:
                log.info("patrol_skipped name=%r: map %r is not loaded", entry.name, entry.map_id)
                continue
            new = NewPatrol.model_validate(
                {
                    "name": entry.name,
                    "map_id": entry.map_id,
                    "checkpoint_ids": list(entry.checkpoint_ids),
                    "order": entry.order,
                }
            )
            try:
                self._check(new)
            except InvalidError as error:
                raise ConfigError(f"patrols[{index}] {entry.name!r}: {error}") from None
            content = f"{new.name}\n{new.map_id}\n{new.order}\n{' '.join(new.checkpoint_ids)}"
            patrol_id = "default-" + hashlib.sha256(content.encode()).hexdigest()[:12]
            self._database.write_now(add_patrol, self._row(patrol_id, new, index * 1e-3))

    async def views(self) -> list[PatrolView]:
        """Oldest first."""
        return [_view(row) for row in await self._database.read(select_patrols)]

    async def create(self, new: NewPatrol, username: str) -> PatrolView:
        """Keep a patrol."""
        self._check(new)
        row = self._row(secrets.token_hex(6), new)

        def work(connection: sa.Connection) -> None:
            add_patrol(connection, row)
            add_audit(
                connection,
                row["created_at_s"],
                username,
                "patrol_create",
                row["patrol_id"],
                name=new.name,
            )

        await self._database.write(work)
        return _view(row)

    async def delete(self, patrol_id: str, username: str) -> None:
        """Hide a patrol; its assignments stay."""
        now_s = self._clock.now_s()

        def work(connection: sa.Connection) -> bool:
            deleted = delete_patrol(connection, patrol_id, now_s)
            if deleted:
                add_audit(connection, now_s, username, "patrol_delete", patrol_id)
            return deleted

        if not await self._database.write(work):
            raise NotFoundError(f"no patrol {patrol_id!r}", "patrol_unknown")

    def _check(self, new: NewPatrol) -> None:
        patrol_map = self._maps.find(new.map_id)
        if patrol_map is None:
            known = ", ".join(m.map_id for m in self._maps.all()) or "none"
            raise InvalidError(
                f"no map {new.map_id!r} is loaded; known: {known}", "map_unknown", "map_id"
            )
        try:
            for checkpoint_id in new.checkpoint_ids:
                patrol_map.checkpoint(checkpoint_id)
        except MapError as error:
            raise InvalidError(str(error), "checkpoint_unknown", "checkpoint_ids") from None

    def _row(self, patrol_id: str, new: NewPatrol, later_s: float = 0.0) -> dict[str, Any]:
        return {
            "patrol_id": patrol_id,
            "name": new.name,
            "map_id": new.map_id,
            "checkpoint_ids": new.checkpoint_ids,
            "visit_order": new.order,
            "created_at_s": self._clock.now_s() + later_s,
        }


def _view(row: Mapping[str, Any]) -> PatrolView:
    return PatrolView(
        patrol_id=row["patrol_id"],
        name=row["name"],
        map_id=row["map_id"],
        checkpoint_ids=row["checkpoint_ids"],
        order=row["visit_order"],
        created_at=row["created_at_s"],
    )
