"""The fleet server's only MQTT: one connection, acknowledged after the commit.

A message is acknowledged when its handler returns, and gmqtt is made anew for every connection: a
late acknowledgement can then never reach a later connection, where its packet id would mean
another message. What was not acknowledged, the broker sends again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import gmqtt

log = logging.getLogger(__name__)
logging.getLogger("gmqtt").setLevel(logging.CRITICAL)  # this module says what matters

MQTT_3_1_1 = 4
CONNECT_TIMEOUT_S = 10.0
KEEPALIVE_S = 15
FIRST_RETRY_S = 0.1
LAST_RETRY_S = 5.0
NEVER_BY_ITSELF = {"reconnect_retries": -2}  # gmqtt must not reconnect: this module does

Handler = Callable[[str, bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class MqttTarget:
    """A broker and a login."""

    host: str
    port: int
    username: str
    password: str
    client_id: str
    ca_file: Path | None = None

    def tls(self) -> ssl.SSLContext | bool:
        """TLS with the given authority, or none."""
        return ssl.create_default_context(cafile=self.ca_file) if self.ca_file else False


async def can_log_in(target: MqttTarget, timeout_s: float = 2.0) -> bool:
    """Whether the broker accepts this login now; leaves no session behind."""
    client = gmqtt.Client(f"{target.client_id}-probe", clean_session=True)
    client.set_config(NEVER_BY_ITSELF)
    client.set_auth_credentials(target.username, target.password)
    connecting = client.connect(
        target.host, target.port, ssl=target.tls(), version=MQTT_3_1_1, keepalive=KEEPALIVE_S
    )
    try:
        await asyncio.wait_for(connecting, timeout_s)
    except (OSError, TimeoutError, gmqtt.mqtt.handler.MQTTError):
        return False
    finally:
        with contextlib.suppress(OSError, AttributeError):
            await client.disconnect()
    return True


class MqttLink:
    """A persistent session that outlives broker and server; `run` keeps it connected."""

    def __init__(
        self, target: MqttTarget, filters: Sequence[tuple[str, int]], handler: Handler
    ) -> None:
        self._target = target
        self._filters = filters
        self._handler = handler
        self._client: gmqtt.Client | None = None
        self._lost = asyncio.Event()
        self.connections = 0

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted the login and the subscriptions."""
        return self._client is not None

    def publish(self, topic: str, payload: bytes, qos: int) -> bool:
        """Hand a message to the broker; False without a connection (the caller sends again)."""
        if self._client is None:
            return False
        try:
            self._client.publish(topic, payload, qos=qos)
        except OverflowError:  # 65,535 unacknowledged messages
            return False
        return True

    async def run(self) -> None:
        """Connect, and again whenever the connection is lost, until cancelled."""
        retry_s = FIRST_RETRY_S
        while True:
            self._lost = asyncio.Event()
            client = self._new_client(self._lost)
            try:
                await asyncio.wait_for(self._connect(client, self._lost), CONNECT_TIMEOUT_S)
                self._client, retry_s = client, FIRST_RETRY_S
                self.connections += 1
                log.info("broker_connected host=%s port=%d", self._target.host, self._target.port)
                await self._lost.wait()
                log.warning("broker_connection_lost")
            except (OSError, TimeoutError, gmqtt.mqtt.handler.MQTTError) as error:
                log.warning(
                    "broker_unreachable error=%s retry_s=%.1f", error or "timeout", retry_s
                )
            finally:
                self._client = None
                with contextlib.suppress(OSError, AttributeError):
                    await client.disconnect()
            await asyncio.sleep(retry_s)
            retry_s = min(2 * retry_s, LAST_RETRY_S)

    def _new_client(self, lost: asyncio.Event) -> gmqtt.Client:
        client = gmqtt.Client(
            self._target.client_id, clean_session=False, optimistic_acknowledgement=False
        )
        client.set_config(NEVER_BY_ITSELF)
        client.set_auth_credentials(self._target.username, self._target.password)

        async def on_message(
            _client: gmqtt.Client, topic: str, payload: bytes, _qos: int, _properties: object
        ) -> int:
            await self._handler(topic, payload)
            return 0

        client.on_message = on_message
        client.on_disconnect = lambda *_: lost.set()
        return client

    async def _connect(self, client: gmqtt.Client, lost: asyncio.Event) -> None:
        granted: asyncio.Future[Sequence[int]] = asyncio.get_running_loop().create_future()

        def on_subscribe(
            _client: gmqtt.Client, _mid: int, codes: Sequence[int], _properties: object
        ) -> None:
            if not granted.done():
                granted.set_result(codes)

        client.on_subscribe = on_subscribe
        await client.connect(
            self._target.host,
            self._target.port,
            ssl=self._target.tls(),
            keepalive=KEEPALIVE_S,
            version=MQTT_3_1_1,
        )
        client.subscribe([gmqtt.Subscription(name, qos=qos) for name, qos in self._filters])
        refused = [
            name
            for (name, _), code in zip(self._filters, await granted, strict=False)
            if code >= 128
        ]
        if refused:
            raise ConnectionRefusedError(f"the broker refuses to subscribe us to {refused}")
        if lost.is_set():
            raise ConnectionResetError("the broker closed the connection")
