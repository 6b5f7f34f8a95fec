"""What a vehicle waits for that is no fault and no operator's pause: ONE table."""

from __future__ import annotations

from enum import StrEnum

WAITING = "waiting"  # the type of the VDA state's information that says it


class Waiting(StrEnum):
    """A cause, in English words as the vehicle says it."""

    NEW_BASE = "a new base"
    CROSSWALK_LIGHT = "the light of the crosswalk"
    CROSSWALK_TRAFFIC = "traffic to pass"
    CROSSWALK_SIGHT = "sight of the carriageway"
    WAY_ROUND = "the way round to be free"
    MAKING_WAY = "somebody to pass by"
    OPERATOR = "an operator"

    @property
    def text_ko(self) -> str:
        """The same in Korean."""
        return _KO[self]


_KO = {
    Waiting.NEW_BASE: "다음 구간 배정",
    Waiting.CROSSWALK_LIGHT: "횡단보도 신호",
    Waiting.CROSSWALK_TRAFFIC: "차량 통과",
    Waiting.CROSSWALK_SIGHT: "차도 시야 확보",
    Waiting.WAY_ROUND: "우회로 확보",
    Waiting.MAKING_WAY: "마주 오는 사람·차량 통과",
    Waiting.OPERATOR: "관제의 출발 지시",
}
