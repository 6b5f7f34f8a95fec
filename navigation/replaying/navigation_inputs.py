"""The newest of everything, as navigation's node keeps it: a tape's messages → StackInputs."""

from __future__ import annotations

from typing import Any

from navigation.replaying.tape import Heard, Said
from navigation.types import CaptureReport, StackInputs
from patrol.faults import FaultKind
from patrol.signals import SignalState
from patrol.topics import TOPICS

LOCALIZATION, PERCEPTION = "/localization/state", "/perception/state"
SAFETY, LINK = "/safety/state", "/fleet_client/state"
NO_FAULTS: frozenset[FaultKind] = frozenset()


class NavigationInputs:
    """`hear` every message in its turn; `values` is what a cycle then gets."""

    def __init__(self) -> None:
        self._newest: dict[str, Heard] = {}
        self._signals: dict[str, SignalState] = {}

    def hear(self, item: Heard) -> None:
        """Keep what is not older than what is kept."""
        if item.topic == "/signals/state":
            self._signal(item.value)
            return
        before = self._newest.get(item.topic)
        if before is None or item.stamp_s >= before.stamp_s:
            self._newest[item.topic] = item

    def _signal(self, signal: tuple[str, SignalState | None]) -> None:
        signal_id, state = signal
        if state is None:
            self._signals.pop(signal_id, None)
        else:
            self._signals[signal_id] = state

    def value(self, topic: str) -> Any:
        """The newest of a topic, however old; None before the first."""
        item = self._newest.get(topic)
        return None if item is None else item.value

    def _age_s(self, topic: str, now_s: float) -> float | None:
        item = self._newest.get(topic)
        return None if item is None else now_s - item.stamp_s

    def _said(self, topic: str, now_s: float) -> Said | None:
        age_s = self._age_s(topic, now_s)
        if age_s is None or abs(age_s) > (TOPICS[topic].max_age_s or 0.0):
            return None
        said: Said = self.value(topic)
        return said

    def _faults(self, topic: str, now_s: float) -> frozenset[FaultKind]:
        said = self._said(topic, now_s)
        return NO_FAULTS if said is None else said.faults

    def values(self, now_s: float) -> StackInputs:
        """What a cycle at this time reads."""
        link, seen = self._said(LINK, now_s), self.value(PERCEPTION)
        captured = None
        if seen is not None:
            captured = CaptureReport(seen.capture_id, seen.capture_failure)
        return StackInputs(
            pose=self.value("/localization/odometry"),
            localization_faults=self._faults(LOCALIZATION, now_s),
            base=self.value("/base/feedback"),
            scan=self.value("/scan"),
            signals=self._signals,
            perception_age_s=self._age_s(PERCEPTION, now_s),
            perception_faults=self._faults(PERCEPTION, now_s),
            link_up=link is not None and link.connected,
            external_faults=self._faults(SAFETY, now_s) | self._faults(LINK, now_s),
            attention=self.value("/attention/state"),
            captured=captured,
        )
