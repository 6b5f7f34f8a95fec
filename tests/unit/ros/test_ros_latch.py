"""What is latched stays latched, whatever ends in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from patrol_interfaces.msg import BaseFeedback
from std_srvs.srv import Trigger

from patrol.faults import FaultKind
from patrol_base.latch_file import LatchFile
from patrol_base.safety_gate_node import LATCH_FILE, SafetyGateNode
from patrol_ros.stamps import header_of

PUSHED = frozenset({FaultKind.PUSHED, FaultKind.TILT})


def test_a_latch_is_read_again_and_a_reset_too(tmp_path: Path) -> None:
    path = tmp_path / LATCH_FILE
    first = LatchFile(path)
    assert first.latched == frozenset()
    first.keep(PUSHED)
    second = LatchFile(path)
    assert second.latched == PUSHED
    assert second.error == ""
    second.keep(frozenset())
    assert LatchFile(path).latched == frozenset()
    for file in (first, second):
        file.close()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"latched": null}',
        '{"latched": "pushed"}',
        '{"latched": [1]}',
        '{"latched": ["levitates"]}',
    ],
)
def test_a_file_that_cannot_be_understood_is_a_latch_until_the_reset(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / LATCH_FILE
    path.write_text(text)
    file = LatchFile(path)
    assert file.latched == {FaultKind.EMERGENCY_STOP}
    assert LATCH_FILE in file.error
    file.keep(file.latched)
    assert path.read_text() == text, "a person shall see what was there"
    file.keep(frozenset())
    assert LatchFile(path).latched == frozenset()


def test_a_full_disk_takes_a_latch_and_one_that_takes_none_is_asked_again(tmp_path: Path) -> None:
    path, temporary = tmp_path / LATCH_FILE, tmp_path / f".{LATCH_FILE}.tmp"
    file = LatchFile(path)
    file.keep(frozenset())
    temporary.symlink_to("/dev/full")
    file.keep(PUSHED)
    assert file.error == ""
    assert LatchFile(path).latched == PUSHED
    path.unlink()
    file.keep(frozenset())
    assert "No such file" in file.error
    temporary.unlink()
    file.keep(frozenset())
    assert file.error == ""
    assert json.loads(path.read_text()) == {"latched": []}


class Bench:
    """A gate's node that a test feeds and steps by hand."""

    def __init__(self) -> None:
        self.node = SafetyGateNode()
        self.said: list[Any] = []
        self.node._publish_state = self.said.append
        self.node._publish_command = lambda _message: None

    def step(self, *, pressed: bool) -> Any:
        feedback = BaseFeedback(header=header_of(self.node.now_s()), emergency_stop=pressed)
        self.node._on_base(feedback)
        self.node._faults = frozenset({"none yet"})  # so that the state is said each time
        self.node._step()
        return self.said[-1]

    def reset(self) -> bool:
        response: Trigger.Response = self.node._on_reset(Trigger.Request(), Trigger.Response())
        return bool(response.success)

    def end(self) -> None:
        self.node.close()
        self.node.destroy_node()


def test_a_gate_that_is_started_anew_waits_for_the_reset(
    tmp_path: Path, start_ros: Callable[[Path], None]
) -> None:
    start_ros(tmp_path)
    before = Bench()
    assert not before.step(pressed=False).latched
    assert before.step(pressed=True).latched
    before.end()
    after = Bench()
    state = after.step(pressed=False)
    assert state.latched
    assert "emergency_stop" in state.faults
    assert after.reset()
    assert not after.step(pressed=False).latched
    after.end()
    last = Bench()
    assert not last.step(pressed=False).latched
    last.end()
