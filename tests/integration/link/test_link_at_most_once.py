"""States go with QoS 0: what broker and server lose, the vehicle's spool has."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import gmqtt

from patrol.vda5050.topic_names import AT_MOST_ONCE, qos_of, subscriptions


def test_states_of_a_time_without_server_arrive_once_after_it(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        async with kit.chain(tmp_path) as (_, server, vehicle):
            vehicle.publish()
            await kit.until(lambda: bool(server.of("state")), "a state is stored")
            await server.stop()
            before = len(server.of("state"))
            sent = vehicle.client.status().messages_sent
            for _ in range(30):
                vehicle.publish()
            await kit.until(
                lambda: vehicle.client.status().messages_sent >= sent + 30, "all were sent"
            )
            assert vehicle.client.connected, "the broker lives"
            assert len(server.of("state")) == before, "and nobody was there to read them"
            server.received.clear()
            await server.start()
            await kit.until(vehicle.spool_is_empty, "everything is acknowledged")
            assert "state" not in [name for name, _ in server.received], "the broker has none"
            ids = [state.header_id for state in server.of("state")]
            assert ids == list(range(len(ids))), "each once, without a gap"
            assert len(ids) >= before + 30

    asyncio.run(story())


def test_server_is_not_sent_by_the_broker_what_came_while_it_was_away(
    kit: Any, tmp_path: Path
) -> None:
    async def story() -> None:
        async with kit.chain(tmp_path) as (_, server, vehicle):
            await kit.until(lambda: "ONLINE" in server.connections(), "the server reads")
            await server.stop()
            vehicle.client.report_incident(kit.incident(1, kit.EPOCH_S))
            for _ in range(30):
                vehicle.publish()
            await kit.until(lambda: vehicle.client.status().spooled_states >= 30, "they wait")
            server.received.clear()
            await server.start()
            await kit.until(vehicle.spool_is_empty, "everything is acknowledged")
            live = [m.header_id for name, m in server.received if name == "state"]
            assert live == [], "old states come in the back-fill and not as live ones"
            assert [m.incident_id for m in server.of("incident")] == ["incident-1"]

    asyncio.run(story())


def test_server_of_an_older_release_leaves_no_second_copy(kit: Any, tmp_path: Path) -> None:
    """Its session had subscribed to everything with QoS 1; the same session now asks for less."""

    async def story() -> None:
        broker = kit.Broker(tmp_path)
        await broker.start()
        secret = broker.enrolment.server_secret()
        older = gmqtt.Client(secret.client_id, clean_session=False)
        older.set_auth_credentials(secret.username, secret.password)
        await older.connect("127.0.0.1", broker.credentials.port, version=4)
        granted = asyncio.Event()
        older.on_subscribe = lambda *_: granted.set()
        older.subscribe([gmqtt.Subscription(topic, qos=1) for topic, _ in subscriptions("gwanak")])
        await asyncio.wait_for(granted.wait(), 5.0)
        await older.disconnect()
        server, vehicle = kit.Server(broker), kit.Vehicle(broker, tmp_path / "spool.db")
        try:
            await server.start()
            vehicle.start()
            await kit.until(lambda: "ONLINE" in server.connections(), "the server reads")
            for _ in range(10):
                vehicle.publish()
            await kit.until(vehicle.spool_is_empty, "everything is acknowledged")
            live = [m.header_id for name, m in server.received if name == "state"]
            assert live == sorted(set(live)), "none twice"
        finally:
            await vehicle.stop()
            await server.stop()
            broker.kill()

    assert qos_of("state") == AT_MOST_ONCE
    asyncio.run(story())
