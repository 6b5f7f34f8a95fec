"""Missing persons by pictures: what is read off them, and what they never suffice for."""

from __future__ import annotations

import pytest
from staged_clothes import (
    GREEN,
    GREY,
    HERE,
    NAVY,
    RED,
    Dressed,
    Likeness,
    Stage,
    StagedPose,
    picture_of,
    searched,
    staged,
)
from staged_people import NOON_S

from patrol.errors import ModelError
from patrol.person_search import PersonSearch
from perception.rules.missing_person import MissingPersonRule
from perception.rules.missing_person_config import MissingPersonConfig


def test_clothes_are_read_off_a_picture() -> None:
    search = PersonSearch("p", NOON_S, NOON_S + 900, pictures=(picture_of(RED, GREY),))
    stage = staged(Dressed(HERE), searches=(search,))
    stage.play(5.0)
    ((_, incident),) = stage.of_phase("opened")
    assert "top" in str(incident.details["matches"])
    other = staged(Dressed(HERE, GREEN, NAVY), searches=(search,))
    other.play(5.0)
    assert other.incidents == []


def test_a_picture_alone_never_suffices_across_clothes() -> None:
    alike = searched(pictures=(picture_of(GREEN, NAVY),))
    stage = staged(Dressed(HERE, GREEN, NAVY), searches=(alike,))
    stage.play(5.0)
    assert stage.incidents == []


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff" + bytes(60),
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff" + bytes(40),
    ],
)
def test_a_picture_that_cannot_be_read_does_not_stop_the_search(
    data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    stage = staged(Dressed(HERE), searches=(searched(pictures=(data,)),))
    assert "person_search_picture_unread case=case-1 picture=1" in caplog.text
    stage.play(5.0)
    assert len(stage.of_phase("opened")) == 1


def test_nobody_is_a_candidate_by_height_alone(caplog: pytest.LogCaptureFixture) -> None:
    unread = PersonSearch(
        "p", NOON_S, NOON_S + 900, height_m=(1.1, 1.3), pictures=(b"\xff\xd8\xff",)
    )
    stage = staged(Dressed(HERE, height_m=1.2), searches=(unread,))
    assert "person_search_without_colours case=p" in caplog.text
    stage.play(5.0)
    assert stage.incidents == []


def test_without_weights_the_search_goes_by_colours(caplog: pytest.LogCaptureFixture) -> None:
    missing = Likeness(ModelError("weights are missing"))
    rule = MissingPersonRule(MissingPersonConfig(), StagedPose(), missing)
    rule.search((searched(pictures=(picture_of(RED, GREY),)),))
    assert "person_search_without_embedding case=case-1 weights are missing" in caplog.text
    stage = Stage(rule, [Dressed(HERE)])
    stage.play(5.0)
    assert len(stage.of_phase("opened")) == 1
    assert missing.asked == 1
