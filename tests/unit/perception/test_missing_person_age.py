"""Missing persons by age: the very clothes do not do where the hair says another age."""

from __future__ import annotations

import math

import numpy as np
import pytest
from staged_clothes import (
    DARK_HAIR,
    GREY,
    GREY_HAIR,
    HERE,
    RED,
    Dressed,
    Stage,
    StagedHead,
    searched,
)
from staged_people import NOON_S, Way, walks

from patrol.person_search import AgeGroup, Rgb
from perception.appearance import HalfColour
from perception.appearance_pictures import Description
from perception.rules.missing_person import MissingPersonRule
from perception.rules.missing_person_config import MissingPersonConfig
from perception.rules.missing_person_score import Looked, age_ratio, score_of

CONFIG = MissingPersonConfig()
FAR_FIRST = walks(63.0, -1.0, -1.0)  # too far for a look at the hair, then near


def opened(hair: Rgb | None, age: AgeGroup | None, way: Way = HERE) -> list[float]:
    """When somebody in the very clothes becomes a candidate, s."""
    rule = MissingPersonRule(CONFIG, StagedHead())
    rule.search((searched(age_group=age),))
    stage = Stage(rule, [Dressed(way, hair=hair)])
    stage.play(7.0)
    return [t for t, _ in stage.of_phase("opened")]


@pytest.mark.parametrize(
    ("hair", "age", "count"),
    [
        (GREY_HAIR, AgeGroup.OLD, 1),
        (DARK_HAIR, AgeGroup.OLD, 0),
        (DARK_HAIR, AgeGroup.ADULT, 1),
        (GREY_HAIR, AgeGroup.ADULT, 0),
        (DARK_HAIR, None, 1),
        (GREY_HAIR, None, 1),
    ],
)
def test_hair_tells_the_old_from_others_in_the_same_clothes(
    hair: Rgb, age: AgeGroup | None, count: int
) -> None:
    assert len(opened(hair, age)) == count


def test_who_is_far_off_at_first_is_waited_for_until_the_hair_is_seen() -> None:
    assert opened(DARK_HAIR, AgeGroup.OLD, FAR_FIRST) == []
    (t,) = opened(GREY_HAIR, AgeGroup.OLD, FAR_FIRST)
    assert t < CONFIG.age_wait_s + 2.0


def test_who_shows_no_hair_is_a_candidate_after_the_wait() -> None:
    (t,) = opened(None, AgeGroup.OLD, walks(66.0, -1.0, -0.2))
    assert CONFIG.age_wait_s <= t <= CONFIG.age_wait_s + 2.0


def test_an_age_that_fits_is_told_and_makes_no_other_clothes_fit() -> None:
    search, description = searched(age_group=AgeGroup.OLD), Description(RED, GREY)
    at = HalfColour(np.log(np.full(3, 0.2)), 0.05, 0.05)
    scores = [
        score_of(search, description, _looked(at, odds), ("m", NOON_S), CONFIG)
        for odds in (0.0, 4.0, -4.0)
    ]
    unseen, fits, not_old = scores
    assert fits.ratio == unseen.ratio
    assert fits.best == unseen.best == not_old.best
    assert fits.details["matches"] == "age"
    assert not_old.ratio < 0.05 * unseen.ratio
    assert "age" in str(not_old.details["speaks_against"])


def _looked(half: HalfColour, odds: float) -> Looked:
    """Both halves of one colour, no height."""
    return Looked(half, half, math.nan, math.nan, False, (56.0, -1.0), (), odds)


@pytest.mark.parametrize("age", [AgeGroup.CHILD, None])
def test_hair_says_nothing_of_a_child_or_of_nobodys_age(age: AgeGroup | None) -> None:
    assert age_ratio(searched(age_group=age), 4.0, CONFIG) == 1.0


def test_the_ratio_of_age_is_bounded_by_the_share_of_the_old() -> None:
    old, adult = searched(age_group=AgeGroup.OLD), searched(age_group=AgeGroup.ADULT)
    assert age_ratio(old, 0.0, CONFIG) == 1.0
    assert 4.0 < age_ratio(old, 4.0, CONFIG) < 1.0 / CONFIG.old_share
    assert age_ratio(old, -4.0, CONFIG) < 0.03
    assert age_ratio(adult, -4.0, CONFIG) == pytest.approx(1.0 / (1.0 - CONFIG.old_share), 0.01)
    assert math.isclose(age_ratio(adult, 4.0, CONFIG), 1.0 / (0.2 * math.exp(4.0) + 0.8))


def test_a_wait_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="age_wait_s"):
        MissingPersonConfig(age_wait_s=-1.0)
    with pytest.raises(ValueError, match="old_share"):
        MissingPersonConfig(old_share=0.0)
