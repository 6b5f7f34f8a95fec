"""What goes into the spool, what comes out of it, and how full it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that still lacks its header id."""

    topic: str
    event_time: str  # ISO 8601 UTC
    encode: Callable[[int], bytes]  # header id → payload
    once: str | None = None  # a key: the same thing handed over again is not said again


@dataclass(frozen=True, slots=True)
class Spooled:
    """A message in the spool; `seq` grows in the order of event time."""

    seq: int
    topic: str
    header_id: int
    event_time: str
    lane: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class SpoolCounts:
    """What waits for the server's acknowledgement, and what the policy dropped."""

    states: int
    incidents: int
    evidence: int
    payload_bytes: int
    states_thinned: int
