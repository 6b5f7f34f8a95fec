"""Active publications: each step looks at every vehicle's last state and does what it asks for.

As with assignments, the database is written before anything is sent, and what a vehicle's state
does not show is sent again unchanged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import sqlalchemy as sa

from fleet_server.api.map_models import PublicationView
from fleet_server.fleet import Fleet, VehicleRecord
from fleet_server.instant_actions import InstantSender, Publish
from fleet_server.maps import MapLibrary
from fleet_server.publishing.publication import Publication, next_phase
from fleet_server.publishing.target import Seen, Target, Wanted, look
from fleet_server.store.audit import add_audit
from fleet_server.store.database import Database
from fleet_server.store.maps import (
    ACTIVE_PHASES,
    make_current,
    save_publication,
    select_publications,
)
from patrol.clock import Clock
from patrol.vda5050.messages import Action

log = logging.getLogger(__name__)

RESUMED_MOST = 100


class PublicationFollowing:
    """At most one active publication a map; not re-entrant, the service holds a lock."""

    def __init__(
        self,
        database: Database,
        fleet: Fleet,
        maps: MapLibrary,
        clock: Clock,
        publish: Publish,
        on_change: Callable[[PublicationView], None],
        resend_after_s: float,
    ) -> None:
        self._database = database
        self._fleet = fleet
        self._maps = maps
        self._clock = clock
        self._sender = InstantSender(clock, publish)
        self._on_change = on_change
        self._resend_after_s = resend_after_s
        self.active: dict[str, Publication] = {}

    async def load(self) -> None:
        """Take up the active publications of the last run."""
        for row in await self._database.read(select_publications, True, RESUMED_MOST):
            publication = Publication.from_row(*row)
            self.active[publication.publication_id] = publication

    async def step(self, publication: Publication) -> None:
        """Look at every target, keep what changed, then send."""
        before = dict(publication.targets)
        outgoing = self._look_at_all(publication)
        changed = {v for v, t in publication.targets.items() if _is_news(before[v], t)}
        phase, reason = next_phase(publication)
        if phase != publication.phase:
            await self._enter(publication, phase, reason)
        elif changed:
            await self._save(publication, changed)
        elif before != publication.targets:
            self._on_change(publication.view(self._fleet))
        for record, actions in outgoing:
            self._send(record, actions)

    def _look_at_all(self, publication: Publication) -> list[tuple[VehicleRecord, list[Action]]]:
        current = self._maps.find(publication.map_id)
        wanted = Wanted(
            publication.publication_id,
            publication.map_id,
            publication.content_hash,
            publication.phase == "enabling",
            current.content_hash if current else "",
            self._resend_after_s,
        )
        outgoing = []
        for vehicle_id, target in publication.targets.items():
            record = self._fleet.find(vehicle_id)
            if record is None:
                continue
            online = self._fleet.connection_of(record) == "ONLINE"
            seen = Seen(record.state, online)
            publication.targets[vehicle_id], actions = look(
                target, wanted, seen, self._clock.now_s()
            )
            if actions:
                outgoing.append((record, actions))
        return outgoing

    async def _enter(self, publication: Publication, phase: str, reason: str | None) -> None:
        if phase not in ACTIVE_PHASES:
            await self.finish(publication, phase, reason)
            return
        publication.phase, publication.reason = phase, reason
        patrol_map = await asyncio.to_thread(
            self._maps.version, publication.map_id, publication.content_hash
        )
        if patrol_map is None:
            await self.finish(publication, "failed", "the version's file is gone")
            return
        await self._save(publication, set(publication.targets), make_it_current=True)
        self._maps.set_current(patrol_map)
        self._fleet.look_again()
        log.info("map_current map=%s version=%s", publication.map_id, publication.content_hash)

    async def finish(self, publication: Publication, phase: str, reason: str | None) -> None:
        """It is over: done, failed or cancelled."""
        publication.phase, publication.reason = phase, reason
        publication.finished_at_s = self._clock.now_s()
        await self._save(publication, set(publication.targets))
        self.active.pop(publication.publication_id, None)
        log.info(
            "publication_%s publication=%s map=%s version=%s reason=%r",
            phase,
            publication.publication_id,
            publication.map_id,
            publication.content_hash,
            reason,
        )

    async def _save(
        self, publication: Publication, changed: set[str], make_it_current: bool = False
    ) -> None:
        """To the database, then to everybody who looks."""

        def work(connection: sa.Connection) -> None:
            targets = publication.rows_of(changed)
            save_publication(
                connection, publication.publication_id, publication.changeable(), targets
            )
            if make_it_current:
                now_s = self._clock.now_s()
                make_current(connection, publication.content_hash, now_s)
                add_audit(
                    connection,
                    now_s,
                    publication.created_by,
                    "map_current",
                    publication.content_hash,
                    map=publication.map_id,
                    publication=publication.publication_id,
                )

        await self._database.write(work)
        self._on_change(publication.view(self._fleet))

    def _send(self, record: VehicleRecord, actions: list[Action]) -> None:
        sent = self._sender.send(actions, record.address)
        log.info(
            "map_actions_sent vehicle=%s actions=%s sent=%s",
            record.address.vehicle_id,
            ",".join(action.action_id for action in actions),
            sent,
        )


def _is_news(before: Target, after: Target) -> bool:
    """What must survive a restart; the progress of a download need not."""
    return (before.status, before.attempt, before.sends) != (
        after.status,
        after.attempt,
        after.sends,
    )
