"""Doers: what carries an action on, by its kind, until it is finished or has failed."""

from __future__ import annotations

from dataclasses import dataclass

from navigation.acting.attention import FINISHED, RUNNING, Attention, Status, Word
from navigation.acting.parameters import message_of, stay_s_of
from navigation.acting.quiet import QuietZones
from navigation.types import AttentionReport, CaptureReport
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.vda5050.messages import Action
from patrol.vda5050.node_actions import (
    ANNOUNCE,
    CAPTURE,
    LOOK_AROUND,
    START_BEACON,
    START_SIREN,
    STOP_BEACON,
    STOP_SIREN,
    WAIT_FOR_OPERATOR,
)

CAPTURED_WITHIN_S = 5.0  # two states of perception, and its slowest picture
BLIND_AT_MOST_S = 20.0  # longer than perception needs to start anew
SOUNDS = (ANNOUNCE, START_SIREN)
_BEACON = {START_BEACON: True, STOP_BEACON: False}
_SIREN = {START_SIREN: True, STOP_SIREN: False}


@dataclass(frozen=True, slots=True)
class Moment:
    """What doers look at, besides the action."""

    now_s: float = 0.0
    pose: Pose2 | None = None  # None: not known
    is_seeing: bool = False  # whether perception looks, and every camera sees
    captured: CaptureReport | None = None


@dataclass(slots=True)
class _Look:
    seen_s: float
    blind_s: float
    last_s: float


class Doers:
    """Carries actions on: `step` every cycle, then `run` for each that is under way."""

    def __init__(self, attention: Attention, patrol_map: PatrolMap) -> None:
        self._attention = attention
        self._quiet = QuietZones(patrol_map)
        self._quiet_zone_id = ""
        self._looks: dict[str, _Look] = {}
        self._moment = Moment()
        self.capture_id = ""  # of the picture to be taken now

    def begin_order(self) -> None:
        """Forget what an order before had under way."""
        self._looks.clear()

    def step(self, report: AttentionReport | None, moment: Moment) -> None:
        """Begin a cycle: what the base reports, and whether it is quiet here."""
        self._moment, self.capture_id = moment, ""
        self._quiet_zone_id = self._quiet.holding_at(moment.pose, moment.now_s)
        if self._quiet_zone_id:
            self._attention.silence_plan()
        self._attention.step(report, moment.now_s)

    def run(self, action: Action, since_s: float, by_plan: bool, on_edge: bool = False) -> Status:
        """How it stands; `since_s`: when it began."""
        kind, moment = action.action_type, self._moment
        if self._quiet_zone_id and by_plan and kind in SOUNDS:
            return ("FAILED", f"zone {self._quiet_zone_id} asks for silence")
        word = Word(action.action_id, by_plan, moment.now_s, on_edge)
        if kind == ANNOUNCE:
            return self._attention.say(message_of(action), word)
        if kind in _BEACON:
            return self._attention.turn_beacon(_BEACON[kind], word)
        if kind in _SIREN:
            return self._attention.turn_siren(_SIREN[kind], word)
        if kind == LOOK_AROUND:
            return self._look(action, moment)
        if kind == CAPTURE:
            return self._capture(action, since_s, moment)
        if kind == WAIT_FOR_OPERATOR:
            return RUNNING
        return FINISHED if moment.now_s - since_s >= stay_s_of(action) else RUNNING

    def _capture(self, action: Action, since_s: float, moment: Moment) -> Status:
        """One picture after another, where several are asked for at once."""
        report = moment.captured
        if report is not None and report.capture_id == action.action_id:
            return ("FAILED", report.failure) if report.failure else FINISHED
        if not 0 <= moment.now_s - since_s <= CAPTURED_WITHIN_S:
            return ("FAILED", "perception does not answer")
        self.capture_id = self.capture_id or action.action_id
        return RUNNING

    def _look(self, action: Action, moment: Moment) -> Status:
        """Only the time counts in which perception saw."""
        look = self._looks.setdefault(action.action_id, _Look(0.0, 0.0, moment.now_s))
        passed_s, look.last_s = max(0.0, moment.now_s - look.last_s), moment.now_s
        if moment.is_seeing:
            look.seen_s += passed_s
        else:
            look.blind_s += passed_s
        if look.seen_s >= stay_s_of(action):
            return FINISHED
        if look.blind_s > BLIND_AT_MOST_S:
            return ("FAILED", f"perception has not seen for {BLIND_AT_MOST_S:g} s")
        return RUNNING
