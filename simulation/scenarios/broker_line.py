"""BrokerLine: one MQTT connection in a thread of its own, for whoever lives in simulated time."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Sequence

from fleet_client.credentials import Credentials
from fleet_client.mqtt import LinkError, MqttConnection, connect
from fleet_client.options import LinkOptions
from patrol.vda5050.topic_names import parse_topic, qos_of
from simulation.vehicle.radio import Packet

RETRY_S = 0.5
CLOSE_WITHIN_S = 5.0
OPTIONS = LinkOptions(persistent_session=False)
RETAINED = frozenset({"connection", "factsheet"})  # VDA 5050 2.1.0, clauses 6.14 and 6.15


class BrokerLine:
    """Sends and receives the topics of one vehicle; connects anew whenever it is cut.

    `names` are topics to read; `greeting` goes out first on every connection; `last_will` is what
    the broker publishes should one end unsaid.
    Packets that are sent while the line is down wait.
    """

    def __init__(
        self,
        credentials: Credentials,
        client_id: str,
        names: Sequence[str],
        last_will: Packet,
        greeting: Sequence[Packet] = (),
    ) -> None:
        self._credentials, self._client_id = credentials, client_id
        self._names, self._last_will, self._greeting = names, last_will, greeting
        self._received: deque[Packet] = deque()
        self._waiting: deque[Packet] = deque()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._connection: MqttConnection | None = None
        self._thread = threading.Thread(target=self._live, name="broker-line", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Whether the broker is at the other end."""
        connection = self._connection
        return connection is not None and connection.open

    def send(self, packet: Packet) -> None:
        """Publish; from any thread."""
        self._waiting.append(packet)
        self._loop.call_soon_threadsafe(self._flush)

    def received(self) -> list[Packet]:
        """What has come since the last call, in order."""
        return [self._received.popleft() for _ in range(len(self._received))]

    def close(self) -> None:
        """Send what waits, where there is a line, and hang up."""
        with contextlib.suppress(RuntimeError):  # the loop has ended by itself
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(CLOSE_WITHIN_S)

    # --- in the thread ---

    def _live(self) -> None:
        self._loop.run_until_complete(self._keep_connected())
        self._loop.close()

    async def _keep_connected(self) -> None:
        address = self._credentials.address
        while not self._stop.is_set():
            try:
                self._connection = await connect(
                    self._credentials,
                    self._client_id,
                    (address.topic(self._last_will.topic), self._last_will.payload),
                    [(address.topic(name), qos_of(name)) for name in self._names],
                    self._hear,
                    OPTIONS,
                )
            except LinkError:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), RETRY_S)
                continue
            self._waiting.extendleft(reversed(self._greeting))
            self._flush()
            ends = [asyncio.create_task(e.wait()) for e in (self._connection.closed, self._stop)]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for task in ends:
                task.cancel()
        if self._connection is not None:
            self._flush()
            await self._connection.close()

    async def _hear(self, topic: str, payload: bytes) -> None:
        self._received.append(Packet(parse_topic(topic)[1], payload))

    def _flush(self) -> None:
        connection = self._connection
        while self._waiting and connection is not None and connection.open:
            packet = self._waiting.popleft()
            topic = self._credentials.address.topic(packet.topic)
            connection.publish(
                topic, packet.payload, qos_of(packet.topic), packet.topic in RETAINED
            )


class RoomLine:
    """A control room's end of a broker: its orders out, a vehicle's states in."""

    def __init__(self, credentials: Credentials) -> None:
        will = Packet("ack", b"")  # a room has nothing to say when it goes: an empty will
        self._line = BrokerLine(credentials, "scenario-room", ("state", "backfill"), will)

    @property
    def connected(self) -> bool:
        """Whether the broker is at the other end."""
        return self._line.connected

    def from_room(self, packet: Packet, now_s: float) -> None:
        """The control room sends."""
        self._line.send(packet)

    def to_room(self, now_s: float) -> list[Packet]:
        """What has arrived."""
        return self._line.received()

    def close(self) -> None:
        """Hang up."""
        self._line.close()
