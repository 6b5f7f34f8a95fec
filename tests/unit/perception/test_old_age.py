"""How old somebody looks: hair, stoop, height, walk; and an old person alone at night."""

from __future__ import annotations

import numpy as np
import pytest
from staged_clothes import (
    BLACK,
    DARK_HAIR,
    GREY_HAIR,
    WHITE,
    Dressed,
    Stage,
    StagedHead,
)
from staged_people import NOON_S, Way, stands, view, walks

from patrol.person_search import Rgb
from perception.detectors.base import Image, Skeleton
from perception.rules.head_looks import head_by_box, head_look
from perception.rules.old_age import AgeLooks, course_of
from perception.rules.old_age_config import OldAgeConfig
from perception.rules.vulnerable_alone import VulnerableAloneConfig, VulnerableAloneRule

NIGHT_S = NOON_S + 11 * 3600.0  # 23:00
BROWN_HAIR = (0.45, 0.3, 0.2)
HERE = stands(56.0, 1.0)


def stage(
    hair: Rgb, pose: StagedHead | None, *others: Dressed, way: Way = HERE, light: float = 0.3
) -> Stage:
    """Somebody of 1.62 m in a light as under a street lamp."""
    one = Dressed(way, top=BLACK, height_m=1.62, hair=hair)
    rule = VulnerableAloneRule(VulnerableAloneConfig(), pose)
    return Stage(rule, [one, *others], light, map_view=view(), begin_s=NIGHT_S)


def opened(
    hair: Rgb, pose: StagedHead | None, *others: Dressed, way: Way = HERE, light: float = 0.3
) -> list[float]:
    on = stage(hair, pose, *others, way=way, light=light)
    on.play(14.0)
    return [t for t, _ in on.of_phase("opened")]


@pytest.mark.parametrize("light", [0.9, 0.3, 0.12])
def test_an_old_person_alone_at_night_is_reported_once(light: float) -> None:
    found = opened(GREY_HAIR, StagedHead(), light=light)
    assert len(found) == 1
    assert 6.8 <= found[0] <= 9.0


@pytest.mark.parametrize("hair", [DARK_HAIR, BROWN_HAIR])
@pytest.mark.parametrize("way", [HERE, walks(56.0, 1.0, 0.3)])
def test_who_has_dark_hair_is_none_whether_they_wait_or_walk(hair: Rgb, way: Way) -> None:
    assert not opened(hair, StagedHead(), way=way)


def test_a_short_person_who_strays_too_far_away_for_their_hair_is_not_told() -> None:
    """Height and walk alone are 0.9, above the limit: neither is how somebody looks."""

    def strays(t: float) -> tuple[float, float]:
        return 64.0 + abs((0.6 * t) % 4.0 - 2.0), 1.0

    one = Dressed(strays, top=BLACK, height_m=1.5, hair=DARK_HAIR)
    rule = VulnerableAloneRule(VulnerableAloneConfig(), StagedHead())
    on = Stage(rule, [one], 0.3, map_view=view(), begin_s=NIGHT_S)
    on.play(20.0)
    assert not on.findings


def test_an_old_person_who_is_led_is_not_alone() -> None:
    assert not opened(GREY_HAIR, StagedHead(), Dressed(stands(56.5, 2.2), hair=DARK_HAIR))


def test_without_skeletons_no_old_people_are_told() -> None:
    assert not opened(GREY_HAIR, None)


def test_where_no_skeleton_is_sure_many_looks_at_the_box_are_enough_for_grey_hair() -> None:
    assert len(opened(GREY_HAIR, StagedHead(score=0.3))) == 1
    assert not opened(DARK_HAIR, StagedHead(score=0.3))
    assert not opened(BROWN_HAIR, StagedHead(score=0.3))


def test_the_finding_says_what_spoke_for_it() -> None:
    on = stage(GREY_HAIR, StagedHead())
    on.play(9.0)
    details = on.findings[-1][1].details
    assert details["who"] == "old person"
    assert float(details["hair_odds"]) > 1.0
    assert {"odds", "stoop_odds", "height_odds", "walk_odds"} <= set(details)


def test_who_was_told_is_looked_at_no_more() -> None:
    pose = StagedHead()
    on = stage(GREY_HAIR, pose)
    on.play(9.0)
    asked = pose.asked
    on.play(3.0)
    assert on.of_phase("opened")
    assert pose.asked == asked


def test_who_is_surely_not_old_is_looked_at_once_a_second() -> None:
    pose = StagedHead()
    on = stage(DARK_HAIR, pose)
    on.play(8.0)
    asked = pose.asked
    on.play(6.0)
    assert 4 <= pose.asked - asked <= 7


def painted(hair: Rgb, top_px: int = 40) -> tuple[Image, np.ndarray, Skeleton]:
    """A body 120 px tall with white clothes, and its skeleton."""
    image = np.full((200, 200, 3), 0.5)
    box = np.array([85.0, top_px, 115.0, top_px + 120.0])
    image[top_px : top_px + 120, 85:115] = WHITE
    image[top_px : top_px + 7, 85:115] = hair
    image[top_px + 7 : top_px + 15, 85:115] = (0.8, 0.62, 0.5)
    points = np.zeros((17, 3), np.float32)
    for joint, at in {1: (98, 9), 2: (102, 9), 5: (92, 24), 6: (108, 24)}.items():
        points[joint] = (at[0], top_px + at[1], 0.9)
    return np.round(image[..., ::-1] * 255).astype(np.uint8), box, Skeleton(points, 0.9)


def test_hair_is_read_against_face_and_ground() -> None:
    grey = head_look(*painted(GREY_HAIR), OldAgeConfig())
    dark = head_look(*painted(DARK_HAIR), OldAgeConfig())
    assert grey is not None
    assert dark is not None
    assert grey.level == pytest.approx(0.65 / 0.5 * 0.55, rel=0.05)
    assert grey.contrast > 0.9 > 0.2 > dark.contrast
    assert grey.colour < 0.1 < dark.colour


def test_an_umbrella_or_a_cut_head_is_not_read() -> None:
    image, box, skeleton = painted(GREY_HAIR)
    above = box - (0.0, 25.0, 0.0, 0.0)
    assert head_look(image, above, skeleton, OldAgeConfig()) is None
    assert head_look(*painted(GREY_HAIR, top_px=1), OldAgeConfig()) is None


def test_a_box_alone_is_read_where_it_is_as_narrow_as_who_stands() -> None:
    image, box, _ = painted(GREY_HAIR)
    looked, wide = head_by_box(image, box, OldAgeConfig()), box + np.array([-25.0, 0, 25, 0])
    assert looked is not None
    assert looked.contrast > 0.9
    assert head_by_box(image, wide, OldAgeConfig()) is None
    assert head_by_box(*painted(GREY_HAIR, top_px=1)[:2], OldAgeConfig()) is None


def aged(walk: list[tuple[float, float, float]], tilt_rad: float = 0.0) -> dict[str, float]:
    """Odds of somebody of 1.64 m who goes this way and leans."""
    looks, pose = AgeLooks(OldAgeConfig()), StagedHead(tilt_rad)
    image = np.zeros((156, 156, 3), np.uint8)
    for t, x, y in walk:
        looks.move(t, (x, y), 1.64)
        box = np.array([60.0, 18.0, 96.0, 138.0])
        looks.look(image, box, pose.skeletons(image)[0], 0.5, t)
    return looks.odds()


def way_of(speed_mps: float, leg_m: float) -> list[tuple[float, float, float]]:
    """To and fro over a leg, 12 s."""
    times = np.arange(0.0, 12.0, 0.2)
    gone = speed_mps * times
    back = (gone // leg_m) % 2 == 1
    x = np.where(back, leg_m - gone % leg_m, gone % leg_m)
    return [(float(t), float(at), 0.0) for t, at in zip(times, x, strict=True)]


def test_a_stoop_speaks_for_it_and_an_upright_trunk_says_nothing() -> None:
    assert aged(way_of(0.6, 3.0), 0.35)["stoop"] > 0.5
    assert aged(way_of(0.6, 3.0), 0.0)["stoop"] == 0.0


def test_to_and_fro_speaks_for_it_a_straight_way_and_a_brisk_pace_against() -> None:
    paces, goes, hurries = way_of(0.6, 1.5), way_of(0.6, 20.0), way_of(1.3, 20.0)
    assert aged(paces)["walk"] > 0 > aged(goes)["walk"] > aged(hurries)["walk"]
    assert aged([(0.2 * n, 5.0, 5.0) for n in range(60)])["walk"] == 0.0


def test_places_that_tremble_are_no_way() -> None:
    rng = np.random.default_rng(1)
    trail = [(0.5 * n, *(rng.normal(0.0, 0.1, 2).tolist())) for n in range(40)]
    assert course_of(trail).path_m < 1.5
    assert course_of([]) == course_of([(0.0, 1.0, 1.0)])


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"min_looks": 1}, r"min_looks: 1 must be in \[2, kept\]"),
        ({"min_height_px": 10.0}, r"min_height_px: 10.0 must be in \[24, 500\]"),
        ({"min_box_looks": 3}, r"min_box_looks: 3 must be in \[min_looks, kept\]"),
        ({"box_aspects": (0.5, 0.3)}, "box_aspects: must be two aspects, rising"),
        ({"eyes_from": 0.2}, r"eyes_from: 0.2 must be in \(0, eyes_to\)"),
        ({"hair_level": 1.5}, r"hair_level: 1.5 must be in \(0, 1\)"),
        ({"brisk_mps": 0.1}, r"brisk_mps: 0.1 must be in \(walks_mps, 3\]"),
        ({"again_after_s": -1.0}, r"again_after_s: -1.0 must be in \[0, 60\]"),
        ({"trail_s": 1.0}, r"trail_s: 1.0 must be in \[3, 120\]"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        OldAgeConfig(**limits)
