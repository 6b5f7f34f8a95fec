"""What the base shows and says: beacon and siren over the relay board, words over the speaker."""

from __future__ import annotations

import math

from navigation.types import AttentionOrder, AttentionReport, SpeechStatus
from patrol.topics import TOPICS
from patrol_base.hardware.config import SpeakerSpec
from patrol_base.hardware.relay_board import RelayReport
from patrol_base.hardware.speaker import Speaker

ORDER_MAX_AGE_S = TOPICS["/attention/command"].max_age_s or 0.0
OFF = AttentionOrder()
NO_SPEAKER = "the hardware file names no speaker"


class BaseAttention:
    """Takes orders; without them it falls silent and dark: nobody is there to end a siren."""

    def __init__(self, speaker: SpeakerSpec | None) -> None:
        self._speaker = None if speaker is None else Speaker(speaker)
        self._order, self._order_s = OFF, -math.inf
        self._announcement_id = ""

    def take(self, order: AttentionOrder, now_s: float) -> None:
        """What is to be shown and said from now on; each announcement is said once."""
        self._order, self._order_s = order, now_s
        said = order.announcement
        if said is None or said.announcement_id == self._announcement_id:
            return
        self._announcement_id = said.announcement_id
        if self._speaker is not None:
            self._speaker.say(said, now_s)

    def step(self, now_s: float) -> AttentionOrder:
        """What counts now."""
        if self._speaker is not None:
            self._speaker.step(now_s)
        return OFF if now_s - self._order_s > ORDER_MAX_AGE_S else self._order

    def report(self, relays: RelayReport | None, now_s: float) -> AttentionReport | None:
        """What is shown and said; None while nobody knows how the relays stand."""
        if relays is None:
            return None
        speech, reason = SpeechStatus.NONE, ""
        if self._speaker is not None:
            speech, reason = self._speaker.status, self._speaker.reason
        elif self._announcement_id:
            speech, reason = SpeechStatus.FAILED, NO_SPEAKER
        return AttentionReport(
            now_s, relays.light, relays.siren, self._announcement_id, speech, reason
        )

    def close(self) -> None:
        """Say nothing more."""
        if self._speaker is not None:
            self._speaker.close()
