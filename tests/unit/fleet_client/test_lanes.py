"""Which message goes next: live before incidents before back-fill before evidence."""

from __future__ import annotations

import json
from dataclasses import replace

from fleet_client.lanes import BACKFILL_WINDOW, Lanes
from fleet_client.options import LinkOptions
from fleet_client.spool import Spool
from fleet_client.spool_entries import Draft

OPTIONS = LinkOptions(
    ack_timeout_s=5.0, ack_timeout_max_s=20.0, backfill_batch=10, backfill_rate_hz=2.0
)


def make(options: LinkOptions = OPTIONS) -> tuple[Spool, Lanes]:
    spool = Spool(None, max_states=10_000, max_bytes=10**9)
    return spool, Lanes(spool, options, lambda states: b"[" + b",".join(states) + b"]")


def fill(spool: Spool, topic: str, count: int) -> list[int]:
    drafts = [Draft(topic, "t", lambda header_id: str(header_id).encode()) for _ in range(count)]
    return [row.header_id for row in spool.append(drafts)]


def acknowledge(spool: Spool, lanes: Lanes, topic: str, ids: list[int]) -> None:
    lanes.on_ack(spool.acknowledge([(topic, header_id, "t") for header_id in ids]))


def test_newest_state_is_the_first_message_of_a_connection() -> None:
    spool, lanes = make()
    fill(spool, "state", 30)
    fill(spool, "incident", 1)
    [first] = lanes.on_connect(0.0)
    assert (first.name, first.payload) == ("state", b"29")
    names = [message.name for message in lanes.due(0.0)]
    assert names == ["incident", "backfill"]


def test_evidence_comes_last_and_few_at_a_time() -> None:
    spool, lanes = make()
    fill(spool, "state", 3)
    fill(spool, "evidence", 9)
    fill(spool, "incident", 2)
    lanes.on_connect(0.0)
    names = [message.name for message in lanes.due(0.0)]
    assert names == ["incident"] * 2 + ["backfill"] + ["evidence"] * OPTIONS.evidence_window
    assert lanes.due(0.1) == [], "the window is full"
    acknowledge(spool, lanes, "evidence", [0, 1])
    assert [message.payload for message in lanes.due(0.2)] == [b"4", b"5"]


def test_backfill_is_oldest_first_and_rate_limited() -> None:
    spool, lanes = make()
    fill(spool, "state", 31)
    lanes.on_connect(0.0)
    sent = [(t / 10, m) for t in range(20) for m in lanes.due(t / 10)]
    assert [json.loads(m.payload) for _, m in sent] == [
        list(range(10)),
        list(range(10, 20)),
        list(range(20, 30)),
    ]
    assert [t for t, _ in sent] == [0.0, 0.5, 1.0]


def test_backfill_waits_when_too_much_is_under_way() -> None:
    spool, lanes = make()
    fill(spool, "state", 100)
    lanes.on_connect(0.0)
    sent = [m for t in range(40) for m in lanes.due(t / 10)]
    assert len(sent) == BACKFILL_WINDOW
    acknowledge(spool, lanes, "state", list(range(10)))
    [after] = lanes.due(4.1)
    assert json.loads(after.payload) == list(range(40, 50))


def test_overdue_backfill_begins_again_with_the_oldest() -> None:
    spool, lanes = make()
    fill(spool, "state", 21)
    lanes.on_connect(0.0)
    lanes.due(0.0)
    lanes.due(0.5)
    acknowledge(spool, lanes, "state", [0, 1, 2])
    [again] = lanes.due(5.0)
    assert json.loads(again.payload) == list(range(3, 13)), "same ids, only what is missing"
    assert lanes.due(14.9) == [], "one at a time, and the wait has doubled"
    assert json.loads(lanes.due(15.0)[0].payload)[0] == 3
    acknowledge(spool, lanes, "state", [3])
    assert json.loads(lanes.due(16.0)[0].payload)[0] == 13, "the server lives: the rest follows"


def test_live_state_without_acknowledgement_becomes_backfill() -> None:
    spool, lanes = make()
    lanes.on_connect(0.0)
    rows = spool.append([Draft("state", "t", lambda header_id: str(header_id).encode())])
    assert [m.name for m in lanes.on_append(rows, 0.0)] == ["state"]
    assert lanes.due(4.9) == []
    [late] = lanes.due(5.0)
    assert (late.name, late.payload) == ("backfill", b"[0]")


def test_incident_is_repeated_with_growing_waits_until_acknowledged() -> None:
    spool, lanes = make()
    fill(spool, "incident", 1)
    lanes.on_connect(0.0)
    times = [t for t in range(100) if lanes.due(float(t))]
    assert times == [0, 5, 15, 35, 55, 75, 95]
    acknowledge(spool, lanes, "incident", [0])
    assert lanes.due(200.0) == []
    assert not lanes.busy


def test_reconnect_sends_everything_again_at_once() -> None:
    spool, lanes = make()
    fill(spool, "incident", 3)
    lanes.on_connect(0.0)
    assert len(lanes.due(0.0)) == 3
    lanes.on_connect(1.0)
    assert len(lanes.due(1.0)) == 3


def test_a_batch_stays_below_the_broker_limit() -> None:
    spool, lanes = make(replace(OPTIONS, max_payload_bytes=1000))
    spool.append([Draft("state", "t", lambda _: b"1" * 200) for _ in range(11)])
    lanes.on_connect(0.0)
    [batch] = lanes.due(0.0)
    assert len(batch.payload) <= 500


def test_empty_spool_sends_nothing() -> None:
    _, lanes = make()
    assert lanes.on_connect(0.0) == []
    assert lanes.due(0.0) == []
