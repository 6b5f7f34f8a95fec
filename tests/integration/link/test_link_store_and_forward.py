"""The link over the real broker: nothing is lost, nothing is stored twice, whatever is killed."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from patrol.vda5050.messages import Action, InstantActions, Order, OrderNode


def test_says_online_with_a_factsheet_and_offline_when_it_stops(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        async with kit.chain(tmp_path) as (_, server, vehicle):
            vehicle.publish()
            await kit.until(lambda: bool(server.of("state")), "a state is stored")
            await vehicle.stop()
            await kit.until(lambda: server.connections()[-1:] == ["OFFLINE"], "OFFLINE arrives")
            assert server.connections()[0] == "ONLINE"
            assert [m for n, m in server.received if n == "factsheet"]

    asyncio.run(story())


def test_broken_connection_leaves_the_last_will(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        async with kit.chain(tmp_path) as (_, server, vehicle):
            await kit.until(lambda: "ONLINE" in server.connections(), "ONLINE arrives")
            connection = vehicle.client._connection
            assert connection is not None
            connection._client._connection._transport.abort()
            await kit.until(lambda: "CONNECTIONBROKEN" in server.connections(), "the will arrives")
            await kit.until(lambda: server.connections()[-1] == "ONLINE", "it is back")

    asyncio.run(story())


def test_killed_broker_loses_nothing_and_repeats_nothing(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        async with kit.chain(tmp_path) as (broker, server, vehicle):
            for _ in range(10):
                vehicle.publish()
            await kit.until(lambda: len(server.of("state")) >= 10, "the first states are stored")
            broker.kill()
            await kit.until(lambda: not vehicle.client.connected, "the vehicle notices")
            for number in range(60):
                vehicle.publish()
                if number % 20 == 0:
                    vehicle.client.report_incident(kit.incident(number, vehicle.clock.now_s()))
            await kit.until(
                lambda: vehicle.client.status().spooled_states >= 60, "the spool fills"
            )
            await broker.start()
            await kit.until(vehicle.spool_is_empty, "everything is acknowledged")
            states = server.of("state")
            ids = [state.header_id for state in states]
            assert ids == list(range(len(ids))), "in the order of event time, without a gap"
            assert len(ids) >= 70
            assert [m.incident_id for m in server.of("incident")] == [
                "incident-0",
                "incident-20",
                "incident-40",
            ]

    asyncio.run(story())


def test_newest_state_goes_live_and_older_ones_back_fill(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        broker = kit.Broker(tmp_path)
        await broker.start()
        server, vehicle = kit.Server(broker), kit.Vehicle(broker, tmp_path / "spool.db")
        for _ in range(40):
            vehicle.publish()
        try:
            await server.start()
            vehicle.start()
            await kit.until(lambda: len(server.of("state")) >= 40, "everything is stored")
            live = [m.header_id for n, m in server.received if n == "state"]
            assert live[0] == 39, "the newest alone, and nothing old, in the live lane"
            assert live == sorted(live)
            # The broker may deliver a batch late; the header id tells when the vehicle sent it.
            batches = [m for n, m in server.received if n == "backfill"]
            batches.sort(key=lambda m: m.header_id)
            first = [state.header_id for state in batches[0].states]
            assert first == list(range(20)), "oldest first"
        finally:
            await vehicle.stop()
            await server.stop()
            broker.kill()

    asyncio.run(story())


def test_lost_acknowledgement_repeats_the_same_header_id(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        async with kit.chain(tmp_path) as (_, server, vehicle):
            server.swallow_acks = True
            vehicle.client.report_incident(kit.incident(1, kit.EPOCH_S))
            vehicle.publish()
            await kit.until(lambda: server.duplicates >= 2, "they come again")
            server.swallow_acks = False
            await kit.until(vehicle.spool_is_empty, "everything is acknowledged")
            assert len(server.of("incident")) == 1
            ids = [state.header_id for state in server.of("state")]
            assert ids == sorted(set(ids))

    asyncio.run(story())


async def _fill_and_die(kit: Any, broker: Any, folder: Path) -> None:
    vehicle = kit.Vehicle(broker, folder / "spool.db")
    vehicle.start()
    for number in range(5):
        vehicle.publish()
        vehicle.client.report_incident(kit.incident(number, vehicle.clock.now_s()))
    await kit.until(lambda: vehicle.client.status().spooled_incidents == 5, "the spool fills")
    os.kill(os.getpid(), signal.SIGKILL)


def test_spool_and_header_ids_survive_a_killed_vehicle(kit: Any, tmp_path: Path) -> None:
    """The process dies without a goodbye: what it had spooled is sent by the next one."""
    broker = kit.Broker(tmp_path)
    pid = os.fork()
    if pid == 0:  # the vehicle that will be killed
        try:
            asyncio.run(_fill_and_die(kit, broker, tmp_path))
        finally:
            os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(pid, 0)[1])

    async def story() -> None:
        await broker.start()
        server, vehicle = kit.Server(broker), kit.Vehicle(broker, tmp_path / "spool.db")
        vehicle.clock.advance(100.0)
        try:
            await server.start()
            vehicle.publish()
            vehicle.start()
            await kit.until(vehicle.spool_is_empty, "everything is acknowledged")
            assert [m.header_id for m in server.of("incident")] == [0, 1, 2, 3, 4]
            assert [m.header_id for m in server.of("state")][:6] == [0, 1, 2, 3, 4, 5]
        finally:
            await vehicle.stop()
            await server.stop()
            broker.kill()

    asyncio.run(story())


def test_evidence_arrives_whole_in_chunks(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        async with kit.chain(tmp_path) as (_, server, vehicle):
            content = bytes(range(256)) * 150  # 10 chunks of 4096 bytes
            vehicle.client.report_incident(kit.incident(1, kit.EPOCH_S))
            vehicle.client.submit_evidence(kit.evidence(tmp_path, content))
            await kit.until(lambda: len(server.of("evidence")) == 10, "all chunks are stored")
            chunks = sorted(server.of("evidence"), key=lambda c: c.chunk_index)
            assert b"".join(c.data for c in chunks) == content
            await kit.until(vehicle.spool_is_empty, "everything is acknowledged")

    asyncio.run(story())


def test_orders_arrive_once_and_refusals_stand_in_the_state(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        async with kit.chain(tmp_path) as (_, server, vehicle):
            order = _order(server, "order-1", "1")
            server.send("order", order)
            server.send("order", order)
            await kit.until(lambda: len(vehicle.orders) == 1, "the order arrives")
            server.send("order", b"{not json")
            server.send("order", _order(server, "order-2", "nowhere"))
            await kit.until(lambda: len(_errors(server)) >= 2, "both refusals are reported")
            types = [e.error_type for e in _errors(server)]
            assert types == ["validationError", "validationError"]
            references = {
                r.reference_key: r.reference_value for r in _errors(server)[1].error_references
            }
            assert references["orderId"] == "order-2"
            assert references["nodeId"] == "nowhere"
            action = Action(action_type="startPause", action_id="a1", blocking_type="HARD")
            server.send("instantActions", InstantActions(actions=[action], **server.header()))
            await kit.until(lambda: len(vehicle.actions) == 1, "the action arrives")
            assert len(vehicle.orders) == 1

    asyncio.run(story())


def _errors(server: Any) -> list[Any]:
    states = server.of("state")
    return [e for e in states[-1].errors if e.error_references] if states else []


def _order(server: Any, order_id: str, node_id: str) -> Order:
    node = OrderNode(node_id=node_id, sequence_id=0, released=True, actions=[])
    return Order(order_id=order_id, order_update_id=0, nodes=[node], edges=[], **server.header())
