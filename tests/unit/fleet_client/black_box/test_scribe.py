"""The scribe: work in turn, never waited for; too much of it is lost and said so."""

from __future__ import annotations

import logging
import threading
from functools import partial

import pytest

from fleet_client.black_box import scribe as scribe_module
from fleet_client.black_box.scribe import Scribe

SOON_S = 10.0  # a bound for a hang, never waited out


def test_what_is_given_is_done_in_turn_and_all_of_it_before_the_end() -> None:
    scribe, done = Scribe(), list[int]()
    for number in range(100):
        scribe.do(partial(done.append, number))
    scribe.close(SOON_S)
    assert done == list(range(100))


def test_a_disk_that_hangs_holds_nobody_up_and_what_is_lost_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scribe_module, "MOST_WAITING", 10)
    scribe, done = Scribe(), list[int]()
    hangs, goes_on = threading.Event(), threading.Event()

    def hang() -> None:
        hangs.set()
        goes_on.wait(SOON_S)

    scribe.do(hang)
    assert hangs.wait(SOON_S)
    for number in range(15):
        scribe.do(partial(done.append, number), may_be_lost=True)
    scribe.do(partial(done.append, 99))  # a stop to be sealed, say
    goes_on.set()
    scribe.close(SOON_S)
    assert done == [*range(10), 99]
    assert [record.getMessage() for record in caplog.records] == ["black_box_behind lost=5"]
    assert caplog.records[0].levelno == logging.WARNING


def test_what_goes_wrong_is_told_to_who_gives_work() -> None:
    scribe, failed = Scribe(), threading.Event()

    def fail() -> None:
        failed.set()
        raise ValueError("a bug")

    scribe.do(fail)
    assert failed.wait(SOON_S)
    scribe.close(SOON_S)
    with pytest.raises(ValueError, match="a bug"):
        scribe.do(lambda: None)
