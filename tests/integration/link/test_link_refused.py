"""A broker that refuses, is away, or never answers: the vehicle waits, spools and says so."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fleet_client import mqtt
from fleet_client.mqtt import LinkError


async def _ignore(_topic: str, _payload: bytes) -> None:
    return


async def _connect(kit: Any, credentials: Any, topics: list[tuple[str, int]]) -> Any:
    will = (kit.ADDRESS.topic("connection"), b"{}")
    options = replace(kit.FAST, connect_timeout_s=1.0)
    return await mqtt.connect(credentials, "c1", will, topics, _ignore, options)


def test_wrong_password_is_a_link_error_and_nothing_is_lost(
    kit: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        broker = kit.Broker(tmp_path)
        await broker.start()
        right = broker.credentials
        broker.credentials = replace(right, password="wrong")
        vehicle = kit.Vehicle(broker, tmp_path / "spool.db")
        try:
            vehicle.start()
            vehicle.publish()
            await kit.until(lambda: "link_down" in caplog.text, "the refusal is logged")
            await kit.until(lambda: vehicle.client.status().spooled_states == 1, "it is spooled")
            assert not vehicle.client.connected
            with pytest.raises(LinkError):
                await _connect(kit, broker.credentials, [])
        finally:
            await vehicle.stop()
            broker.kill()

    asyncio.run(story())
    assert "Traceback" not in caplog.text


def test_foreign_topic_cannot_be_subscribed(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        broker = kit.Broker(tmp_path)
        await broker.start()
        try:
            with pytest.raises(LinkError, match="answered with"):
                await _connect(kit, broker.credentials, [("gwanak/v2/sunra/other/order", 1)])
        finally:
            broker.kill()

    asyncio.run(story())


def test_a_port_that_never_answers_is_given_up(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        silent = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        credentials = replace(kit.Broker(tmp_path).credentials, port=port)
        with pytest.raises(LinkError, match="no answer in time"):
            await _connect(kit, credentials, [("a/b", 1)])
        silent.close()

    asyncio.run(story())


def test_a_link_that_breaks_while_the_vehicle_stops_is_nobodys_unheard_error(
    kit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unheard: list[dict[str, Any]] = []
    trying = asyncio.Event()

    async def breaks(*_: Any) -> None:
        trying.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise LinkError("the broker closed the connection") from None

    async def story() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, it: unheard.append(it))
        vehicle = kit.Vehicle(kit.Broker(tmp_path), tmp_path / "spool.db")
        vehicle.start()
        await asyncio.wait_for(trying.wait(), 5.0)
        await vehicle.stop()
        gc.collect()

    monkeypatch.setattr(mqtt, "connect", breaks)
    asyncio.run(story())
    assert not unheard


def test_oversize_or_misnamed_publish_never_reaches_the_broker(kit: Any, tmp_path: Path) -> None:
    async def story() -> None:
        broker = kit.Broker(tmp_path)
        await broker.start()
        try:
            topics = [(kit.ADDRESS.topic("order"), 1)]
            connection = await _connect(kit, broker.credentials, topics)
            with pytest.raises(ValueError, match="bytes are above"):
                connection.publish(kit.ADDRESS.topic("state"), b"x" * 10**6, 1)
            with pytest.raises(ValueError, match="cannot be published"):
                connection.publish("two words", b"", 1)
            connection.publish(kit.ADDRESS.topic("state"), b"{}", 1)
            await connection.close()
            with pytest.raises(LinkError):
                connection.publish(kit.ADDRESS.topic("state"), b"{}", 1)
        finally:
            broker.kill()

    asyncio.run(story())
