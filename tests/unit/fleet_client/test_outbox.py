"""From hand-over to acknowledgement, without a broker."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from fleet_client.envelope import Envelope
from fleet_client.lanes import Outgoing
from fleet_client.options import LinkOptions
from fleet_client.outbox import Outbox
from fleet_client.state_builder import MapRef, StateContent
from patrol.clock import SimClock
from patrol.geometry import Pose2
from patrol.incident import Evidence, EvidenceKind
from patrol.vda5050.extension import Ack, AckItem, Backfill, EvidenceChunk
from patrol.vda5050.messages import decode
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).parents[3]
SPEC = load_vehicle(ROOT / "config/vehicles/goalie.yaml")
ADDRESS = VehicleAddress("gwanak", "sunra", "goalie-01")
OPTIONS = LinkOptions(evidence_chunk_bytes=1000, max_payload_bytes=8192)


class Sender:
    """An outbox with its envelope and clock."""

    def __init__(self, spool_path: Path | None = None) -> None:
        self.clock = SimClock(1_790_000_000.0)
        self.envelope = Envelope(ADDRESS, SPEC, MapRef("sillim"), OPTIONS)
        self.outbox = Outbox(self.envelope, self.clock, OPTIONS, spool_path)

    def put_state(self, content: StateContent = StateContent()) -> None:  # noqa: B008 (frozen)
        self.clock.advance(1.0)
        self.outbox.put_state(lambda *header: self.envelope.state(content, [], [], *header))


def evidence(folder: Path, content: bytes) -> Evidence:
    path = folder / "still.jpg"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return Evidence(
        "e1", "i1", EvidenceKind.STILL, "image/jpeg", digest, len(content), 1.0, str(path), True
    )


def test_event_time_is_when_it_was_handed_over() -> None:
    sender = Sender()
    sender.put_state()
    sender.clock.advance(60.0)
    [message] = sender.outbox.collect(0.0)
    assert json.loads(message.payload)["timestamp"] == "2026-09-21T14:13:21.000Z"


def test_backfill_holds_the_states_as_they_were() -> None:
    sender = Sender()
    for _ in range(4):
        sender.put_state(StateContent(battery_pct=55.5))
    first = sender.outbox.on_connect(0.0)
    [message] = sender.outbox.due(0.0)
    batch = decode(message.payload, Backfill)
    assert [state.header_id for state in batch.states] == [0, 1, 2]
    assert json.loads(first[0].payload)["headerId"] == 3
    assert batch.states[0].battery_state.battery_charge == 55.5


def test_acknowledged_messages_are_gone() -> None:
    sender = Sender()
    sender.put_state()
    [message] = sender.outbox.collect(0.0)
    state = json.loads(message.payload)
    items = [AckItem(topic="state", header_id=0, timestamp=state["timestamp"])]
    header = {"header_id": 0, "timestamp": "t", "version": "2.1.0"}
    ack = Ack(items=items, manufacturer="sunra", serial_number="goalie-01", **header)
    sender.outbox.acknowledge(ack)
    sender.outbox.acknowledge(ack)
    assert sender.outbox.acked == 1
    assert sender.outbox.counts().states == 0


def test_evidence_is_spooled_in_pieces_and_its_file_may_go(tmp_path: Path) -> None:
    sender = Sender(tmp_path / "spool.db")
    content = bytes(range(250)) * 10
    item = evidence(tmp_path, content)
    sender.outbox.put_evidence(item)
    sender.outbox.collect(None)
    Path(item.path).unlink()
    sender.outbox.on_connect(0.0)
    chunks = [decode(m.payload, EvidenceChunk) for m in sender.outbox.due(0.0)]
    assert [(c.chunk_index, c.chunk_count) for c in chunks] == [(0, 3), (1, 3), (2, 3)]
    assert b"".join(c.data for c in chunks) == content


@pytest.mark.parametrize("damage", ["missing", "truncated", "altered"])
def test_evidence_that_is_not_as_recorded_is_dropped_with_a_line(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    sender = Sender()
    item = evidence(tmp_path, b"x" * 500)
    path = Path(item.path)
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(b"x" * 400 if damage == "truncated" else b"y" * 500)
    sender.outbox.put_evidence(item)
    sender.put_state()
    assert [message.name for message in sender.outbox.collect(0.0)] == ["state"]
    assert sender.outbox.counts().evidence == 0
    assert caplog.text.count("evidence_dropped") == 1


def test_message_above_the_broker_limit_is_dropped_with_a_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sender = Sender()
    sender.put_state(StateContent(node_states=[(str(n), 2 * n, True) for n in range(500)]))
    sender.put_state()
    [message] = sender.outbox.collect(0.0)
    assert json.loads(message.payload)["headerId"] == 0, "no id is lost to it"
    assert "message_too_large topic=state" in caplog.text


def test_the_same_evidence_handed_over_again_is_not_sent_again(tmp_path: Path) -> None:
    item = evidence(tmp_path, b"x" * 2500)
    first = Sender(tmp_path / "spool.db")
    first.outbox.put_evidence(item)
    first.outbox.put_evidence(item)
    first.outbox.close()
    later = Sender(tmp_path / "spool.db")
    later.outbox.put_evidence(item)
    later.outbox.collect(None)
    assert later.outbox.counts().evidence == 3


def test_only_the_newest_visualization_goes_out() -> None:
    sender = Sender()
    for x_m in (1.0, 2.0):
        sender.outbox.put_visualization(Pose2(x_m, 0.0, 0.0), 1.0, 0.0)
    [message] = sender.outbox.due(0.0)
    assert (message.name, message.qos) == ("visualization", 0)
    assert json.loads(message.payload)["agvPosition"]["x"] == 2.0
    assert sender.outbox.due(0.0) == []


def test_retained_messages() -> None:
    outbox = Sender().outbox
    messages: list[Outgoing] = [outbox.connection("ONLINE"), outbox.factsheet()]
    assert [(m.name, m.qos, m.retain) for m in messages] == [
        ("connection", 1, True),
        ("factsheet", 1, True),
    ]
