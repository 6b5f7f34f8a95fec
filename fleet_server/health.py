"""Whether the server works, in figures."""

from __future__ import annotations

from collections.abc import Callable

from fleet_server.api.app import program_version
from fleet_server.api.models import HealthView
from fleet_server.fleet import Fleet
from fleet_server.ingest.mqtt import MqttLink
from fleet_server.ingest.pipeline import IngestPipeline
from fleet_server.live import LiveHub
from fleet_server.opening import OpenBroker
from patrol.clock import Clock


def health_of(
    pipeline: IngestPipeline,
    fleet: Fleet,
    live: LiveHub,
    link: MqttLink,
    broker: OpenBroker,
    clock: Clock,
) -> Callable[[], HealthView]:
    """What /health answers."""
    since_s = clock.monotonic_s()

    def health() -> HealthView:
        counters, embedded = pipeline.counters, broker.embedded
        return HealthView(
            status="ok" if link.connected else "degraded",
            version=program_version(),
            broker="up" if link.connected else "down",
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
            uptime_s=round(clock.monotonic_s() - since_s, 3),
        )

    return health
