"""Publications: what operators ask for, and the loop that follows what came of it."""

from __future__ import annotations

import asyncio
import logging
import secrets

import sqlalchemy as sa

from fleet_server.api.map_models import NewPublication, PublicationView
from fleet_server.errors import ConflictError, InvalidError, NotFoundError
from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.publishing.following import PublicationFollowing
from fleet_server.publishing.publication import Publication
from fleet_server.publishing.target import Target
from fleet_server.publishing.versions import MapVersions
from fleet_server.state_loop import StateLoop
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.store.jobs import patiently
from fleet_server.store.maps import add_publication, find_publication, select_publications
from fleet_server.vehicle_maps import enabled_map
from patrol.clock import Clock

log = logging.getLogger(__name__)

SHOWN = 100


class MapPublishing:
    """`publish`, `cancel`, views; `run` follows states until cancelled."""

    def __init__(
        self,
        database: Database,
        fleet: Fleet,
        versions: MapVersions,
        clock: Clock,
        following: PublicationFollowing,
    ) -> None:
        self._database = database
        self._fleet = fleet
        self._versions = versions
        self._clock = clock
        self._following = following
        self._lock = asyncio.Lock()  # one change of publications at a time
        self._loop = StateLoop(self.step_all)

    # -- what operators ask for -----------------------------------------------------------------

    async def publish(self, map_id: str, new: NewPublication, username: str) -> PublicationView:
        """Send a kept version to vehicles; an active publication of the same map is replaced.

        Raises NotFoundError, InvalidError and ConflictError.
        """
        await self._versions.find(map_id, new.content_hash)
        publication = Publication(
            secrets.token_hex(6),
            map_id,
            new.content_hash,
            new.together,
            username,
            self._clock.now_s(),
            {vehicle_id: Target() for vehicle_id in self._chosen(map_id, new.vehicles)},
        )

        def work(connection: sa.Connection) -> None:
            row, targets = publication.row(), publication.rows_of(publication.targets)
            add_publication(connection, row, targets)
            add_audit(
                connection,
                publication.created_at_s,
                username,
                "map_publish",
                new.content_hash,
                map=map_id,
                publication=publication.publication_id,
                vehicles=sorted(publication.targets),
            )

        async with patiently(self._lock):
            for older in [p for p in self._following.active.values() if p.map_id == map_id]:
                await self._following.finish(
                    older, "cancelled", f"replaced by {publication.publication_id}"
                )
            await self._database.write(work)
            self._following.active[publication.publication_id] = publication
            await self._following.step(publication)
            return publication.view(self._fleet)

    def _chosen(self, map_id: str, vehicles: list[str] | None) -> list[str]:
        if vehicles is not None:
            for vehicle_id in vehicles:
                if self._fleet.find(vehicle_id) is None:
                    raise InvalidError(f"no vehicle {vehicle_id!r}", "vehicle_unknown", "vehicles")
            return vehicles
        found = [r.address.vehicle_id for r in self._fleet.records() if _is_on(r, map_id)]
        if not found:
            raise ConflictError(
                f"no vehicle has said that it is on map {map_id}; name the vehicles", "no_vehicle"
            )
        return found

    async def cancel(self, publication_id: str, username: str) -> PublicationView:
        """Send nothing more; what a vehicle has taken already, it keeps."""
        async with patiently(self._lock):
            publication = self._following.active.get(publication_id)
            if publication is None:
                over = await self.find(publication_id)
                raise ConflictError(
                    f"publication {publication_id} is {over.phase} already", "publication_over"
                )
            await self._database.write(
                add_audit, self._clock.now_s(), username, "map_publish_cancel", publication_id
            )
            await self._following.finish(publication, "cancelled", f"by {username}")
            return publication.view(self._fleet)

    async def views(self, only_active: bool) -> list[PublicationView]:
        """Newest first."""
        rows = await self._database.read(select_publications, only_active, SHOWN)
        return [self._known(Publication.from_row(*row)).view(self._fleet) for row in rows]

    async def find(self, publication_id: str) -> PublicationView:
        """One; raises NotFoundError."""
        found = await self._database.read(find_publication, publication_id)
        if found is None:
            raise NotFoundError(f"no publication {publication_id!r}", "publication_unknown")
        return self._known(Publication.from_row(*found)).view(self._fleet)

    def _known(self, stored: Publication) -> Publication:
        """The running one knows the progress too, which is not worth a row."""
        return self._following.active.get(stored.publication_id, stored)

    # -- following ------------------------------------------------------------------------------

    async def resume(self) -> None:
        """Take up the active publications of the last run."""
        await self._following.load()

    def on_state(self, vehicle_id: str) -> None:
        """A vehicle's last state has changed."""
        if any(vehicle_id in p.targets for p in self._following.active.values()):
            self._loop.wake()

    async def run(self) -> None:
        """Step every active publication when a state comes, and every second."""
        await self._loop.run()

    async def step_all(self) -> None:
        """One step of every active publication; one that fails does not stop the others."""
        async with patiently(self._lock):
            for publication in list(self._following.active.values()):
                try:
                    await self._following.step(publication)
                except sa.exc.SQLAlchemyError as error:
                    log.error(
                        "publication_step_failed publication=%s error=%s",
                        publication.publication_id,
                        error,
                    )


def _is_on(record: VehicleRecord, map_id: str) -> bool:
    enabled = enabled_map(record.state)
    return enabled is not None and enabled.map_id == map_id
