"""The inbox: bounded in bytes, whatever comes; what it drops comes again and is stored once."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from fleet_client.envelope import Envelope
from fleet_client.lanes import Outgoing
from fleet_client.options import LinkOptions
from fleet_client.outbox import Outbox
from fleet_client.state_builder import MapRef, StateContent
from fleet_server.config import IngestConfig
from fleet_server.ingest.inbox import BATCH_BYTES, DROPPED_IN_TURN, OVERHEAD_BYTES, Inbox
from fleet_server.ingest.pipeline import IngestPipeline, Listeners
from fleet_server.store import tables as t
from patrol.clock import SimClock
from patrol.vda5050.extension import Ack
from patrol.vda5050.messages import decode
from patrol.vda5050.topic_names import (
    AT_MOST_ONCE,
    EXTENSION_TO_SERVER,
    TO_SERVER,
    VehicleAddress,
    parse_topic,
    qos_of,
)
from patrol.vehicle import load_vehicle

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
A_MESSAGE = OVERHEAD_BYTES + 1  # bytes of one with a payload of one
STATE, BACKFILL, INCIDENT = "a/state", "a/backfill", "a/incident"


async def taken(inbox: Inbox) -> list[bytes]:
    return [item.payload for item in await inbox.batch(0.0)]


def test_all_that_is_spooled_and_unacknowledged_by_the_broker_may_be_dropped() -> None:
    names = {name for name in (*TO_SERVER, *EXTENSION_TO_SERVER) if qos_of(name) == AT_MOST_ONCE}
    assert {end.removeprefix("/") for end in DROPPED_IN_TURN} == names - {"visualization"}


async def test_batches_keep_the_order_of_arrival() -> None:
    inbox = Inbox(10 * A_MESSAGE, 3)
    for number, topic in enumerate((STATE, INCIDENT, BACKFILL, STATE)):
        inbox.put(topic, b"%d" % number)
    first = [item.payload for item in await inbox.batch(0.0)]
    assert (first, await taken(inbox)) == ([b"0", b"1", b"2"], [b"3"])
    assert (inbox.droppable_bytes, inbox.dropped) == (0, 0)


@pytest.mark.parametrize(("batch_max", "payload"), [(2, b""), (2000, b"x" * BATCH_BYTES)])
async def test_full_batch_waits_for_no_more_company(batch_max: int, payload: bytes) -> None:
    inbox = Inbox(9 * BATCH_BYTES, batch_max)
    inbox.put(INCIDENT, b"0")
    batch = asyncio.create_task(inbox.batch(3600.0))
    await asyncio.sleep(0)
    assert not batch.done()
    inbox.put(STATE, payload)
    assert len(await asyncio.wait_for(batch, 5.0)) == 2


async def test_batch_waits_for_company_no_longer_than_it_may() -> None:
    inbox = Inbox(10 * A_MESSAGE, 3)
    inbox.put(STATE, b"0")
    assert len(await asyncio.wait_for(inbox.batch(0.01), 5.0)) == 1
    inbox.put(STATE, b"1")
    assert len(await asyncio.wait_for(inbox.batch(0.0), 5.0)) == 1


async def test_batch_ends_where_it_would_keep_the_loop_from_reading() -> None:
    inbox = Inbox(5 * BATCH_BYTES, 2000)
    for number in range(8):
        inbox.put(BACKFILL, bytes([number]) * (BATCH_BYTES // 2))
    sizes = [len(await inbox.batch(1.0)) for _ in range(4)]
    assert sizes == [2, 2, 2, 2]


async def test_oldest_backfill_goes_first_then_the_oldest_state_and_never_an_incident(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    inbox = Inbox(2 * A_MESSAGE, 1000)
    waits = {
        payload: inbox.put(topic, payload)
        for topic, payload in (
            (STATE, b"1"), (INCIDENT, b"2"), (BACKFILL, b"3"),
            (STATE, b"4"), (STATE, b"5"), (INCIDENT, b"6"),
        )
    }  # fmt: skip
    assert {payload for payload, wait in waits.items() if wait.done()} == {b"1", b"3"}
    assert inbox.dropped == 2
    assert await taken(inbox) == [b"2", b"4", b"5", b"6"]
    assert caplog.messages == [f"ingest_full bytes={3 * A_MESSAGE}", "ingest_caught_up dropped=2"]


async def test_message_above_the_bound_is_kept_alone() -> None:
    inbox = Inbox(A_MESSAGE, 1000)
    inbox.put(STATE, b"1")
    inbox.put(STATE, b"2" * 5000)
    assert await taken(inbox) == [b"2" * 5000]


async def test_handler_that_was_cancelled_does_not_stop_the_inbox() -> None:
    inbox = Inbox(A_MESSAGE, 1000)
    inbox.put(STATE, b"1").cancel()
    inbox.put(STATE, b"2")
    assert await taken(inbox) == [b"2"]


@given(st.lists(st.tuples(st.sampled_from((STATE, BACKFILL, INCIDENT)), st.integers(0, 3000))))
def test_whatever_comes_the_bound_holds_and_the_rest_is_there(came: list[tuple[str, int]]) -> None:
    async def story() -> None:
        inbox = Inbox(10_000, 1000)
        for number, (topic, size) in enumerate(came):
            inbox.put(topic, b"%d " % number + b"x" * size)
            assert inbox.droppable_bytes <= 10_000
        if not came:
            return
        numbers = [int(payload.split()[0]) for payload in await taken(inbox)]
        assert numbers == sorted(numbers)
        assert len(numbers) + inbox.dropped == len(came)
        assert {n for n, (topic, _) in enumerate(came) if topic == INCIDENT} <= set(numbers)
        for topic in (STATE, BACKFILL):
            of_topic = [n for n, (name, _) in enumerate(came) if name == topic]
            kept = [n for n in numbers if came[n][0] == topic]
            assert kept == of_topic[len(of_topic) - len(kept) :], "the newest of each"

    asyncio.run(story())


class Senders:
    """The real outboxes of a fleet, each with states in its spool."""

    def __init__(self, vehicles: int, states: int) -> None:
        clock, options = SimClock(1_790_000_000.0), LinkOptions()
        spec = load_vehicle(ROOT / "config/vehicles/goalie.yaml")
        content = StateContent(node_states=[(str(n), 2 * n, True) for n in range(100)])
        self.outboxes: dict[VehicleAddress, Outbox] = {}
        for number in range(vehicles):
            address = VehicleAddress("gwanak", "sunra", f"light-{number:02d}")
            envelope = Envelope(address, spec, MapRef("square"), options)
            outbox = self.outboxes[address] = Outbox(envelope, clock, options, None)
            for _ in range(states):
                clock.advance(1.0)
                outbox.put_state(lambda *h, e=envelope: e.state(content, [], [], *h))

    def send(self, now_s: float | None) -> list[tuple[str, bytes]]:
        """What all send at a time; None: what they send on a new connection."""
        messages: list[tuple[str, bytes]] = []
        for address, outbox in self.outboxes.items():
            out: list[Outgoing]
            out = outbox.on_connect(0.0) if now_s is None else outbox.due(now_s)
            messages += [(address.topic(message.name), message.payload) for message in out]
        return messages

    def hear(self, published: list[tuple[str, bytes, int]]) -> None:
        """Acknowledgements arrive."""
        for topic, payload, _ in published:
            address, name = parse_topic(topic)
            assert name == "ack"
            self.outboxes[address].acknowledge(decode(payload, Ack))
        published.clear()

    def waiting(self) -> int:
        """States that nobody has acknowledged."""
        return sum(outbox.counts().states for outbox in self.outboxes.values())


async def test_flood_of_ten_times_the_bound_is_stored_once_from_the_spools(rig: Any) -> None:
    bound, vehicles, states = 1024**2, 12, 201
    pipeline = IngestPipeline(
        rig.database, rig.fleet, IngestConfig(inbox_max_bytes=bound), rig.evidence_dir, rig.clock,
        Listeners(lambda _state: None, lambda _ids: None, rig.publish),
    )  # fmt: skip
    fleet = Senders(vehicles, states)
    flood = fleet.send(None) + [m for step in range(4) for m in fleet.send(0.25 * step)]
    assert sum(len(payload) for _, payload in flood) > 10 * bound
    running: asyncio.Task[None] | None = None
    came, now_s = 0, 1.0
    while fleet.waiting():
        came += sum(_states_in(*message) for message in flood)
        handlers = [asyncio.create_task(pipeline.handle(*message)) for message in flood]
        await asyncio.sleep(0)  # all have arrived before the first commit
        assert pipeline._inbox.droppable_bytes <= bound
        running = running or asyncio.create_task(pipeline.run())
        await asyncio.gather(*handlers)
        fleet.hear(rig.published)
        flood = fleet.send(now_s)
        now_s += 1.0
        assert now_s < 300.0, "all is through within minutes"
    assert running is not None
    running.cancel()
    stored = await rig.database.read(
        lambda c: c.execute(
            sa.select(sa.func.count(), sa.func.count(sa.distinct(t.state_history.c.header_id)))
            .group_by(t.state_history.c.vehicle_id)
        ).all()
    )  # fmt: skip
    assert stored == [(states, states)] * vehicles
    assert pipeline.dropped > 0
    assert came <= 3 * vehicles * states, "no storm: what was dropped came a few times at most"


def _states_in(topic: str, payload: bytes) -> int:
    return len(json.loads(payload)["states"]) if topic.endswith("/backfill") else 1
