"""Pedestrian lights from the server: each item judged by itself, and nothing told twice or late.

A light is worth the seconds after it was observed. So only what is newer than all that was told of
a signal goes on to the vehicle, with the stamp of its observation and never another one; whoever
drives by it holds that stamp against its own clock once more (`navigation.crossing.lights`).
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass

import msgspec

from fleet_client.inbound import read_message
from patrol.clock import Clock, parse_iso_utc
from patrol.errors import OrderError
from patrol.signals import AHEAD_AT_MOST_S, LEFT_BELOW_S, SignalDark, SignalLight, SignalState
from patrol.topics import TOPICS
from patrol.vda5050.extension import SignalItem
from patrol.vda5050.messages import Header, decode
from patrol.vda5050.topic_names import VehicleAddress

log = logging.getLogger(__name__)
TOPIC = "signals"
MAX_AGE_S = TOPICS["/signals/state"].max_age_s or 0.0
REMEMBERED_S = 60.0  # the stamp of a signal that fell silent, and that its stamps are off

SignalNews = SignalState | SignalDark


class _RawSignals(Header):
    """`Signals` with its items undecoded, so that one bad item spoils no other."""

    signals: list[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class HeardSignals:
    """What a message tells the vehicle, and what is wrong with the rest, named once."""

    news: tuple[SignalNews, ...] = ()
    problems: tuple[OrderError, ...] = ()


class _BadItemError(Exception):
    """An item that cannot be believed; `dark` where it says of which signal, and of when."""

    def __init__(self, signal_id: str, why: str, dark: SignalDark | None = None) -> None:
        super().__init__(f"signal {signal_id!r}: {why}" if signal_id else why)
        self.key = (signal_id, why.split(":", 1)[0])
        self.dark = dark


class SignalIntake:
    """Lights as they come; `take` a message."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._newest_s: dict[str, float] = {}
        self._named: set[tuple[str, str]] = set()
        self._off_named_s: dict[tuple[str, str], float] = {}

    def on_connect(self) -> None:
        """A new connection: what is wrong is named anew."""
        self._named.clear()

    def take(self, payload: bytes, address: VehicleAddress) -> HeardSignals:
        """What a message brings that is new; an item that cannot be believed makes its light
        unknown, as one that is older brings nothing."""
        try:
            message = read_message(payload, _RawSignals, TOPIC, address)
            sent_s = _sent_s(message)
        except OrderError as error:
            is_new = self._is_new(("", error.error_type))
            return HeardSignals(problems=(error,) if is_new else ())
        news: list[SignalNews] = []
        problems: list[OrderError] = []
        references = {"topic": TOPIC, "headerId": str(message.header_id)}
        for number, raw in enumerate(message.signals):
            heard: SignalNews | None
            try:
                heard = news_of(bytes(raw))
            except _BadItemError as bad:
                heard = bad.dark
                if self._is_new(bad.key):
                    why = f"{TOPIC}: item {number}: {bad}"
                    problems.append(OrderError(why, "validationError", **references))
            if heard is not None and self._counts(heard, sent_s):
                news.append(heard)
        return HeardSignals(tuple(news), tuple(problems))

    def _counts(self, heard: SignalNews, sent_s: float) -> bool:
        """Whether it is of now, and newer than what was told of its signal.

        What was sent later than now shows a clock that is behind, even where the light was seen
        long before it was sent.
        """
        now_s = self._clock.now_s()
        age_s, ahead_s = now_s - heard.stamp_s, max(heard.stamp_s, sent_s) - now_s
        off = ""
        if ahead_s > AHEAD_AT_MOST_S:
            off = "ahead"
            self._name_off(off, heard.signal_id, -ahead_s)
        elif age_s > MAX_AGE_S:
            off = "late"
            self._name_off(off, heard.signal_id, age_s)
        if off or heard.stamp_s <= self._newest_s.get(heard.signal_id, -math.inf):
            return False
        self._newest_s = {
            signal_id: stamp_s
            for signal_id, stamp_s in self._newest_s.items()
            if now_s - stamp_s <= REMEMBERED_S
        }
        self._newest_s[heard.signal_id] = heard.stamp_s
        return True

    def _name_off(self, off: str, signal_id: str, age_s: float) -> None:
        """Say that a stamp is off the vehicle's clock, at most once a minute of each signal."""
        now_s = self._clock.monotonic_s()
        if now_s - self._off_named_s.get((off, signal_id), -math.inf) >= REMEMBERED_S:
            self._off_named_s[off, signal_id] = now_s
            log.warning("signal_%s signal=%s age_s=%.3f", off, signal_id, age_s)

    def _is_new(self, key: tuple[str, str]) -> bool:
        is_new = key not in self._named
        self._named.add(key)
        return is_new


def _sent_s(message: _RawSignals) -> float:
    try:
        return parse_iso_utc(message.timestamp)
    except ValueError as error:
        raise OrderError(f"{TOPIC}: {error}", "validationError", topic=TOPIC) from None


def news_of(raw: bytes) -> SignalNews:
    """An item of the wire as a value; raises _BadItemError."""
    try:
        item = decode(raw, SignalItem)
    except OrderError as error:
        raise _BadItemError("", str(error)) from None
    if not item.signal_id:
        raise _BadItemError("", "signalId: is empty")
    try:
        stamp_s = parse_iso_utc(item.observed_at)
    except ValueError as error:
        raise _BadItemError(item.signal_id, f"observedAt: {error}") from None
    dark = SignalDark(stamp_s, item.signal_id)
    if item.light is None:
        return dark
    if item.light not in tuple(SignalLight):
        allowed = ", ".join(SignalLight)
        raise _BadItemError(item.signal_id, f"light: {item.light!r} is none of: {allowed}", dark)
    left_s = item.walk_left
    if left_s is not None and not 0.0 <= left_s < LEFT_BELOW_S:  # NaN is not, either
        why = f"walkLeft: {left_s!r} is not from 0 to below {LEFT_BELOW_S:g} s"
        raise _BadItemError(item.signal_id, why, dark)
    return SignalState(stamp_s, item.signal_id, SignalLight(item.light), left_s)
