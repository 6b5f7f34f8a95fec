"""Prepare: every step is run, and told of; one that fails hides no other's work."""

from __future__ import annotations

import threading

import pytest

from demo.prepare import PrepareError, prepare


def test_steps_run_at_once_and_each_is_told_when_it_is_done() -> None:
    other = threading.Event()
    told: list[str] = []

    def slow() -> bool:
        return other.wait(30.0)  # ends only if the next is not kept waiting by it

    def quick() -> bool:
        other.set()
        return False

    prepare(told.append, {"slow one": slow, "quick one": quick})
    assert [line[:5] for line in told] == ["[1/2]", "[2/2]"]
    assert {line[6:].partition(" in ")[0] for line in told} == {
        "quick one: up to date",
        "slow one: made",
    }


def test_a_step_that_fails_is_raised_when_the_others_are_done() -> None:
    failed = threading.Event()
    told: list[str] = []

    def fails() -> bool:
        failed.set()
        raise PrepareError("console: failed with status 1")

    def goes_on() -> bool:
        return failed.wait(30.0)

    with pytest.raises(PrepareError, match="console: failed"):
        prepare(told.append, {"console": fails, "loops": goes_on})
    assert {line[6:].partition(" in ")[0] for line in told} == {"console: failed", "loops: made"}
