"""Warm regions: found above a level, outlined without their blur, parted between heads."""

from __future__ import annotations

import numpy as np
import pytest

from perception.warm_regions import WarmRegion, hotter_parts, parted_at_heads, regions_above


def picture(*patches: tuple[int, int, int, int, float]) -> np.ndarray:
    """120 x 160 at 10 degrees with patches (x1, y1, x2, y2, degrees)."""
    celsius = np.full((120, 160), 10.0, np.float32)
    for x1, y1, x2, y2, degrees in patches:
        celsius[y1:y2, x1:x2] = degrees
    return celsius


def heads(*tops: int) -> WarmRegion:
    """A region whose columns reach so high, px."""
    rows = np.arange(max(tops))[::-1, None]
    return WarmRegion(20, 30, rows < np.array(tops), 12.0)


def test_regions_are_what_is_connected_and_large_enough() -> None:
    celsius = picture((10, 20, 15, 40, 20.0), (50, 60, 52, 62, 20.0), (80, 20, 90, 24, 11.0))
    (region,) = regions_above(celsius, 12.0, 8)
    assert region.box_xyxy == (10, 20, 15, 40)
    assert region.mask.all()
    assert regions_above(celsius, 25.0, 8) == []


def test_an_outline_leaves_the_blur_out() -> None:
    celsius = picture((9, 19, 16, 41, 13.0), (10, 20, 15, 40, 20.0))
    (region,) = regions_above(celsius, 12.0, 8)
    assert region.box_xyxy == (9, 19, 16, 41)
    outline = region.outlined(celsius)
    assert outline.box_xyxy == (10, 20, 15, 40)
    assert outline.contrast_c == pytest.approx(10.0)


def test_an_outline_at_the_edge_of_the_picture_is_whole() -> None:
    (region,) = regions_above(picture((0, 0, 160, 120, 20.0)), 12.0, 8)
    outline = region.outlined(picture((0, 0, 160, 120, 20.0)))
    assert outline.box_xyxy == (0, 0, 160, 120)
    assert outline.contrast_c == pytest.approx(8.0)  # against the level: nothing is beside


def test_what_is_hotter_in_a_region_is_found_in_it() -> None:
    celsius = picture((40, 10, 120, 100, 18.0), (60, 40, 66, 60, 27.0))
    (wall,) = regions_above(celsius, 12.0, 8)
    (person,) = hotter_parts(celsius, wall, 1.5, 8)
    assert person.box_xyxy == (60, 40, 66, 60)


@pytest.mark.parametrize(
    ("tops", "parts"),
    [
        ((4, 16, 18, 15, 9, 15, 17, 5), 2),
        ((16, 18, 15, 9, 16, 18, 15, 8, 14, 17), 3),
        ((10, 14, 18, 17, 16, 15, 12, 6), 1),  # one head
        ((16, 18, 17, 16, 17, 18, 16), 1),  # no valley to speak of
        ((17, 9, 17, 9, 9, 9, 9), 1),  # two tops too near for two heads
        ((9,), 1),
    ],
)
def test_a_row_of_people_is_parted_between_their_heads(tops: tuple[int, ...], parts: int) -> None:
    region = heads(*tops)
    found = parted_at_heads(region, 4.0, 3.0, 8)
    assert max(len(found), 1) == parts
    if parts > 1:
        assert sum(int(part.mask.sum()) for part in found) == int(region.mask.sum())
        assert found[0].x == 20
        assert all(part.y + part.height == 30 + max(tops) for part in found)
