"""Messages into rows: once, in order, and never a crash."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from fleet_server.ingest.decode import decode_message
from fleet_server.store import tables as t
from fleet_server.store.history import select_track
from fleet_server.store.telemetry import store_batch
from patrol.clock import iso_utc
from patrol.covariance import sigma_of
from patrol.vda5050.extension import Ack, Backfill
from patrol.vda5050.messages import VERSION, AgvPosition, decode, encode

pytestmark = pytest.mark.anyio


async def rows(rig: Any, table: sa.Table) -> list[Any]:
    return await rig.database.read(lambda c: c.execute(sa.select(table)).mappings().all())


def acked(rig: Any) -> list[tuple[str, int]]:
    acks = [decode(payload, Ack) for payload in rig.sent("ack")]
    return [(item.topic, item.header_id) for ack in acks for item in ack.items]


async def test_state_is_stored_once_and_acknowledged_twice(rig: Any, kit: Any) -> None:
    state = kit.make_state(7)
    await rig.take("state", state, state)
    await rig.take("state", state)
    assert len(await rows(rig, t.state_history)) == 1
    assert acked(rig) == [("state", 7)] * 3
    assert rig.pipeline.counters.duplicates == 2


async def test_backfill_enters_history_and_leaves_the_last_state(rig: Any, kit: Any) -> None:
    await rig.take("state", kit.make_state(9, kit.START_S + 9, last_node_id="9"))
    old = [kit.make_state(n, kit.START_S + n, last_node_id=str(n)) for n in (1, 2)]
    header = {"header_id": 1, "timestamp": iso_utc(kit.START_S + 10), "version": VERSION}
    await rig.take(
        "backfill",
        Backfill(**header, manufacturer="sunra", serial_number="goalie-01", states=old),
    )
    history = await rows(rig, t.state_history)
    assert [(row["header_id"], row["late"]) for row in history] == [
        (1, True),
        (2, True),
        (9, False),
    ]
    assert (await rows(rig, t.last_state))[0]["header_id"] == 9
    assert rig.fleet.find("sunra/goalie-01").state.last_node_id == "9"
    assert acked(rig)[-2:] == [("state", 1), ("state", 2)]


async def test_last_state_survives_a_restart(rig: Any, kit: Any) -> None:
    await rig.take("connection", kit.make_connection())
    await rig.take("state", kit.make_state(3, last_node_id="4"))
    again = type(rig.fleet)(rig.maps, 15.0, rig.clock.now_s)
    await rig.database.read(again.load)
    record = again.find("sunra/goalie-01")
    assert record.state.last_node_id == "4"
    assert again.connection_of(record) == "ONLINE"


@pytest.mark.parametrize("ahead_s", [3600.0, 86400.0 * 400])
async def test_a_clock_that_was_ahead_hides_its_vehicle_no_longer_than_it_was(
    rig: Any, kit: Any, ahead_s: float
) -> None:
    def state(number: int, time_s: float) -> Any:
        place = AgvPosition(
            x=float(number), y=0.0, theta=0.0, map_id="square", position_initialized=True
        )
        return kit.make_state(
            number, kit.START_S + time_s, last_node_id=str(number), agv_position=place
        )

    await rig.take("state", state(2, ahead_s + 2))
    await rig.take("state", state(1, ahead_s + 1))  # of the wrong clock, too: it is older
    record = rig.fleet.find("sunra/goalie-01")
    assert record.state.last_node_id == "2"
    await rig.take("state", state(3, 3))
    assert (record.state.last_node_id, record.position.x) == ("3", 3.0)
    await rig.take("state", state(4, 2))
    assert record.state.last_node_id == "3", "it moves only forward again"
    assert [row["header_id"] for row in await rows(rig, t.last_state)] == [3]
    assert len(await rows(rig, t.state_history)) == 4
    track = await rig.database.read(select_track, "sunra/goalie-01", 0.0, record.event_time_s)
    assert [x_m for _, x_m, _, _ in track] == [4.0, 3.0], "nor does its track lead there"


BAD = [
    (b"not json", "not JSON"),
    (b"[]", "Expected"),
    (b"{}", "missing required field"),
    (b'{"headerId": 1e999}', "State"),
]


@pytest.mark.parametrize(("payload", "reason"), BAD)
async def test_malformed_message_is_quarantined(
    rig: Any, kit: Any, payload: bytes, reason: str
) -> None:
    await rig.take("state", payload, kit.make_state(1))
    kept = await rows(rig, t.quarantine)
    assert len(kept) == 1
    assert reason in kept[0]["reason"]
    assert rig.pipeline.counters.quarantined == 1
    assert rig.pipeline.counters.states == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"serialNumber": "goalie-02"}, "topic says 'sunra/goalie-01'"),
        ({"version": "1.1.0"}, "version '1.1.0' is not 2.x"),
        ({"timestamp": "yesterday"}, "yesterday"),
        ({"timestamp": "2026-01-01T00:00:00"}, "has no zone"),
        ({"headerId": 2**63}, "headerId"),
        ({"headerId": -1}, "headerId"),
        ({"lastNodeSequenceId": 2**60}, "lastNodeSequenceId"),
    ],
)
async def test_wrong_header_is_quarantined_and_acknowledged(
    rig: Any, kit: Any, changes: dict[str, Any], reason: str
) -> None:
    message = msgspec.json.decode(encode(kit.make_state(5))) | changes
    await rig.take("state", msgspec.json.encode(message))
    assert reason in (await rows(rig, t.quarantine))[0]["reason"]
    assert await rows(rig, t.state_history) == []
    assert len(acked(rig)) == 1  # the vehicle need not send it for ever


NONE = "must be xx, xy, yy in m² with xx, yy >= 0, xy² <= xx yy and no axis above 1000 m"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ([0.09, 0.1, 0.04], f"positionCovariance [0.09, 0.1, 0.04] {NONE}"),
        ([-0.09, 0.0, 0.04], NONE),
        ([1e20, 1e20, 1e20], NONE),
        ([0.09, 0.0], "Expected `array` of length 3"),
        ([0.09, None, 0.09], "Expected `float`"),
        ("wide", "Expected `array | null`"),
        ([4.0, 0.0, 0.04], "has a larger axis of 2 m, and positionSigma says 0.3 m"),
    ],
)
async def test_what_can_be_no_covariance_of_its_sigma_is_quarantined(
    rig: Any, kit: Any, told: Any, reason: str
) -> None:
    payload = json.loads(encode(kit.make_incident(1)))
    assert "positionCovariance" not in payload, "as of an older vehicle"
    payload["positionCovariance"] = told
    await rig.take("incident", json.dumps(payload).encode())
    assert reason in (await rows(rig, t.quarantine))[0]["reason"]
    assert await rows(rig, t.incidents) == []


async def test_a_covariance_is_kept_as_it_was_told_and_none_as_none(rig: Any, kit: Any) -> None:
    told = (0.09, 0.02, 0.01)
    sigma_m = sigma_of(told)
    await rig.take(
        "incident",
        kit.make_incident(1),
        kit.make_incident(
            1, incident_id="inc-2", x=50.0, position_sigma=sigma_m, position_covariance=told
        ),
    )
    kept = {row["incident_id"]: row for row in await rows(rig, t.incidents)}
    assert kept["inc-1"]["position_covariance_m2"] is None
    assert kept["inc-2"]["position_covariance_m2"] == list(told)
    without = sa.select(t.incidents.c.incident_id).where(
        t.incidents.c.position_covariance_m2.is_(None)
    )
    assert await rig.database.read(lambda c: c.execute(without).scalars().all()) == ["inc-1"]


async def test_quarantine_is_bounded(rig: Any) -> None:
    for n in range(9):
        await rig.take("state", b"bad %d" % n)
    kept = await rows(rig, t.quarantine)
    assert [row["payload"] for row in kept] == [b"bad 6", b"bad 7", b"bad 8"]


async def test_message_the_database_refuses_does_not_stop_the_others(rig: Any, kit: Any) -> None:
    foreign = kit.make_incident()
    await rig.take("incident", foreign)
    other = kit.VehicleAddress("gwanak", "sunra", "goalie-02")
    stolen = msgspec.structs.replace(foreign, serial_number="goalie-02", revision=2)
    raw = [
        (other.topic("incident"), encode(stolen)),
        (kit.GOALIE.topic("state"), encode(kit.make_state(1))),
    ]
    await rig.pipeline._commit(raw)
    assert "belongs to another vehicle" in (await rows(rig, t.quarantine))[0]["reason"]
    assert len(await rows(rig, t.state_history)) == 1
    assert (await rows(rig, t.incidents))[0]["vehicle_id"] == "sunra/goalie-01"


async def test_incident_revisions_out_of_order_do_not_regress(rig: Any, kit: Any) -> None:
    await rig.take("incident", kit.make_incident(3, phase="updated", confidence=0.9))
    await rig.take("incident", kit.make_incident(1), kit.make_incident(3, phase="updated"))
    assert len(await rows(rig, t.incident_revisions)) == 2
    kept = (await rows(rig, t.incidents))[0]
    assert (kept["revision"], kept["confidence"], kept["phase"]) == (3, 0.9, "updated")


async def test_judgement_survives_a_later_revision(rig: Any, kit: Any) -> None:
    await rig.take("incident", kit.make_incident(1))
    await rig.services.incidents.resolve("inc-1", "minji", "true_alarm", "119 called")
    await rig.take("incident", kit.make_incident(2, phase="closed"))
    view = (await rig.services.incidents.views(only_open=False))[0]
    assert (view.phase, view.status, view.verdict) == ("closed", "resolved", "true_alarm")


async def test_evidence_is_whole_when_every_chunk_is_there(rig: Any, kit: Any) -> None:
    content = bytes(range(256)) * 8
    first, second, third = kit.make_chunks(content, 1000)
    await rig.take("incident", kit.make_incident())
    await rig.take("evidence", third, first, first)
    assert (await rows(rig, t.evidence))[0]["status"] == "receiving"
    await rig.take("evidence", second)
    row = (await rows(rig, t.evidence))[0]
    assert row["status"] == "complete"
    assert (rig.evidence_dir / row["path"]).read_bytes() == content
    assert await rows(rig, t.evidence_chunks) == []
    assert rig.incident_ids[-1] == {"inc-1"}
    await rig.take("evidence", second)
    assert await rows(rig, t.evidence_chunks) == []


async def test_altered_evidence_is_not_taken(rig: Any, kit: Any) -> None:
    content = b"x" * 100
    first, second = kit.make_chunks(content, 50)
    second = msgspec.structs.replace(second, data=b"y" * 50)
    await rig.take("evidence", first, second)
    row = (await rows(rig, t.evidence))[0]
    assert (row["status"], row["path"]) == ("corrupt", None)
    assert list(rig.evidence_dir.rglob("*.jpg")) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"evidence_id": "../../etc/passwd"},
        {"evidence_id": ".."},
        {"media_type": "text/html"},
        {"sha256": "0" * 63},
        {"size_bytes": 10_001},
        {"size_bytes": 0},
        {"chunk_count": 0},
        {"chunk_count": 10**6},
        {"kind": "film"},
    ],
)
async def test_impossible_evidence_is_quarantined(
    rig: Any, kit: Any, changes: dict[str, Any]
) -> None:
    await rig.take("evidence", *kit.make_chunks(b"x" * 100, 100, **changes))
    assert await rows(rig, t.evidence) == []
    assert len(await rows(rig, t.quarantine)) == 1


async def test_crash_before_assembly_is_made_good_at_the_start(rig: Any, kit: Any) -> None:
    from fleet_server.store.evidence import whole_files

    piece = kit.make_chunks(b"x" * 100, 100)[0]
    raw = [decode_message(kit.GOALIE.topic("evidence"), encode(piece), 10_000)]
    await rig.database.write(store_batch, raw, kit.START_S, 10)
    whole = await rig.database.read(whole_files)
    await rig.pipeline._assemble(whole)
    assert (await rows(rig, t.evidence))[0]["status"] == "complete"


@given(payload=st.binary(max_size=200))
def test_decoding_never_raises(payload: bytes) -> None:
    for name in ("state", "connection", "incident", "x-sunra/v1/evidence", "x-sunra/v1/backfill"):
        decoded = decode_message(f"gwanak/v2/sunra/goalie-01/{name}", payload, 1000)
        assert decoded.problem is not None


@pytest.mark.parametrize("topic", ["", "a/b", "gwanak/v2/sunra/goalie-01/order", "a/v2/b/c/d/e/f"])
def test_topic_that_is_not_ours_is_refused(topic: str) -> None:
    assert decode_message(topic, b"{}", 1000).problem
