"""The smaller parts: settings, enrolment, broker file, live feed, retention, migrations."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from fleet_server.broker import broker_program
from fleet_server.broker_config import (
    BrokerPlace,
    render,
    server_permissions,
    subject,
    vehicle_permissions,
)
from fleet_server.cli import enroll_command
from fleet_server.config import BrokerConfig, RetentionConfig, load_fleet_config
from fleet_server.enrolment import Enrolment
from fleet_server.incidents.same_event import Report
from fleet_server.live import QUEUE_MESSAGES
from fleet_server.retention import Retention
from fleet_server.store import plan_tables
from fleet_server.store import tables as t
from fleet_server.store.database import MIGRATIONS, Database
from patrol.errors import ConfigError
from patrol.map_geojson import load_map
from patrol.vda5050.topic_names import VehicleAddress, subscriptions

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[3]


# ------------------------------------------------------------------------------------ settings


def test_shipped_settings_load_and_name_real_checkpoints() -> None:
    config = load_fleet_config(ROOT / "config/fleet.yaml")
    sillim = load_map(ROOT / "maps/sillim.geojson")
    for patrol in config.patrols:
        assert [sillim.checkpoint(c) for c in patrol.checkpoint_ids]


def test_first_patrol_is_a_loop_of_600_to_800_m() -> None:
    from navigation.planning.patrol_tour import plan_patrol

    config = load_fleet_config(ROOT / "config/fleet.yaml")
    sillim = load_map(ROOT / "maps/sillim.geojson")
    first, dock = config.patrols[0], sillim.docks[0]
    assert first.name == "첫 순찰 (First patrol)"
    tour = plan_patrol(sillim, dock.node_id, first.checkpoint_ids, first.order, dock)
    assert 600 <= tour.length_m <= 800
    assert tour.u_turn_node_ids == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("intreface: x", "unknown key 'intreface'"),
        ("broker: {port: 70000}", "port: 70000 is outside"),
        ("broker: {embedded: false, port: 0}", "an outside broker needs a port"),
        ("dispatch: {base_edges: 2, extend_below_edges: 9}", "is above base_edges"),
        ("patrols: [{name: P, map_id: m, checkpoint_ids: [], order: given}]", "at least one"),
        ("patrols: [{name: P, map_id: m, checkpoint_ids: [a], order: fast}]", "none of: given"),
    ],
)
def test_bad_setting_is_one_clear_line(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=reason) as caught:
        load_fleet_config(path)
    assert str(caught.value).startswith(f"{path}:1: ")


# ----------------------------------------------------------------------------------- enrolment


def enroll(data_dir: Path, *arguments: str) -> Any:
    return CliRunner().invoke(enroll_command, ["--data", str(data_dir), *arguments])


def test_enrolment_writes_private_credentials(tmp_path: Path) -> None:
    assert enroll(tmp_path, "sunra/goalie-01").exit_code == 0
    path = tmp_path / "credentials/sunra/goalie-01.json"
    assert path.stat().st_mode & 0o777 == 0o600
    content = json.loads(path.read_text())
    assert set(content) == {
        "host", "port", "username", "password", "interface", "manufacturer", "serial_number",
    }  # fmt: skip
    assert len(content["password"]) >= 40


def test_enrolling_again_keeps_the_password(tmp_path: Path) -> None:
    enroll(tmp_path, "sunra/goalie-01")
    before = Enrolment(tmp_path).vehicles()
    enroll(tmp_path, "sunra/goalie-01")
    enroll(tmp_path, "--count", "3", "--prefix", "light")
    after = Enrolment(tmp_path).vehicles()
    assert after["sunra/goalie-01"] == before["sunra/goalie-01"]
    assert sorted(after) == ["sunra/goalie-01", *(f"sunra/light-0{n}" for n in (1, 2, 3))]


@pytest.mark.parametrize("name", ["goalie", "a/b/c", "sunra/", "sunra/gö", "sunra/a b", "sunra/+"])
def test_impossible_vehicle_name_is_refused(tmp_path: Path, name: str) -> None:
    result = enroll(tmp_path, name)
    assert isinstance(result.exception, ConfigError)
    assert Enrolment(tmp_path).vehicles() == {}


def test_damaged_file_is_named(tmp_path: Path) -> None:
    enrolment = Enrolment(tmp_path)
    enrolment.folder.mkdir()
    (enrolment.folder / "vehicles.json").write_text('{"a":')
    with pytest.raises(ConfigError, match=r"vehicles\.json: damaged"):
        enrolment.vehicles()


# -------------------------------------------------------------------------------------- broker


def test_subject_of_a_topic_doubles_dots() -> None:
    assert subject("gwanak/v2/a.b/c-1/x-sunra/v1/ack") == "gwanak.v2.a//b.c-1.x-sunra.v1.ack"


def test_vehicle_may_speak_and_hear_only_for_itself() -> None:
    permissions = vehicle_permissions(VehicleAddress("gwanak", "sunra", "goalie-01"))
    for subjects in permissions.values():
        for name in subjects:
            assert name.startswith("gwanak.v2.sunra.goalie-01.")
            assert "*" not in name
            assert ">" not in name
    assert not set(permissions["publish"]) & set(permissions["subscribe"])


def test_server_may_hear_all_it_subscribes_to() -> None:
    allowed = set(server_permissions("gwanak")["subscribe"])
    assert {subject(f).replace("+", "*") for f, _ in subscriptions("gwanak")} <= allowed


def test_broker_accepts_its_file(tmp_path: Path) -> None:
    enrolment = Enrolment(tmp_path)
    enroll(tmp_path, "sunra/a.b:c_d-1")
    place = BrokerPlace(tmp_path / "broker", "127.0.0.1", 1883)
    text = render(
        place, BrokerConfig(), "gwanak", enrolment.server_secret(), enrolment.vehicles().values()
    )
    place.config_file.write_text(text)
    checked = subprocess.run(
        [broker_program(), "-t", "-c", str(place.config_file)], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


# ----------------------------------------------------------------------------------- live feed


async def test_feed_sends_what_changed_once(rig: Any, kit: Any) -> None:
    live = rig.services.live
    await rig.take("connection", kit.make_connection())
    with live.client() as client:
        await rig.take("state", kit.make_state(1))
        live.flush()
        live.flush()
        message = json.loads(client.queue.get_nowait())
        assert message["type"] == "vehicles"
        assert message["vehicles"][0]["vehicle_id"] == "sunra/goalie-01"
        assert client.queue.empty()
        rig.clock.advance(20)  # silence is news
        live.flush()
        late = json.loads(client.queue.get_nowait())
        assert late["vehicles"][0]["connection"] == "CONNECTIONBROKEN"
    assert len(live) == 0


async def test_slow_client_is_dropped_and_others_stay(rig: Any) -> None:
    live = rig.services.live
    with live.client() as slow, live.client() as quick:
        for n in range(QUEUE_MESSAGES + 1):
            live.send({"type": "assignment", "n": n})
            quick.queue.get_nowait()
        assert slow.dropped.is_set()
        assert not quick.dropped.is_set()


# ---------------------------------------------------------------------------------- connection


async def test_last_will_is_believed_until_a_live_state_comes(rig: Any, kit: Any) -> None:
    await rig.take("connection", kit.make_connection())
    await rig.take("state", kit.make_state(1))
    record = rig.fleet.find("sunra/goalie-01")
    rig.clock.advance(1)
    await rig.take("connection", kit.make_connection("CONNECTIONBROKEN", 0))
    assert rig.fleet.connection_of(record) == "CONNECTIONBROKEN"
    rig.clock.advance(1)
    await rig.take("state", kit.make_state(2, kit.START_S + 2))
    assert rig.fleet.connection_of(record) == "ONLINE"


async def test_visualization_moves_the_vehicle_and_is_not_stored(rig: Any, kit: Any) -> None:
    from patrol.clock import iso_utc
    from patrol.vda5050.messages import VERSION, AgvPosition, Visualization, encode

    await rig.take("state", kit.make_state(1))
    moved = Visualization(
        header_id=1,
        timestamp=iso_utc(kit.START_S + 0.5),
        version=VERSION,
        manufacturer="sunra",
        serial_number="goalie-01",
        agv_position=AgvPosition(
            x=3.0, y=0.0, theta=0.0, map_id="square", position_initialized=True
        ),
    )
    await rig.pipeline.handle(kit.GOALIE.topic("visualization"), encode(moved))
    record = rig.fleet.find("sunra/goalie-01")
    assert rig.fleet.view(record).position.x_m == 3.0
    assert record.state.agv_position.x == 0.0


# ----------------------------------------------------------------------------------- retention


async def test_old_states_and_evidence_go_and_new_ones_stay(rig: Any, kit: Any) -> None:
    await rig.take("state", kit.make_state(1, kit.START_S))
    await rig.take("incident", kit.make_incident(1))
    await rig.take("evidence", kit.make_chunk(b"picture"))
    (file,) = rig.evidence_dir.rglob("*.jpg")
    config = RetentionConfig(state_days=1, evidence_days=1)
    retention = Retention(rig.database, config, rig.evidence_dir, rig.clock)
    assert await retention.once() == (0, 0)
    rig.clock.advance(86400 + 1)
    await rig.take("state", kit.make_state(2, kit.START_S + 86400))
    assert await retention.once() == (1, 1)
    assert not file.exists()
    kept = await rig.database.read(
        lambda c: c.execute(sa.select(t.state_history.c.header_id)).scalars().all()
    )
    assert kept == [2]
    (incident,) = await rig.services.incidents.views(only_open=True)
    assert incident.evidence == []


# ---------------------------------------------------------------------------------- migrations


def test_migrations_make_the_tables_of_the_code(template: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{template}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, t.metadata) == []
    engine.dispose()


def test_an_incident_of_before_covariances_is_kept_and_round(tmp_path: Path) -> None:
    """From the schema of 0010, there and back."""
    url, old = f"sqlite:///{tmp_path}/fleet.db", sa.MetaData()
    config, engine = Config(), sa.create_engine(url)
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0010")
        incidents = sa.Table("incidents", old, autoload_with=connection)
        row = {
            column.name: 0.5 if isinstance(column.type, sa.Double) else "0"
            for column in incidents.c
            if not column.nullable
        }
        connection.execute(sa.insert(incidents).values(**row))
    database = Database(url)
    database.open()
    database.close()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (kept,) = connection.execute(sa.select(t.incidents)).mappings()
        assert kept["position_covariance_m2"] is None
        assert Report.of(dict(kept) | {"details": {}}).covariance_m2 == (0.25, 0.0, 0.25)
        command.downgrade(config, "0010")
        (back,) = connection.execute(sa.select(incidents)).mappings()
        assert back == {column.name: kept[column.name] for column in incidents.c}
        columns = [column["name"] for column in sa.inspect(connection).get_columns("incidents")]
        assert columns == [column.name for column in incidents.c]
    engine.dispose()


def test_database_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/missing/fleet.db")
    with pytest.raises(ConfigError, match="cannot be opened"):
        database.open()
    database.close()
    with pytest.raises(ConfigError, match="database_url"):
        Database("nonsense")


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_both_dialects_take_the_tables_of_plans(dialect: sa.Dialect) -> None:
    for table in (plan_tables.plans, plan_tables.next_routes):
        created = str(CreateTable(table).compile(dialect=dialect))
        assert created.count("JSON") == sum(isinstance(c.type, sa.JSON) for c in table.c)
        for index in table.indexes:
            assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=dialect))
