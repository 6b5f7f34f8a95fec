"""One MQTT connection of a vehicle: the only module of the client that knows MQTT (3.1.1).

gmqtt keeps no messages for us and never reconnects by itself: the spool and the client own both.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import gmqtt
from gmqtt.mqtt.handler import MQTTConnectError

from fleet_client.credentials import Credentials
from fleet_client.options import LinkOptions

MQTT_3_1_1 = 4
_REFUSED = 0x80  # SUBACK return code
_NO_RECONNECT = -2  # gmqtt: below every count of failures, and not its "unlimited" (-1)
# What ends a topic level, what is a wildcard, and what NATS cannot carry.
_BAD_TOPIC = re.compile(r"[\s#+\x00*>]|//|^/|/$")

log = logging.getLogger(__name__)
logging.getLogger("gmqtt").setLevel(logging.CRITICAL)  # the client logs every change of the link

MessageHandler = Callable[[str, bytes], Awaitable[None]]


class LinkError(Exception):
    """The broker cannot be reached, refuses us, or the connection is gone."""


def check_topic(topic: str) -> None:
    """Raises ValueError for a topic on which the broker would close the connection."""
    if not topic or len(topic) > 512 or _BAD_TOPIC.search(topic):
        raise ValueError(f"topic {topic!r} cannot be published to")


class MqttConnection:
    """An open connection; make one with `connect`, drop it when `closed` is set."""

    def __init__(self, client: gmqtt.Client, closed: asyncio.Event, max_payload: int) -> None:
        self._client = client
        self._max_payload = max_payload
        self.closed = closed

    @property
    def open(self) -> bool:
        """Whether a message may be handed over."""
        return not self.closed.is_set() and bool(self._client.is_connected)

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool = False) -> None:
        """Hand a message to the socket; raises ValueError (never sent) or LinkError."""
        check_topic(topic)
        if len(payload) > self._max_payload:
            raise ValueError(f"{topic}: {len(payload)} bytes are above {self._max_payload}")
        if not self.open:
            raise LinkError("connection closed")
        self._client.publish(topic, payload, qos=qos, retain=retain)

    async def close(self) -> None:
        """Say goodbye (the broker then drops the last will)."""
        try:
            await asyncio.wait_for(self._client.disconnect(), 2.0)
        except (TimeoutError, OSError):
            self.closed.set()


async def connect(
    credentials: Credentials,
    client_id: str,
    will: tuple[str, bytes],
    subscriptions: Sequence[tuple[str, int]],
    on_message: MessageHandler,
    options: LinkOptions,
) -> MqttConnection:
    """Connect, log in, leave the last will (retained, QoS 1) and subscribe; raises LinkError.

    A received QoS 1 message is acknowledged to the broker after `on_message` has returned.
    """
    client = gmqtt.Client(
        client_id,
        clean_session=not options.persistent_session,
        optimistic_acknowledgement=False,
        will_message=gmqtt.Message(will[0], will[1], qos=1, retain=True),
    )
    client.set_config({"reconnect_retries": _NO_RECONNECT})
    client.set_auth_credentials(credentials.username, credentials.password)
    closed = asyncio.Event()
    granted: asyncio.Future[tuple[int, ...]] = asyncio.get_running_loop().create_future()

    async def deliver(_client: Any, topic: str, payload: bytes, _qos: int, _props: Any) -> int:
        try:
            await on_message(topic, payload)
        except Exception:  # a handler's own mistake must be seen, and must not end the link
            log.exception("handler_failed topic=%s", topic)
        return 0

    def suback(_client: Any, _mid: int, qos: tuple[int, ...], _props: Any) -> None:
        if not granted.done():
            granted.set_result(qos)

    client.on_message = deliver
    client.on_subscribe = suback
    client.on_disconnect = lambda *_: closed.set()
    connection = MqttConnection(client, closed, options.max_payload_bytes)
    try:
        async with asyncio.timeout(options.connect_timeout_s):
            await _unless(closed, _handshake(client, credentials, subscriptions, options))
            codes = await _unless(closed, granted)
        if any(code >= _REFUSED for code in codes):
            raise LinkError(f"subscriptions {subscriptions} answered with {codes}")
    except BaseException as error:
        await connection.close()
        if isinstance(error, (OSError, TimeoutError, LinkError, MQTTConnectError)):
            raise LinkError(str(error) or "no answer in time") from None
        raise
    return connection


async def _handshake(
    client: gmqtt.Client,
    credentials: Credentials,
    subscriptions: Sequence[tuple[str, int]],
    options: LinkOptions,
) -> None:
    tls = ssl.create_default_context(cafile=credentials.ca_file) if credentials.ca_file else False
    await client.connect(
        credentials.host,
        credentials.port,
        ssl=tls,
        keepalive=options.keepalive_s,
        version=MQTT_3_1_1,
    )
    client.subscribe([gmqtt.Subscription(topic, qos=qos) for topic, qos in subscriptions])


async def _unless(closed: asyncio.Event, awaitable: Awaitable[Any]) -> Any:
    """The result, or LinkError as soon as the connection closes under it."""
    work = asyncio.ensure_future(awaitable)
    lost = asyncio.ensure_future(closed.wait())
    try:
        await asyncio.wait({work, lost}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise LinkError("the broker closed the connection")
        return work.result()
    finally:
        for task in (work, lost):
            if not task.done():
                task.cancel()
