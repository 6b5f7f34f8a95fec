"""Attention: what the vehicle shows and says: beacon, siren, announcements.

The base does it and reports back (`/attention/command`, `/attention/state`). Nothing here waits
for long: a base that does not answer fails the action, and the vehicle drives on.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass

from navigation.types import Announcement, AttentionOrder, AttentionReport, SpeechStatus
from patrol.topics import TOPICS
from patrol.vda5050.messages import ActionStatus

log = logging.getLogger(__name__)

REPORT_MAX_AGE_S = TOPICS["/attention/state"].max_age_s or 0.0
CONFIRM_WITHIN_S = 5.0  # two cycles of the relay board and of both topics, with room
SPEAK_WITHIN_S = 60.0  # of the longest message, at a slow voice
SIREN_AT_MOST_S = 60.0  # whoever has forgotten it must not wake the street

Status = tuple[ActionStatus, str | None]
RUNNING: Status = ("RUNNING", None)
FINISHED: Status = ("FINISHED", None)
SILENT_BASE: Status = ("FAILED", "the base does not answer")
OVERRULED: Status = ("FAILED", "another action has changed it meanwhile")


@dataclass(frozen=True, slots=True)
class Word:
    """Whose word it is: an action of the plan, or of an operator."""

    action_id: str
    by_plan: bool
    now_s: float
    on_edge: bool = False  # of the plan, for as long as the vehicle drives on an edge


class _Switch:
    """Beacon or siren: as the last word had it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.on = False
        self._by_plan = True
        self._turned_s = -math.inf
        self._asked: dict[str, Word] = {}  # of actions that are not done yet
        self._before: tuple[bool, bool] | None = None  # an edge turned it: on, and by plan

    def turn(self, on: bool, word: Word, is_on: bool | None) -> Status:
        """Turn it once for an action; whether the base (None: silent) has done it."""
        asked = self._asked.get(word.action_id)
        if asked is None:
            asked = self._asked[word.action_id] = word
            self._before = (self._before or (self.on, self._by_plan)) if word.on_edge else None
            self.on, self._by_plan, self._turned_s = on, word.by_plan, word.now_s
            log.info("%s on=%s action=%s", self.name, on, word.action_id)
        status = self._status(on, is_on, word.now_s - asked.now_s)
        if status is not RUNNING:
            del self._asked[word.action_id]
        return status

    def _status(self, on: bool, is_on: bool | None, since_s: float) -> Status:
        if self.on is not on:
            return OVERRULED
        if is_on is on:
            return FINISHED
        return RUNNING if 0 <= since_s < CONFIRM_WITHIN_S else SILENT_BASE

    def end_after(self, at_most_s: float, now_s: float) -> None:
        """Off, where it has been on for too long, or nobody can tell for how long."""
        if self.on and not 0 <= now_s - self._turned_s <= at_most_s:
            log.warning("%s on=False after_s=%g", self.name, at_most_s)
            self.on = False

    def leave_edge(self) -> None:
        """As it was before the edge, where nobody has turned it since."""
        self._asked = {name: word for name, word in self._asked.items() if not word.on_edge}
        if self._before is not None:
            (self.on, self._by_plan), self._before = self._before, None
            log.info("%s on=%s after an edge", self.name, self.on)

    def end_plan(self) -> None:
        """Off, where an order turned it on."""
        self._before = None
        self._asked = {name: word for name, word in self._asked.items() if not word.by_plan}
        if self._by_plan:
            self.on = False


class _Speech:
    """One announcement after another, each until the base has said it."""

    def __init__(self) -> None:
        self._queue: list[tuple[Announcement, bool]] = []  # and whether it is the plan's
        self._of_edge: set[str] = set()  # ids of those that are said on an edge, or never
        self._began_s: float | None = None
        self._results: dict[str, tuple[Status, bool]] = {}

    @property
    def now(self) -> Announcement | None:
        """What is to be said now."""
        return self._queue[0][0] if self._queue else None

    def say(self, announcement: Announcement, by_plan: bool, on_edge: bool) -> Status:
        """Say it once; how that stands. An operator's comes before the plan's."""
        if on_edge:
            self._of_edge.add(announcement.announcement_id)
        done = self._results.pop(announcement.announcement_id, None)
        if done is not None:
            return done[0]
        if all(announcement != queued for queued, _ in self._queue):
            is_later = (i for i, (_, of_plan) in enumerate(self._queue) if i and of_plan)
            end = len(self._queue)
            at = end if by_plan else next(is_later, end)
            self._queue.insert(at, (announcement, by_plan))
        return RUNNING

    def step(self, report: AttentionReport | None, now_s: float) -> None:
        """Go on to the next where one was said, or the base does not say it."""
        announcement = self.now
        if announcement is None:
            return
        began_s = self._began_s = now_s if self._began_s is None else self._began_s
        is_heard = report is not None and report.announcement_id == announcement.announcement_id
        if report is not None and is_heard and report.speech is SpeechStatus.DONE:
            self._end(announcement, FINISHED)
        elif report is not None and is_heard and report.speech is SpeechStatus.FAILED:
            self._end(announcement, ("FAILED", report.reason or "it could not be said"))
        elif not 0 <= now_s - began_s <= (SPEAK_WITHIN_S if is_heard else CONFIRM_WITHIN_S):
            self._end(announcement, SILENT_BASE)

    def _end(self, announcement: Announcement, status: Status) -> None:
        _, by_plan = self._queue.pop(0)
        self._began_s = None
        self._results[announcement.announcement_id] = status, by_plan
        log.info("announced id=%s status=%s", announcement.announcement_id, status[0])

    def end_plan(self) -> None:
        """What an order had to say is not said any more."""
        self._keep([item for item in self._queue if not item[1]])
        self._results = {key: done for key, done in self._results.items() if not done[1]}
        self._of_edge.clear()

    def leave_edge(self) -> None:
        """What was to be said on an edge is not said any more."""
        left = self._of_edge
        self._keep([item for item in self._queue if item[0].announcement_id not in left])
        self._results = {key: done for key, done in self._results.items() if key not in left}
        self._of_edge = set()

    def _keep(self, queue: list[tuple[Announcement, bool]]) -> None:
        before, self._queue = self.now, queue
        if self.now != before:
            self._began_s = None


class Attention:
    """Turns actions into what the base is to do; `step` every cycle, before the actions."""

    def __init__(self) -> None:
        self._beacon, self._siren = _Switch("beacon"), _Switch("siren")
        self._speech = _Speech()
        self._report: AttentionReport | None = None

    def step(self, report: AttentionReport | None, now_s: float) -> None:
        """Take in what the base reports."""
        is_fresh = report is not None and abs(now_s - report.stamp_s) <= REPORT_MAX_AGE_S
        self._report = report if is_fresh else None
        self._siren.end_after(SIREN_AT_MOST_S, now_s)
        self._speech.step(self._report, now_s)

    def turn_beacon(self, on: bool, word: Word) -> Status:
        """Light on or off."""
        return self._beacon.turn(on, word, None if self._report is None else self._report.beacon)

    def resume_beacon(self, on: bool) -> None:
        """As an order had it before a restart; a siren stays silent."""
        self._beacon.on = on

    def turn_siren(self, on: bool, word: Word) -> Status:
        """Siren on or off."""
        return self._siren.turn(on, word, None if self._report is None else self._report.siren)

    def say(self, message: str, word: Word) -> Status:
        """Say a message aloud."""
        announcement = Announcement(word.action_id, message)
        return self._speech.say(announcement, word.by_plan, word.on_edge)

    def end_order(self) -> None:
        """What an order turned on goes off, and what it had to say is not said any more."""
        for part in (self._beacon, self._siren, self._speech):
            part.end_plan()

    def leave_edge(self) -> None:
        """What an edge turned on or off is as before it, and what it had to say is over."""
        for part in (self._beacon, self._siren, self._speech):
            part.leave_edge()

    def silence_plan(self) -> None:
        """No sound that an order asked for."""
        self._siren.end_plan()
        self._speech.end_plan()

    @property
    def order(self) -> AttentionOrder:
        """What the base is to do now."""
        return AttentionOrder(self._beacon.on, self._siren.on, self._speech.now)
