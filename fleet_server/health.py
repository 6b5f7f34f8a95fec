"""Whether the server works, in figures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from fleet_server.api.app import program_version
from fleet_server.api.models import HealthView
from fleet_server.fleet import Fleet
from fleet_server.ingest.mqtt import MqttLink
from fleet_server.ingest.pipeline import IngestPipeline
from fleet_server.live import LiveHub
from fleet_server.opening import OpenBroker
from fleet_server.signals.feed import SignalFeed
from fleet_server.store.database import Database
from patrol.clock import Clock

DISK_LOW_MB = 500.0


def health_of(
    pipeline: IngestPipeline,
    fleet: Fleet,
    live: LiveHub,
    signals: SignalFeed,
    link: MqttLink,
    broker: OpenBroker,
    database: Database,
    data_dir: Path,
    clock: Clock,
) -> Callable[[], HealthView]:
    """What /health answers."""
    since_s = clock.monotonic_s()

    def health() -> HealthView:
        counters, embedded = pipeline.counters, broker.embedded
        signals_age_s = signals.age_s()
        disk_free_mb = shutil.disk_usage(data_dir).free / 1e6
        trouble = database.trouble
        fine = link.connected and trouble is None and disk_free_mb >= DISK_LOW_MB
        return HealthView(
            status="ok" if fine else "degraded",
            version=program_version(),
            broker="up" if link.connected else "down",
            database="up" if trouble is None else "down",
            database_trouble=trouble,
            disk_free_mb=round(disk_free_mb, 1),
            vehicles_online=fleet.online_count(),
            messages_received=counters.received,
            messages_stored=counters.stored,
            duplicates=counters.duplicates,
            messages_dropped=pipeline.dropped,
            quarantined=counters.quarantined,
            states_stored=counters.states,
            incidents_stored=counters.incidents,
            evidence_stored=counters.evidence,
            broker_restarts=embedded.restarts if embedded else 0,
            broker_violations=embedded.violations if embedded else 0,
            live_clients=len(live),
            signals_told=signals.told_now(),
            signals_age_s=None if signals_age_s is None else round(signals_age_s, 3),
            signals_taken=signals.counters.taken,
            signals_refused=signals.counters.refused,
            uptime_s=round(clock.monotonic_s() - since_s, 3),
        )

    return health
