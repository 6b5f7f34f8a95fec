"""Deletes what has been kept long enough (config/fleet.yaml, `retention`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from fleet_server.config import RetentionConfig
from fleet_server.store.audit import add_audit
from fleet_server.store.candidates import (
    due_candidates,
    due_evidence,
    erase_candidates,
    mark_expired,
)
from fleet_server.store.database import Database
from fleet_server.store.history import expire_audit, expire_states
from fleet_server.store.person_searches import erase_searches
from fleet_server.store.plans import expire_plans
from patrol.clock import Clock

log = logging.getLogger(__name__)
DAY_S = 86400.0


class Retention:
    """`once` deletes; `run` does it again and again until cancelled."""

    def __init__(
        self, database: Database, config: RetentionConfig, evidence_dir: Path, clock: Clock
    ) -> None:
        self._database = database
        self._config = config
        self._evidence_dir = evidence_dir
        self._clock = clock

    async def run(self) -> None:
        """At the start, then every `every_s`."""
        while True:
            try:
                await self.once()
            except (sa.exc.SQLAlchemyError, OSError) as error:
                log.error("retention_failed error=%s", error)
            await asyncio.sleep(self._config.every_s)

    async def once(self) -> tuple[int, int]:
        """(states, evidence files) deleted. Files go before their rows: after a crash, or where
        the disk refuses, the next time goes on with what is left; no file is ever forgotten."""
        now_s = self._clock.now_s()
        states = await self._database.write(expire_states, now_s - self._config.state_days * DAY_S)
        await self._database.write(expire_audit, now_s - self._config.audit_days * DAY_S)
        await self._database.write(expire_plans, now_s - self._config.plan_days * DAY_S)
        ended_before_s = now_s - self._config.person_search_days * DAY_S
        erased = await self._database.write(erase_searches, ended_before_s, now_s)
        if erased:
            log.info("retention person_searches=%s", ",".join(erased))
        files = await self._erase_candidates(now_s) + await self._expire_evidence(now_s)
        if states or files:
            log.info("retention states=%d evidence=%d", states, files)
            await self._database.write(_note, now_s, states, files)
        return states, files

    async def _erase_candidates(self, now_s: float) -> int:
        """What shows candidates of person searches, with their case or soon after a refusal."""
        refused_before_s = now_s - self._config.refused_candidate_days * DAY_S
        due = await self._database.read(due_candidates, refused_before_s)
        paths = [path for one in due for path in one.paths]
        self._delete(paths)
        await self._database.write(erase_candidates, due, now_s)
        if due:
            log.info("retention candidates=%s", ",".join(one.incident_id for one in due))
        return len(paths)

    async def _expire_evidence(self, now_s: float) -> int:
        before_s = now_s - self._config.evidence_days * DAY_S
        evidence_ids, paths = await self._database.read(due_evidence, before_s)
        self._delete(paths)
        await self._database.write(mark_expired, evidence_ids)
        return len(paths)

    def _delete(self, paths: Sequence[str]) -> None:
        for path in paths:
            (self._evidence_dir / path).unlink(missing_ok=True)


def _note(connection: sa.Connection, now_s: float, states: int, evidence: int) -> None:
    add_audit(connection, now_s, "system", "retention", "data", states=states, evidence=evidence)
