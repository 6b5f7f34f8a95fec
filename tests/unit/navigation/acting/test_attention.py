"""Beacon, siren and announcements between actions and a base that does them, or does not."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from navigation.acting.attention import (
    CONFIRM_WITHIN_S,
    FINISHED,
    OVERRULED,
    RUNNING,
    SILENT_BASE,
    SIREN_AT_MOST_S,
    SPEAK_WITHIN_S,
    Attention,
    Status,
    Word,
)
from navigation.types import AttentionReport, SpeechStatus
from simulation.attention import CHARS_PER_S, SimulatedAttention

STEP_S = 0.05


@dataclass
class Base:
    """An attention and the base that does what it says, unless it is mute."""

    attention: Attention = field(default_factory=Attention)
    base: SimulatedAttention = field(default_factory=SimulatedAttention)
    now_s: float = 100.0
    is_mute: bool = False
    says: AttentionReport | None = None  # in place of what it does

    def word(self, action_id: str, by_plan: bool = True) -> Word:
        return Word(action_id, by_plan, self.now_s)

    def step(self) -> None:
        self.now_s += STEP_S
        self.base.take(self.attention.order, self.now_s)
        report = None if self.is_mute else self.says or self.base.report(self.now_s)
        self.attention.step(report, self.now_s)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            self.step()

    def beacon(self, on: bool, action_id: str, by_plan: bool = True) -> Status:
        return self.attention.turn_beacon(on, self.word(action_id, by_plan))

    def siren(self, on: bool, action_id: str, by_plan: bool = True) -> Status:
        return self.attention.turn_siren(on, self.word(action_id, by_plan))

    def say(self, text: str, action_id: str, by_plan: bool = True) -> Status:
        return self.attention.say(text, self.word(action_id, by_plan))


@pytest.fixture
def base() -> Base:
    return Base()


def test_a_switch_is_done_when_the_base_says_so(base: Base) -> None:
    assert base.beacon(True, "a") is RUNNING
    base.step()
    assert base.beacon(True, "a") is FINISHED
    assert base.attention.order.beacon
    assert not base.attention.order.siren


def test_a_silent_base_fails_the_action_in_time(base: Base) -> None:
    base.is_mute = True
    assert base.siren(True, "a") is RUNNING
    base.run(CONFIRM_WITHIN_S - 0.1)
    assert base.siren(True, "a") is RUNNING
    base.run(0.2)
    assert base.siren(True, "a") is SILENT_BASE


def test_an_old_report_is_no_report(base: Base) -> None:
    base.says = AttentionReport(base.now_s - 10.0, beacon=True)
    base.beacon(True, "a")
    base.run(1.0)
    assert base.beacon(True, "a") is RUNNING


def test_the_last_word_counts_and_two_words_do_not_flicker(base: Base) -> None:
    base.is_mute = True
    base.beacon(True, "a")
    base.step()
    assert base.beacon(False, "b", by_plan=False) is RUNNING
    base.step()
    assert base.beacon(True, "a") is OVERRULED
    assert base.beacon(False, "b", by_plan=False) is RUNNING
    assert not base.attention.order.beacon


@pytest.mark.parametrize(("by_plan", "stays"), [(True, False), (False, True)])
def test_the_end_of_an_order_ends_what_it_turned_on(
    base: Base, by_plan: bool, stays: bool
) -> None:
    base.beacon(True, "a", by_plan)
    base.step()
    base.beacon(True, "a", by_plan)
    base.attention.end_order()
    assert base.attention.order.beacon is stays


def test_a_forgotten_siren_ends_by_itself(base: Base) -> None:
    base.siren(True, "a", by_plan=False)
    base.run(SIREN_AT_MOST_S - 0.1)
    assert base.attention.order.siren
    base.run(0.2)
    assert not base.attention.order.siren


def test_an_announcement_is_said_once_and_takes_its_time(base: Base) -> None:
    text = "순찰 중입니다"
    assert base.say(text, "a") is RUNNING
    base.run(0.5)
    assert base.say(text, "a") is RUNNING
    base.run(len(text) / CHARS_PER_S)
    assert base.say(text, "a") is FINISHED
    assert base.base.spoken == [text]
    assert base.attention.order.announcement is None


def test_the_operators_word_comes_before_the_rest_of_the_plans(base: Base) -> None:
    for text in ("one", "two"):
        base.say(text, text)
    base.step()
    for text in ("urgent", "urgent too"):
        base.say(text, text, by_plan=False)
    base.run(10.0)
    assert base.base.spoken == ["one", "urgent", "urgent too", "two"]


def test_who_cannot_speak_says_why(base: Base) -> None:
    base.say("hello", "a")
    base.says = AttentionReport(
        base.now_s, announcement_id="a", speech=SpeechStatus.FAILED, reason="no speaker"
    )
    base.step()
    assert base.say("hello", "a") == ("FAILED", "no speaker")


@pytest.mark.parametrize(
    ("heard", "within_s"), [(False, CONFIRM_WITHIN_S), (True, SPEAK_WITHIN_S)]
)
def test_words_that_do_not_end_are_given_up(base: Base, heard: bool, within_s: float) -> None:
    base.say("hello", "a")
    for _ in range(round((within_s + 0.2) / STEP_S)):
        speech = SpeechStatus.SPEAKING if heard else SpeechStatus.NONE
        base.says = AttentionReport(base.now_s, announcement_id="a" * heard, speech=speech)
        base.step()
    assert base.say("hello", "a") is SILENT_BASE


def test_a_plans_sounds_end_where_silence_is_asked_for(base: Base) -> None:
    base.siren(True, "s")
    base.beacon(True, "b")
    base.say("plan", "p")
    base.say("operator", "o", by_plan=False)
    base.attention.silence_plan()
    order = base.attention.order
    assert (order.siren, order.beacon) == (False, True)
    assert order.announcement is not None
    assert order.announcement.text == "operator"


def test_an_operators_siren_in_a_quiet_zone_is_turned_once_and_ends_in_time(
    base: Base, caplog: pytest.LogCaptureFixture
) -> None:
    """The plan is silenced in every cycle there; that is no new word of the operator's."""
    caplog.set_level("INFO")
    base.is_mute = True
    status = base.siren(True, "s", by_plan=False)
    while status is RUNNING:
        base.step()
        base.attention.silence_plan()
        status = base.siren(True, "s", by_plan=False)
    assert status is SILENT_BASE
    assert base.now_s == pytest.approx(100.0 + CONFIRM_WITHIN_S, abs=0.1)
    assert len([r for r in caplog.records if "siren on" in r.message]) == 1
    base.run(SIREN_AT_MOST_S - CONFIRM_WITHIN_S + 0.2)
    assert not base.attention.order.siren


@pytest.mark.parametrize("back_s", [10.0, 3 * 3600.0])
def test_a_clock_that_is_set_back_ends_sirens_and_waits(base: Base, back_s: float) -> None:
    """Better too early than hours too late."""
    base.is_mute = True
    base.siren(True, "s")
    base.say("hello", "a")
    base.step()
    base.now_s -= back_s
    base.run(0.2)
    assert not base.attention.order.siren
    assert base.siren(True, "s") is OVERRULED
    assert base.beacon(True, "b") is RUNNING
    base.run(CONFIRM_WITHIN_S + 0.2)
    assert base.say("hello", "a") is SILENT_BASE
    base.now_s -= back_s
    base.step()
    assert base.beacon(True, "b") is SILENT_BASE


def test_what_a_cancelled_order_said_last_is_not_kept(base: Base) -> None:
    base.say("plan", "p")
    base.say("operator", "o", by_plan=False)
    base.run(10.0)
    base.attention.end_order()
    assert base.say("operator", "o", by_plan=False) is FINISHED
    assert base.attention._speech._results == {}
