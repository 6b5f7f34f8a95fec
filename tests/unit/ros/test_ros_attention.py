"""Beacon, siren and words: what goes out comes back."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patrol_interfaces.msg import AttentionCommand, AttentionState

from navigation.types import Announcement, AttentionOrder, AttentionReport, SpeechStatus
from patrol_ros.attention import message_of_order, message_of_report, order_of, report_of
from patrol_ros.node import VehicleNode
from patrol_ros.simulated_attention import AttentionOutputs
from simulation.attention import SimulatedAttention

IDS, TEXTS = st.text("ab-1", min_size=1, max_size=9), st.text("가나 ", max_size=9)
WORDS = st.builds(Announcement, IDS, TEXTS)


@given(st.booleans(), st.booleans(), st.none() | WORDS)
def test_an_order_comes_back(beacon: bool, siren: bool, said: Announcement | None) -> None:
    order = AttentionOrder(beacon, siren, said)
    assert order_of(message_of_order(order, 5.0)) == order


@pytest.mark.parametrize("speech", SpeechStatus)
def test_a_report_comes_back(speech: SpeechStatus) -> None:
    report = AttentionReport(5.25, True, False, "a", speech, "why")
    assert report_of(message_of_report(report)) == report


def test_a_report_of_which_nothing_can_be_made_is_passed_over() -> None:
    """Raised in a callback it would end the process that drives."""
    assert report_of(AttentionState(speech="sings")) is None


def test_a_simulated_base_does_as_ordered_and_says_so_twice_a_second() -> None:
    told: list[AttentionState] = []

    hears: dict[str, Callable[[AttentionCommand], None]] = {}
    node = SimpleNamespace(topic_subscription=hears.__setitem__)
    outputs = AttentionOutputs(cast(VehicleNode, node), told.append, SimulatedAttention())
    hears["/attention/command"](message_of_order(AttentionOrder(beacon=True), 10.0))
    for step in range(120):
        outputs.step(10.0 + 0.02 * step)
    assert len(told) == 5
    assert all(message.beacon for message in told[:4])
    assert not told[4].beacon  # nobody has said so for 1.5 s
