"""Parameters of actions: taken or refused when the order comes, never later."""

from __future__ import annotations

import math
from typing import Any

import pytest

from navigation.acting.parameters import LOOK_S, check_parameters, message_of, stay_s_of
from patrol.errors import OrderError
from patrol.vda5050.node_actions import (
    ANNOUNCE,
    LOOK_AROUND,
    MAX_MESSAGE_CHARS,
    NODE_ACTIONS,
    blocking_of,
    blocking_types,
    node_action,
)


def test_a_look_around_takes_as_long_as_said() -> None:
    assert stay_s_of(node_action(LOOK_AROUND, "a")) == LOOK_S
    assert stay_s_of(node_action(LOOK_AROUND, "a", {"duration_s": 3})) == 3.0


@pytest.mark.parametrize("value", [-1, math.inf, math.nan, "10", True, None, [1]])
def test_what_is_no_duration_is_refused(value: Any) -> None:
    with pytest.raises(OrderError, match=r"action a: duration_s .* is no duration"):
        check_parameters(node_action(LOOK_AROUND, "a", {"duration_s": value}))


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (None, "is no text"),
        ("", "is no text"),
        ("  ", "is no text"),
        (7, "is no text"),
        ("x" * (MAX_MESSAGE_CHARS + 1), "too many to be said"),
        ("beep\a", "cannot be said"),
        ("two\nlines", "cannot be said"),
    ],
)
def test_what_cannot_be_said_is_refused(message: Any, why: str) -> None:
    with pytest.raises(OrderError, match=why):
        check_parameters(node_action(ANNOUNCE, "a", {"message": message}))


def test_a_message_is_said_as_it_stands() -> None:
    assert message_of(node_action(ANNOUNCE, "a", {"message": " 안녕하세요, 순라입니다. "})) == (
        "안녕하세요, 순라입니다."
    )


@pytest.mark.parametrize("kind", NODE_ACTIONS)
def test_an_action_blocks_as_much_as_its_kind_has_to(kind: str) -> None:
    allowed = blocking_types(NODE_ACTIONS[kind])
    assert allowed[-1] == "HARD"
    for stated in ("NONE", "SOFT", "HARD"):
        got = blocking_of(node_action(kind, "a", None, stated))
        assert got == (stated if stated in allowed else allowed[0])
