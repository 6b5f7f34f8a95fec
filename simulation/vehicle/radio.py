"""Radio: the link between a vehicle and its control room, in memory, with everything it suffers.

What the vehicle sends while the link is down never leaves its spool; what the control room sends
waits at the broker, as QoS 1 for a persistent session does.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field

import numpy as np

KEEPALIVE_S = 2.0  # a silent link is noticed after this
DELAY_S = 0.05


@dataclass(frozen=True, slots=True)
class Packet:
    """A message on its way; `topic` is a VDA 5050 topic's last level."""

    topic: str
    payload: bytes


@dataclass
class RadioWeather:
    """What is wrong with the link now; times in seconds, shares in 0..1."""

    up: bool = True
    delay_s: float = DELAY_S
    duplicate_share: float = 0.0
    shuffle_s: float = 0.0  # each message is late by up to this, so that they overtake


@dataclass
class Radio:
    """Two queues; deterministic for one seed."""

    seed: int = 0
    weather: RadioWeather = field(default_factory=RadioWeather)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng([self.seed, 53])
        self._count = itertools.count()
        self._up: list[tuple[float, int, Packet]] = []
        self._down: list[tuple[float, int, Packet]] = []
        self._at_broker: list[Packet] = []
        self._down_since_s: float | None = None

    def step(self, now_s: float) -> None:
        """Note whether the link is up; what waited at the broker goes on its way when it is."""
        if not self.weather.up:
            if self._down_since_s is None:
                self._down_since_s = now_s
                self._at_broker += [packet for _, _, packet in sorted(self._down)]
                self._up, self._down = [], []
            return
        self._down_since_s = None
        waiting, self._at_broker = self._at_broker, []
        for packet in waiting:
            self._enqueue(self._down, packet, now_s)

    def connected(self, now_s: float) -> bool:
        """Whether the vehicle believes in the link."""
        return self._down_since_s is None or now_s - self._down_since_s < KEEPALIVE_S

    def from_vehicle(self, packet: Packet, now_s: float) -> None:
        """The vehicle sends; into the void while the link is down."""
        if self.weather.up:
            self._enqueue(self._up, packet, now_s)

    def from_room(self, packet: Packet, now_s: float) -> None:
        """The control room sends."""
        if self.weather.up:
            self._enqueue(self._down, packet, now_s)
        else:
            self._at_broker.append(packet)

    def to_room(self, now_s: float) -> list[Packet]:
        """What arrives at the control room now."""
        return self._due(self._up, now_s)

    def to_vehicle(self, now_s: float) -> list[Packet]:
        """What arrives at the vehicle now."""
        return self._due(self._down, now_s)

    def _enqueue(
        self, queue: list[tuple[float, int, Packet]], packet: Packet, now_s: float
    ) -> None:
        weather = self.weather
        copies = 2 if self._rng.random() < weather.duplicate_share else 1
        for _ in range(copies):
            late_s = weather.delay_s + weather.shuffle_s * float(self._rng.random())
            heapq.heappush(queue, (now_s + late_s, next(self._count), packet))

    @staticmethod
    def _due(queue: list[tuple[float, int, Packet]], now_s: float) -> list[Packet]:
        out = []
        while queue and queue[0][0] <= now_s:
            out.append(heapq.heappop(queue)[2])
        return out
