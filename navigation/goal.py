"""What the executive looks at when it decides, and what it decides: drive up to here, or brake."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from navigation.crossing.rule import Passage
from navigation.following.aside import WALKING_MPS
from navigation.types import BaseStatus, Mode
from patrol.faults import FaultKind, Response

# What each response allows: a speed cap, and whether to stand at the next waiting place or now.
CAPS_MPS = {
    Response.NONE: math.inf,
    Response.CONTINUE_OFFLINE: math.inf,
    Response.SLOW: WALKING_MPS,
    Response.SLOW_THEN_WAIT: WALKING_MPS,
}


class Brake(Enum):
    """How to come to a halt."""

    COMFORT = "comfort"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Goal:
    """Drive up to a travel at up to a speed; or brake."""

    mode: Mode
    stop_at_m: float = 0.0
    cap_mps: float = math.inf
    brake: Brake | None = None
    waiting_for: str = ""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision looks at besides the order; travels along the path, m."""

    response: Response
    faults: frozenset[FaultKind]
    travel_m: float
    node_s_m: Sequence[float]
    braking_m: float
    base: BaseStatus | None
    passage: Passage
