"""The embedded broker has room for the subscriptions of a whole district's vehicles."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import gmqtt

CLIENTS = 180
EACH = 6  # together more than NATS's default of 1,000 for an account
GRANTED = 1  # the SUBACK code of QoS 1


def test_more_subscriptions_than_the_brokers_default_are_granted(kit: Any, tmp_path: Path) -> None:
    async def subscribe(kit: Any, broker: Any, number: int) -> tuple[gmqtt.Client, list[int]]:
        secret, codes = broker.enrolment.server_secret(), []
        client = gmqtt.Client(f"many-{number}", clean_session=True)
        client.set_auth_credentials(secret.username, secret.password)
        client.on_subscribe = lambda _client, _mid, qos, _properties: codes.extend(qos)
        await client.connect("127.0.0.1", broker.credentials.port, version=4)
        vehicles = [f"v-{number}-{n}" for n in range(EACH)]
        topics = [kit.VehicleAddress("gwanak", "sunra", name).topic("state") for name in vehicles]
        client.subscribe([gmqtt.Subscription(topic, qos=1) for topic in topics])
        await kit.until(lambda: len(codes) == EACH, "the subscriptions are answered")
        return client, codes

    async def story() -> list[int]:
        broker = kit.Broker(tmp_path)
        await broker.start()
        try:
            made = [await subscribe(kit, broker, number) for number in range(CLIENTS)]
            for client, _ in made:
                await client.disconnect()
        finally:
            broker.kill()
        return [code for _, codes in made for code in codes]

    codes = asyncio.run(story())
    assert codes == [GRANTED] * (CLIENTS * EACH)
