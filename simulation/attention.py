"""What a simulated base shows and says: lights at once, words as fast as a calm voice."""

from __future__ import annotations

import math

from navigation.types import AttentionOrder, AttentionReport, SpeechStatus
from patrol.topics import TOPICS

ORDER_MAX_AGE_S = TOPICS["/attention/command"].max_age_s or 0.0
CHARS_PER_S = 6.0  # Korean syllables of a calm announcer
OFF = AttentionOrder()


class SimulatedAttention:
    """Takes orders, says each announcement once, reports; without orders it falls silent."""

    def __init__(self) -> None:
        self._order, self._order_s = OFF, -math.inf
        self._announcement_id = ""
        self._said_s = -math.inf
        self.spoken: list[str] = []  # every text that was begun, in order

    def take(self, order: AttentionOrder, now_s: float) -> None:
        """What is to be shown and said from now on."""
        self._order, self._order_s = order, now_s
        new = order.announcement
        if new is not None and new.announcement_id != self._announcement_id:
            self._announcement_id = new.announcement_id
            self._said_s = now_s + len(new.text) / CHARS_PER_S
            self.spoken.append(new.text)

    def report(self, now_s: float) -> AttentionReport:
        """What is shown and said now."""
        is_old = now_s - self._order_s > ORDER_MAX_AGE_S
        order = OFF if is_old else self._order
        speech = SpeechStatus.NONE
        if self._announcement_id:
            speech = SpeechStatus.DONE if now_s >= self._said_s else SpeechStatus.SPEAKING
        return AttentionReport(now_s, order.beacon, order.siren, self._announcement_id, speech)
