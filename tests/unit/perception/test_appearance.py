"""Colours of clothes: read in any light, and compared with those of passers-by."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from staged_clothes import BLACK, GREEN, GREY, NAVY, RED, WHITE, searched

from patrol.person_search import AgeGroup, Rgb
from perception.appearance import GROUND_LEVEL, HalfColour, read_colours
from perception.appearance_likelihood import ClothesConfig, best_ratio, clothes_ratio
from perception.appearance_pictures import Description
from perception.detectors.base import Skeleton
from perception.rules.missing_person_config import BodyConfig
from perception.rules.missing_person_looks import Wearer
from perception.rules.missing_person_score import height_range_m, height_ratio, picture_ratio

CLOTHES, BODY = ClothesConfig(), BodyConfig()
BOX = np.array((280.0, 100.0, 330.0, 270.0))
levels = st.floats(0.05, 1.0)
colours = st.tuples(levels, levels, levels)


def half(rgb: Rgb, noise: float = 0.01, factor: float = 1.0) -> HalfColour:
    return HalfColour(np.array(rgb) * factor, noise)


def picture(top: Rgb, trousers: Rgb, light: float, tint: Rgb = (1.0, 1.0, 1.0)) -> np.ndarray:
    image = np.full((360, 640, 3), GROUND_LEVEL)
    image[100:188, 280:330], image[188:270, 280:330] = top, trousers
    return np.round((image * light * np.array(tint))[..., ::-1] * 255).astype(np.uint8)


def skeleton(**joints: tuple[float, float]) -> Skeleton:
    points = np.zeros((17, 3), np.float32)
    for index, place in joints.items():
        points[int(index[1:])] = (*place, 0.9)
    return Skeleton(points, 0.9)


STANDING = skeleton(
    k5=(295, 130), k6=(315, 130), k11=(298, 185), k12=(312, 185), k13=(298, 225), k14=(312, 225)
)


# --- reading ---


@pytest.mark.parametrize("light", [1.0, 0.4])
@pytest.mark.parametrize("tint", [(1.0, 1.0, 1.0), (1.0, 0.8, 0.6)])
@pytest.mark.parametrize("points", [STANDING, None])
def test_colours_are_read_against_the_ground(
    light: float, tint: Rgb, points: Skeleton | None
) -> None:
    reading = read_colours(picture(GREEN, NAVY, light, tint), BOX, points)
    assert reading.top is not None
    assert reading.trousers is not None
    assert reading.top.rgb == pytest.approx(GREEN, abs=0.03)
    assert reading.trousers.rgb == pytest.approx(NAVY, abs=0.03)
    assert reading.by_skeleton is (points is not None)


def test_the_dark_is_noisier() -> None:
    day, night = (
        read_colours(
            picture(
                RED,
                GREY,
                x,
            ),
            BOX,
            STANDING,
        ).top
        for x in (1.0, 0.1)
    )
    assert day is not None
    assert night is not None
    assert night.noise > 5 * day.noise


def test_a_hidden_half_is_unknown() -> None:
    trunk = skeleton(k5=(295, 130), k6=(315, 130), k11=(298, 185), k12=(312, 185))
    reading = read_colours(picture(RED, GREY, 1.0), BOX, trunk)
    assert reading.top is not None
    assert reading.trousers is None


@pytest.mark.parametrize(
    "box",
    [
        (math.nan, 100, 330, 270),
        (280, 100, 281, 270),
        (280, 100, 330, 103),
        (200, 100, 400, 270),  # as wide as high: nobody knows where a top would be
        (700, 100, 750, 270),
        (-90, -200, -40, -30),
    ],
)
def test_boxes_that_show_nobody_upright_say_nothing(box: tuple[float, ...]) -> None:
    reading = read_colours(picture(RED, GREY, 1.0), np.array(box, np.float64), None)
    assert not reading.says_something


def test_a_skeleton_out_of_the_picture_is_survived() -> None:
    away = skeleton(
        k5=(-90, 130),
        k6=(-70, 130),
        k11=(-88, 185),
        k12=(-72, 185),
        k13=(-88, 225),
        k14=(-72, 225),
    )
    reading = read_colours(picture(RED, GREY, 1.0), BOX, away)
    assert not reading.by_skeleton


# --- comparing ---


@given(colours, colours)
def test_who_wears_what_is_described_is_likelier_than_a_passer_by(top: Rgb, trousers: Rgb) -> None:
    ratio = clothes_ratio(half(top), half(trousers), top, trousers, CLOTHES)
    assert 1.0 < ratio <= 1 / CLOTHES.rarest**2
    assert ratio == pytest.approx(best_ratio(half(top), half(trousers), top, trousers, CLOTHES))


@given(colours, colours, colours, colours)
def test_ratios_are_bounded_both_ways(a: Rgb, b: Rgb, c: Rgb, d: Rgb) -> None:
    ratio = clothes_ratio(half(a), half(b), c, d, CLOTHES)
    assert 0.5 * CLOTHES.changed**2 <= ratio <= 1 / CLOTHES.rarest**2


def test_nothing_to_compare_says_nothing() -> None:
    assert clothes_ratio(None, None, RED, GREY, CLOTHES) == 1.0
    assert clothes_ratio(half(RED), half(GREY), None, None, CLOTHES) == 1.0
    assert clothes_ratio(half(RED), None, None, GREY, CLOTHES) == 1.0


def test_rare_clothes_say_more_than_common_ones() -> None:
    rare = clothes_ratio(half(RED), None, RED, None, CLOTHES)
    common = clothes_ratio(half(BLACK), None, BLACK, None, CLOTHES)
    assert rare > 3 * common > 3


def test_grey_is_told_from_white_by_the_other_half() -> None:
    """White trousers in less light are nearly as bright as grey ones in full light."""
    red, grey, white = (half(colour, factor=0.7) for colour in (RED, GREY, WHITE))
    assert clothes_ratio(None, white, None, GREY, CLOTHES) > clothes_ratio(
        None, grey, None, GREY, CLOTHES
    )
    assert 3 * clothes_ratio(red, white, RED, GREY, CLOTHES) < clothes_ratio(
        red, grey, RED, GREY, CLOTHES
    )


def test_a_jacket_taken_off_does_not_exclude() -> None:
    changed = clothes_ratio(half(BLACK), half(NAVY), RED, NAVY, CLOTHES)
    wrong = clothes_ratio(half(BLACK), half(WHITE), RED, NAVY, CLOTHES)
    assert changed > 5 * wrong


def test_noise_makes_a_mismatch_less_certain() -> None:
    sure = clothes_ratio(half(BLACK), None, GREEN, None, CLOTHES)
    unsure = clothes_ratio(half(BLACK, noise=0.3), None, GREEN, None, CLOTHES)
    assert sure < 0.3
    assert 0.5 < unsure < 2.0


# --- the body ---


def test_heights_exclude_who_is_much_taller_or_smaller() -> None:
    search = searched(height_m=(1.55, 1.65))
    assert height_ratio(search, 1.6, 0.05, True, BODY) > 1.0
    assert height_ratio(search, 1.85, 0.05, True, BODY) < 0.1
    assert height_ratio(search, 1.2, 0.05, True, BODY) == BODY.least_ratio


def test_who_may_sit_is_not_too_small_but_may_be_too_tall() -> None:
    search = searched(height_m=(1.55, 1.65))
    assert height_ratio(search, 1.2, 0.05, False, BODY) == 1.0
    assert height_ratio(search, 1.85, 0.05, False, BODY) < 0.1


def test_an_age_group_is_a_height_where_none_is_described() -> None:
    child = searched(height_m=None, age_group=AgeGroup.CHILD)
    assert height_range_m(child, BODY) == (BODY.smallest_m, BODY.child_below_m)
    assert height_ratio(child, 1.2, 0.05, True, BODY) > 2.0
    assert height_ratio(child, 1.75, 0.05, True, BODY) < 0.1
    old = searched(height_m=None, age_group=AgeGroup.OLD)
    assert height_ratio(old, 1.2, 0.05, True, BODY) < 0.1
    assert height_range_m(searched(height_m=None), BODY) is None


@pytest.mark.parametrize(("height_m", "sigma_m"), [(math.nan, 0.05), (1.6, math.nan)])
def test_an_unknown_height_says_nothing(height_m: float, sigma_m: float) -> None:
    assert height_ratio(searched(), height_m, sigma_m, True, BODY) == 1.0


@pytest.mark.parametrize(("cosine", "least", "most"), [(0.95, 1.2, 2.0), (0.4, 0.5, 0.8)])
def test_pictures_rank_and_prove_nothing(cosine: float, least: float, most: float) -> None:
    wearer = Wearer.keeping(4)
    wearer.embeddings.append(np.array((cosine, math.sqrt(1 - cosine**2))))
    description = Description(RED, GREY, (np.array((1.0, 0.0)),))
    assert least <= picture_ratio(description, wearer.embeddings) <= most
    assert picture_ratio(Description(RED, GREY), wearer.embeddings) == 1.0
