"""A fleet server without sockets: real database file, real services, a broker that remembers."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from fleet_server.accounts import Accounts, put_user
from fleet_server.api.app import create_api
from fleet_server.api.map_models import PublicationView
from fleet_server.api.models import AssignmentView, HealthView
from fleet_server.api.plan_models import PlanSummary
from fleet_server.api.services import Services
from fleet_server.config import FleetConfig, IngestConfig
from fleet_server.dispatch.following import Following
from fleet_server.dispatch.patrols import PatrolService
from fleet_server.dispatch.service import Dispatcher
from fleet_server.dispatch.team import PlanningSetup, TeamPlanning
from fleet_server.fleet import Fleet
from fleet_server.incidents.releases import ReleaseService
from fleet_server.incidents.service import IncidentService
from fleet_server.incidents.suppressions import SuppressionService
from fleet_server.ingest.pipeline import IngestPipeline, Listeners
from fleet_server.live import LiveHub
from fleet_server.maps import MapLibrary
from fleet_server.person_searches.service import PersonSearchService
from fleet_server.placing import Placing
from fleet_server.publishing.following import PublicationFollowing
from fleet_server.publishing.service import MapPublishing
from fleet_server.publishing.versions import MapVersions
from fleet_server.signals.feed import SignalFeed
from fleet_server.store.database import Database, sqlite_url
from fleet_server.weather import WeatherService
from patrol.clock import SimClock, iso_utc
from patrol.geodesy import GeoPoint
from patrol.map import Checkpoint, Dock, Edge, Node, PatrolMap, WayClass
from patrol.vda5050.extension import EvidenceChunk, IncidentMessage
from patrol.vda5050.messages import (
    VERSION,
    AgvPosition,
    BatteryState,
    Connection,
    SafetyState,
    State,
    Velocity,
    encode,
)
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import VehicleSpec, load_vehicle
from tests.unit.fleet_server.driven_vehicle import Driven
from tests.unit.fleet_server.plan_vehicles import BASE, ONE, TWO, Vehicle

START_S = 1_800_000_000.0
GOALIE = VehicleAddress("gwanak", "sunra", "goalie-01")
SPACING_M = 10.0
GOALIE_FILE = Path(__file__).resolve().parents[3] / "config" / "vehicles" / "goalie.yaml"
PASSWORD = "correct horse"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def kit() -> ModuleType:
    """This module, for its makers of messages and maps."""
    return sys.modules[__name__]


def square_map(side: int = 10) -> PatrolMap:
    """A square loop, `side` nodes of 10 m a side, driven both ways; the dock is node 0."""
    corners = [(0, 0, 1, 0), (side, 0, 0, 1), (side, side, -1, 0), (0, side, 0, -1)]
    places = [
        ((x + dx * i) * SPACING_M, (y + dy * i) * SPACING_M)
        for x, y, dx, dy in corners
        for i in range(side)
    ]
    nodes = {i: Node(i, x, y) for i, (x, y) in enumerate(places)}
    count = len(places)
    pairs = [(i, (i + 1) % count) for i in range(count)]
    pairs += [(b, a) for a, b in pairs]
    edges = {
        1000 + n: Edge(1000 + n, a, b, SPACING_M, 1.39, 4.0, WayClass.ALLEY)
        for n, (a, b) in enumerate(pairs)
    }
    return PatrolMap(
        map_id="square",
        name="Square",
        origin=GeoPoint(37.48, 126.93),
        nodes=nodes,
        edges=edges,
        checkpoints=(
            Checkpoint("cp-a", "A", side, 5.0),
            Checkpoint("cp-b", "B", 2 * side + 3, 0.0),
        ),
        docks=(Dock("dock", "Dock", 0, 0.0),),
    )


def make_state(
    header_id: int = 1,
    time_s: float = START_S,
    address: VehicleAddress = GOALIE,
    **changes: object,
) -> State:
    """A vehicle that stands at node 0 and does nothing."""
    values: dict[str, object] = {
        "order_id": "",
        "order_update_id": 0,
        "last_node_id": "0",
        "last_node_sequence_id": 0,
        "driving": False,
        "operating_mode": "AUTOMATIC",
        "node_states": [],
        "edge_states": [],
        "action_states": [],
        "battery_state": BatteryState(battery_charge=80.0, charging=False),
        "errors": [],
        "safety_state": SafetyState(e_stop="NONE", field_violation=False),
        "agv_position": AgvPosition(
            x=0.0, y=0.0, theta=0.0, map_id="square", position_initialized=True
        ),
        "velocity": Velocity(vx=0.0),
    }
    return State(
        header_id=header_id,
        timestamp=iso_utc(time_s),
        version=VERSION,
        manufacturer=address.manufacturer,
        serial_number=address.serial_number,
        **{**values, **changes},  # type: ignore[arg-type]
    )


def make_connection(
    state: str = "ONLINE", header_id: int = 1, time_s: float = START_S
) -> Connection:
    return Connection(
        header_id=header_id,
        timestamp=iso_utc(time_s),
        version=VERSION,
        manufacturer=GOALIE.manufacturer,
        serial_number=GOALIE.serial_number,
        connection_state=state,  # type: ignore[arg-type]
    )


def make_incident(revision: int = 1, **changes: object) -> IncidentMessage:
    """A person who lies at (5, 0)."""
    values: dict[str, object] = {
        "incident_id": "inc-1",
        "kind": "collapsed_person",
        "severity": "critical",
        "phase": "opened",
        "map_id": "square",
        "x": 5.0,
        "y": 0.0,
        "position_sigma": 0.3,
        "started_at": iso_utc(START_S - 3),
        "detected_at": iso_utc(START_S - 1),
        "updated_at": iso_utc(START_S + revision),
        "confidence": 0.8,
        "rule_version": "1",
        "details": {"lying_s": 4.0},
    }
    return IncidentMessage(
        header_id=revision,
        timestamp=iso_utc(START_S + revision),
        version=VERSION,
        manufacturer=GOALIE.manufacturer,
        serial_number=GOALIE.serial_number,
        revision=revision,
        **{**values, **changes},  # type: ignore[arg-type]
    )


def make_chunks(content: bytes, size: int, **changes: object) -> list[EvidenceChunk]:
    """A file in pieces of `size` bytes."""
    parts = [content[i : i + size] for i in range(0, len(content), size)]
    values: dict[str, object] = {
        "evidence_id": "ev-1",
        "incident_id": "inc-1",
        "kind": "still",
        "media_type": "image/jpeg",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
        "captured_at": iso_utc(START_S),
        "blurred": True,
        "chunk_count": len(parts),
    }
    return [
        EvidenceChunk(
            header_id=index,
            timestamp=iso_utc(START_S),
            version=VERSION,
            manufacturer=GOALIE.manufacturer,
            serial_number=GOALIE.serial_number,
            chunk_index=index,
            data=part,
            **{**values, **changes},  # type: ignore[arg-type]
        )
        for index, part in enumerate(parts)
    ]


def make_chunk(content: bytes) -> EvidenceChunk:
    """A file in one piece."""
    return make_chunks(content, len(content))[0]


def make_teams(
    database: Database,
    fleet: Fleet,
    maps: MapLibrary,
    dispatcher: Dispatcher,
    clock: SimClock,
    shown: list[PlanSummary] | None = None,
    **changes: object,
) -> TeamPlanning:
    """Plans of goalies; as after a restart, when made anew over the same database."""
    setup = PlanningSetup(load_vehicle(GOALIE_FILE), 15.0, **changes)  # type: ignore[arg-type]
    show = shown.append if shown is not None else lambda _summary: None
    return TeamPlanning(database, fleet, maps, dispatcher, setup, clock, show)


@dataclass
class Rig:
    """The services of a server, and what was published."""

    database: Database
    clock: SimClock
    fleet: Fleet
    maps: MapLibrary
    pipeline: IngestPipeline
    dispatcher: Dispatcher
    services: Services
    evidence_dir: Path
    published: list[tuple[str, bytes, int]] = field(default_factory=list)
    incident_ids: list[set[str]] = field(default_factory=list)
    assignments: list[AssignmentView] = field(default_factory=list)
    shown: list[PublicationView] = field(default_factory=list)
    shown_plans: list[PlanSummary] = field(default_factory=list)
    shown_searches: list[tuple[str, str]] = field(default_factory=list)
    broker_up: bool = True

    def publish(self, topic: str, payload: bytes, qos: int) -> bool:
        if self.broker_up:
            self.published.append((topic, payload, qos))
        return self.broker_up

    def sent(self, name: str) -> list[bytes]:
        """Payloads published on a topic name."""
        return [payload for topic, payload, _ in self.published if topic.endswith("/" + name)]

    async def take(self, name: str, *messages: object) -> None:
        """Messages of GOALIE arrive and are committed."""
        raw = [
            (GOALIE.topic(name), m if isinstance(m, bytes) else encode(m))  # type: ignore[arg-type]
            for m in messages
        ]
        self.pipeline._acknowledge(await self.pipeline._commit(raw))


async def restart(rig: Rig, app: Any = None) -> None:
    """The dispatching part of a server that was killed and started again, over its database."""
    config = FleetConfig().dispatch
    following = Following(
        rig.database,
        rig.fleet,
        rig.maps,
        config,
        rig.clock,
        rig.publish,
        rig.assignments.append,
        load_vehicle(GOALIE_FILE),
    )
    rig.dispatcher = Dispatcher(rig.database, rig.fleet, rig.maps, config, rig.clock, following)
    await rig.dispatcher.resume()
    teams = make_teams(
        rig.database, rig.fleet, rig.maps, rig.dispatcher, rig.clock, rig.shown_plans
    )
    await teams.resume()
    rig.services = replace(rig.services, dispatcher=rig.dispatcher, teams=teams)
    if app is not None:
        app.state.services = rig.services


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with five users: migrations and argon2 take their time once."""
    path = tmp_path_factory.mktemp("template") / "fleet.db"
    database = Database(sqlite_url(path))
    database.open()
    for username, role in (
        ("minji", "operator"),
        ("guest", "viewer"),
        ("root", "admin"),
        ("officer", "privacy_officer"),
        ("signals", "city_signals"),
    ):
        database.write_now(put_user, username, PASSWORD, role, START_S)
    database.close()
    return path


@pytest.fixture
def rig(tmp_path: Path, template: Path) -> Iterator[Rig]:
    config = FleetConfig(ingest=IngestConfig(quarantine_rows=3, evidence_max_bytes=10_000))
    clock = SimClock(START_S)
    shutil.copy(template, tmp_path / "fleet.db")
    database = Database(sqlite_url(tmp_path / "fleet.db"))
    maps = MapLibrary([square_map()], tmp_path / "maps")
    fleet = Fleet(maps, config.stale_after_s, clock.now_s)
    holder: list[Rig] = []

    def publish(topic: str, payload: bytes, qos: int) -> bool:
        return holder[0].publish(topic, payload, qos)

    following = Following(
        database,
        fleet,
        maps,
        config.dispatch,
        clock,
        publish,
        lambda view: holder[0].assignments.append(view),
        load_vehicle(GOALIE_FILE),
    )
    dispatcher = Dispatcher(database, fleet, maps, config.dispatch, clock, following)
    versions = MapVersions(database, maps, fleet, clock)
    followed = PublicationFollowing(
        database, fleet, maps, clock, publish, lambda view: holder[0].shown.append(view), 5.0
    )
    publishing = MapPublishing(database, fleet, versions, clock, followed)
    evidence_dir = tmp_path / "evidence"
    pipeline = IngestPipeline(
        database,
        fleet,
        config.ingest,
        evidence_dir,
        clock,
        Listeners(
            lambda item: dispatcher.on_state(item.vehicle_id),
            lambda ids: holder[0].incident_ids.append(ids),
            publish,
        ),
    )
    accounts = Accounts(database, config.session, clock)
    shown_plans: list[PlanSummary] = []
    incidents = IncidentService(database, maps, clock, evidence_dir, config.suppression)
    services = Services(
        database,
        accounts,
        fleet,
        maps,
        versions,
        publishing,
        PatrolService(database, maps, clock),
        dispatcher,
        Placing(database, fleet, maps, clock, publish),
        make_teams(database, fleet, maps, dispatcher, clock, shown_plans),
        incidents,
        SuppressionService(database, maps, clock),
        ReleaseService(database, incidents, fleet, clock, publish),
        PersonSearchService(
            database,
            maps,
            incidents,
            clock,
            30 * 86_400.0,
            lambda case: holder[0].shown_searches.append((case.case_id, case.state)),
        ),
        LiveHub(fleet, 0.5),
        WeatherService(database, fleet, clock, publish),
        SignalFeed(maps, fleet, clock),
        lambda: _health(fleet),
    )
    made = Rig(database, clock, fleet, maps, pipeline, dispatcher, services, evidence_dir)
    made.shown_plans = shown_plans
    holder.append(made)
    yield holder[0]
    database.close()


def _health(fleet: Fleet) -> HealthView:
    names = [
        name
        for name in HealthView.model_fields
        if name not in ("status", "version", "broker", "database", "database_trouble")
    ]
    values = {**dict.fromkeys(names, 0), "vehicles_online": fleet.online_count()}
    values["database_trouble"] = None
    return HealthView.model_validate(
        {"status": "ok", "version": "test", "broker": "up", "database": "up", **values}
    )


@pytest.fixture
def app(rig: Rig, tmp_path: Path) -> object:
    return create_api(rig.services, tmp_path / "no-console")


@pytest.fixture
async def team(rig: Rig, kit: ModuleType) -> list[Vehicle]:
    """Two vehicles, online at node 0."""
    found = [Vehicle(rig, kit, address) for address in (ONE, TWO)]
    for vehicle in found:
        await vehicle.connect()
        await vehicle.at(0)
    return found


@pytest.fixture
async def client(app: Any, kit: ModuleType) -> AsyncIterator[httpx.AsyncClient]:
    """An operator, logged in."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        await client.post("/session", json={"username": "minji", "password": PASSWORD})
        yield client


@pytest.fixture
def spec() -> VehicleSpec:
    return load_vehicle(GOALIE_FILE)


@pytest.fixture
def square(rig: Rig) -> PatrolMap:
    found = rig.maps.find("square")
    assert found is not None
    return found


@pytest.fixture
async def vehicle(rig: Rig, kit: ModuleType, spec: VehicleSpec, square: PatrolMap) -> Driven:
    """Drives what it is sent; online at the dock."""
    made = Driven(rig, kit, spec, square)
    await made.connect()
    return made
