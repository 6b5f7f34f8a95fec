"""Settings of a fleet server (config/fleet.yaml); every key has a default that works."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fleet_server.kma.settings import WeatherConfig
from fleet_server.signals.settings import SignalsConfig
from patrol.config import load_config


def _within(owner: object, **bounds: tuple[float, float]) -> None:
    for name, (low, high) in bounds.items():
        value = getattr(owner, name)
        if not low <= value <= high:
            raise ValueError(f"{name}: {value:g} is outside [{low:g}, {high:g}]")


@dataclass(frozen=True, slots=True)
class BrokerConfig:
    """Which MQTT broker; `embedded: false` uses one that runs elsewhere."""

    embedded: bool = True
    host: str = "127.0.0.1"
    port: int = 1883
    username: str = ""  # outside broker only
    password_file: Path | None = None  # outside broker only
    ca_file: Path | None = None  # outside broker only: TLS
    ack_wait_s: float = 5.0  # unacknowledged this long: the broker sends it again
    max_payload_bytes: int = 4 * 1024 * 1024
    max_store_bytes: int = 8 * 1024**3

    def __post_init__(self) -> None:
        _within(
            self,
            port=(0, 65535),
            ack_wait_s=(1, 300),
            max_payload_bytes=(65536, 64 * 1024**2),
            max_store_bytes=(16 * 1024**2, 2**45),
        )
        if not self.embedded and not self.port:
            raise ValueError("port: an outside broker needs a port above 0")


@dataclass(frozen=True, slots=True)
class IngestConfig:
    """How messages become rows."""

    batch_max: int = 2000  # messages a commit
    batch_wait_s: float = 0.05  # how long a commit waits for company
    inbox_max_bytes: int = 64 * 1024**2  # states that wait for it; above, the oldest come again
    quarantine_rows: int = 1000  # newest malformed messages that are kept
    evidence_max_bytes: int = 64 * 1024 * 1024  # one file

    def __post_init__(self) -> None:
        _within(
            self,
            batch_max=(1, 10000),
            batch_wait_s=(0, 1),
            inbox_max_bytes=(1024**2, 2**36),
            quarantine_rows=(1, 10**6),
            evidence_max_bytes=(1024, 2**31),
        )


@dataclass(frozen=True, slots=True)
class DispatchConfig:
    """How orders are cut and kept up."""

    base_edges: int = 12  # edges released ahead of the vehicle
    extend_below_edges: int = 9  # released edges left at which the base grows
    horizon_edges: int = 40  # planned edges shown beyond the base
    resend_after_s: float = 5.0  # an order the vehicle's state does not show is sent again
    start_within_m: float = 15.0  # how far from the route graph a vehicle may be
    vehicle_file: str = ""  # the type of vehicle plans are made for; empty: the goalie

    def __post_init__(self) -> None:
        _within(
            self,
            base_edges=(1, 100),
            extend_below_edges=(1, 100),
            horizon_edges=(0, 1000),
            resend_after_s=(1, 600),
            start_within_m=(1, 1000),
        )
        if self.extend_below_edges > self.base_edges:
            raise ValueError("extend_below_edges: is above base_edges")


@dataclass(frozen=True, slots=True)
class PrioritiesFile:
    """Weights by hour for the checkpoints of a map: a file for `sunra plan --priorities`."""

    map_id: str
    file: Path


@dataclass(frozen=True, slots=True)
class PlanningConfig:
    """What plans for a team weigh checkpoints by."""

    history_days: float = 90.0  # incidents of so many days near a checkpoint count; 0: none do
    priorities: tuple[PrioritiesFile, ...] = ()

    def __post_init__(self) -> None:
        _within(self, history_days=(0, 3650))


@dataclass(frozen=True, slots=True)
class SuppressionConfig:
    """When verdicts quiet a kind of incident at a place and hour; life-safety kinds never are."""

    verdicts: int = 3  # harmless or wrong, needed there and then
    of_last: int = (
        4  # newest verdicts that are looked at: one that says true, and nothing is quiet
    )
    days: int = 2  # different days that they must be of
    radius_m: float = 10.0
    half_window_h: float = 1.5  # before and after the hour of the latest
    look_back_days: float = 60.0
    lasts_days: float = 30.0

    def __post_init__(self) -> None:
        _within(
            self,
            verdicts=(2, 50),
            of_last=(2, 50),
            days=(1, 50),
            radius_m=(1, 50),
            half_window_h=(0.25, 6),
            look_back_days=(1, 365),
            lasts_days=(0.01, 365),
        )
        if self.of_last < self.verdicts:
            raise ValueError("of_last: is below verdicts")
        if self.days > self.of_last:
            raise ValueError("days: is above of_last")


@dataclass(frozen=True, slots=True)
class RetentionConfig:
    """How long data is kept; after that it is deleted for good."""

    state_days: float = 30.0
    evidence_days: float = 30.0
    audit_days: float = 365.0
    plan_days: float = 30.0  # plans for a team; none lasts longer than a day
    person_search_days: float = 30.0  # after its end; then only number, times and end are left
    refused_candidate_days: float = 1.0  # what shows who was none; at once when the case has ended
    every_s: float = 3600.0

    def __post_init__(self) -> None:
        _within(
            self,
            state_days=(0.01, 3650),
            evidence_days=(0.01, 3650),
            audit_days=(1, 3650),
            plan_days=(2, 3650),
            person_search_days=(0.01, 3650),
            refused_candidate_days=(0, 30),
            every_s=(1, 86400),
        )


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """Log-in."""

    lifetime_h: float = 12.0
    attempts_per_minute: int = 10  # failed ones, for one user name or one address

    def __post_init__(self) -> None:
        _within(self, lifetime_h=(0.1, 720), attempts_per_minute=(1, 1000))


@dataclass(frozen=True, slots=True)
class PatrolConfig:
    """A patrol that is there from the first start; operators may add and delete others."""

    name: str
    map_id: str
    checkpoint_ids: tuple[str, ...]
    order: str = "given"

    def __post_init__(self) -> None:
        if self.order not in ("given", "best"):
            raise ValueError(f"order: {self.order!r} is none of: given, best")
        if not self.checkpoint_ids:
            raise ValueError("checkpoint_ids: at least one is needed")


@dataclass(frozen=True, slots=True)
class FleetConfig:
    """One fleet server: one district, one interface name."""

    interface: str = "gwanak"  # first level of every MQTT topic
    database_url: str = ""  # empty: SQLite in the data directory
    stale_after_s: float = 15.0  # a vehicle silent this long is shown as broken
    live_interval_s: float = 0.5  # between two batches of the live feed
    broker: BrokerConfig = field(default_factory=BrokerConfig)
    ingest: IngestConfig = field(default_factory=IngestConfig)
    dispatch: DispatchConfig = field(default_factory=DispatchConfig)
    planning: PlanningConfig = field(default_factory=PlanningConfig)
    suppression: SuppressionConfig = field(default_factory=SuppressionConfig)
    retention: RetentionConfig = field(default_factory=RetentionConfig)
    session: SessionConfig = field(default_factory=SessionConfig)
    signals: SignalsConfig = field(default_factory=SignalsConfig)
    weather: WeatherConfig = field(default_factory=WeatherConfig)
    patrols: tuple[PatrolConfig, ...] = ()

    def __post_init__(self) -> None:
        _within(self, stale_after_s=(1, 3600), live_interval_s=(0.1, 10))


def load_fleet_config(path: Path | None) -> FleetConfig:
    """A fleet file; the defaults where there is none. Raises ConfigError."""
    return FleetConfig() if path is None else load_config(path, FleetConfig)
