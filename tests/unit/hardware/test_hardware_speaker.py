"""The loudspeaker's program: one that speaks, fails, hangs, or is not there."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from navigation.types import Announcement, AttentionOrder, SpeechStatus
from patrol_base.hardware.attention import NO_SPEAKER, BaseAttention
from patrol_base.hardware.config import SpeakerSpec
from patrol_base.hardware.relay_board import RelayReport
from patrol_base.hardware.speaker import Speaker

WITHIN_S = 20.0
WORDS = Announcement("a", "순찰 중입니다")
RELAYS = RelayReport(0.0, False, False, True, light=True, siren=False)


def program(code: str, at_most_s: float = 50.0) -> SpeakerSpec:
    return SpeakerSpec((sys.executable, "-c", code), at_most_s)


def wait_for(what: Callable[[], bool]) -> None:
    until_s = time.monotonic() + WITHIN_S
    while not what():
        assert time.monotonic() < until_s
        time.sleep(0.01)


def ended(speaker: Speaker, now_s: float = 1.0) -> bool:
    speaker.step(now_s)
    return speaker.status is not SpeechStatus.SPEAKING


def test_the_program_reads_the_words_and_ends(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    code = f"import sys; open({str(heard)!r}, 'wb').write(sys.stdin.buffer.read())"
    speaker = Speaker(program(code))
    speaker.say(WORDS, 0.0)
    assert speaker.status is SpeechStatus.SPEAKING
    wait_for(lambda: ended(speaker))
    assert (speaker.status, speaker.reason) == (SpeechStatus.DONE, "")
    assert heard.read_text(encoding="utf-8") == WORDS.text


def test_a_program_that_fails_is_named() -> None:
    speaker = Speaker(program("import sys; sys.stdin.read(); sys.exit(3)"))
    speaker.say(WORDS, 0.0)
    wait_for(lambda: ended(speaker))
    assert speaker.status is SpeechStatus.FAILED
    assert speaker.reason == f"{sys.executable}: ended with 3"


def test_a_program_that_is_not_there_is_named() -> None:
    speaker = Speaker(SpeakerSpec(("/nowhere/espeak-ng",)))
    speaker.say(WORDS, 0.0)
    assert speaker.status is SpeechStatus.FAILED
    assert speaker.reason == "/nowhere/espeak-ng: No such file or directory"


def test_a_program_that_hangs_is_ended_and_nothing_waits_for_it() -> None:
    speaker = Speaker(program("import time; time.sleep(3600)", at_most_s=5.0))
    speaker.say(WORDS, 0.0)
    assert not ended(speaker, 4.9)
    assert ended(speaker, 5.1)
    assert speaker.status is SpeechStatus.FAILED
    assert "not done within 5 s" in speaker.reason
    speaker.say(Announcement("b", "next"), 6.0)
    assert speaker.status is SpeechStatus.SPEAKING
    speaker.close()


@pytest.mark.parametrize("spec", [None, program("import sys; sys.stdin.read()")])
def test_each_announcement_is_said_once(spec: SpeakerSpec | None) -> None:
    attention = BaseAttention(spec)
    for now_s in (0.0, 0.5, 1.0):
        attention.take(AttentionOrder(announcement=WORDS), now_s)
        attention.step(now_s)
    told = attention.report(RELAYS, 1.0)
    assert told is not None
    assert told.announcement_id == "a"
    if spec is None:
        assert (told.speech, told.reason) == (SpeechStatus.FAILED, NO_SPEAKER)
        return
    wait_for(lambda: attention.step(1.0) is not None and said(attention) is SpeechStatus.DONE)
    attention.take(AttentionOrder(announcement=WORDS), 2.0)
    assert said(attention) is SpeechStatus.DONE


def said(attention: BaseAttention) -> SpeechStatus:
    told = attention.report(RELAYS, 1.0)
    assert told is not None
    return told.speech


@pytest.mark.parametrize(("command", "at_most_s"), [((), 10.0), (("",), 10.0), (("x",), 0.0)])
def test_a_speaker_that_can_say_nothing_is_refused(
    command: tuple[str, ...], at_most_s: float
) -> None:
    with pytest.raises(ValueError, match=r"^(command|at_most_s): "):
        SpeakerSpec(command, at_most_s)


def test_what_the_program_has_started_falls_silent_with_it(tmp_path: Path) -> None:
    """As a script that pipes a voice into a player."""
    tells = tmp_path / "player"
    code = (
        "import subprocess, sys, time;"
        " player = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)']);"
        f" open({str(tells)!r}, 'w').write(str(player.pid)); time.sleep(3600)"
    )
    speaker = Speaker(program(code))
    speaker.say(WORDS, 0.0)
    wait_for(lambda: tells.exists() and bool(tells.read_text()))
    stat = Path("/proc") / tells.read_text() / "stat"
    speaker.close()
    wait_for(lambda: not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")
