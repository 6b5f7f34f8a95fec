"""Watched planes of the map, and where two views of one differ."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from staged_wall import WATCHED

from patrol.map import Building, Zone, ZoneKind
from perception.change_patch import largest_patch
from perception.plane_views import PlaneView
from perception.view_comparison import ComparisonConfig, difference
from perception.watched_property import MARGIN_M, PIXEL_M, watched_properties

HOUSE = Building("house", ((46.0, -14.0), (62.0, -14.0), (62.0, -5.0), (46.0, -5.0)), 6.0)
CONFIG = ComparisonConfig()


def a_wall(seed: int = 1, gain: float = 1.0, noise: float = 0.5) -> PlaneView:
    """Blocks of random shades: 48 x 126 pixels."""
    rng = np.random.default_rng(7)
    wall = np.kron(rng.uniform(60, 140, (12, 21)), np.ones((4, 6)))
    levels = gain * wall + np.random.default_rng(seed).normal(0, noise, wall.shape)
    everywhere = np.ones(levels.shape, np.bool_)
    grey = np.zeros(wall.shape, np.float32)
    return PlaneView(
        0.0, (0.0, 0.0), levels.astype(np.float32), grey, everywhere, everywhere.copy(), noise
    )


def changed(view: PlaneView, level: float = 60.0) -> PlaneView:
    levels = view.levels.copy()
    levels[10:40, 50:75] = level
    return dataclasses.replace(view, levels=levels)


def test_the_same_in_other_light_is_the_same() -> None:
    found = difference(a_wall(1), a_wall(2, gain=0.4), CONFIG)
    assert np.nanmax(found.levels) < 0.2
    assert found.fit > 0.95
    assert found.shift == (0, 0)


def test_poses_that_err_are_made_up_for() -> None:
    moved = dataclasses.replace(a_wall(2), levels=np.roll(a_wall(2).levels, 7, axis=1))
    found = difference(a_wall(1), moved, CONFIG)
    assert found.shift == (7, 0)
    assert np.nanmax(found.levels[:, 20:-20]) < 0.2


def test_an_expected_shift_keeps_the_found_one_near() -> None:
    found = difference(a_wall(1), a_wall(2), CONFIG, expected=(8, 0))
    assert 5 <= found.shift[0] <= 11


def test_a_change_is_found_where_it_is() -> None:
    found = difference(changed(a_wall(1)), a_wall(2), CONFIG)
    patch = largest_patch(np.nan_to_num(found.levels), found.gained, 0.5, 5, 5.0)
    assert patch is not None
    assert abs(patch.column - 62.5) < 4
    assert abs(patch.row - 25) < 4
    assert patch.area_m2 == pytest.approx(25 * 30 * PIXEL_M**2, rel=0.5)
    assert patch.gained < 0.5  # there was more to see on the reference


def test_a_thin_line_is_no_patch() -> None:
    line = np.zeros((48, 126), np.float32)
    line[20:22] = 1.0
    assert largest_patch(line, line, 0.5, 5, 5.0) is None


def test_a_long_strip_is_no_patch_and_hides_none() -> None:
    """A kerb beside where it lay: 4 m by 0.7 m "appeared", 2.5 m by 0.3 m was "removed"."""
    strip = np.zeros((48, 126), np.float32)
    strip[2:16, 10:90] = 1.0
    assert largest_patch(strip, strip, 0.5, 5, 5.0) is None
    strip[30:42, 100:116] = 1.0
    patch = largest_patch(strip, strip, 0.5, 5, 5.0)
    assert patch is not None
    assert patch.width_m == pytest.approx(16 * PIXEL_M)


def test_what_noise_could_make_is_unknown() -> None:
    rng = np.random.default_rng(1)
    dark = dataclasses.replace(
        a_wall(), levels=rng.normal(8, 4, (48, 126)).astype(np.float32), noise=4.0
    )
    other = dataclasses.replace(
        dark, levels=np.random.default_rng(2).normal(8, 4, (48, 126)).astype(np.float32)
    )
    assert np.isnan(difference(dark, other, CONFIG).levels).mean() > 0.9


def test_what_is_hidden_is_unknown() -> None:
    hidden = a_wall(1)
    hidden.known[:, 50:75] = False
    found = difference(changed(hidden), a_wall(2), CONFIG)
    assert np.isnan(found.levels[:, 48:77]).all()
    assert np.nanmax(found.levels) < 0.3


def test_views_of_other_sizes_are_refused() -> None:
    small = dataclasses.replace(a_wall(), levels=np.ones((5, 5), np.float32))
    with pytest.raises(ValueError, match="5, 5"):
        difference(a_wall(), small, CONFIG)


def test_a_zone_at_a_wall_has_the_wall_and_the_ground_before_it() -> None:
    (place,) = watched_properties(WATCHED, [HOUSE])
    wall, things = place.planes
    assert place.id == "shop"
    assert wall.length_m == pytest.approx(4.3)
    assert {wall.start[1], wall.end[1]} == {-5.0}
    assert {things.start[1], things.end[1]} == {-4.25}
    assert things.wall_behind_m == pytest.approx(0.75)
    assert place.faces((45.0, 0.0))
    assert not place.faces((45.0, -20.0))


def test_a_zone_away_from_buildings_is_watched_from_both_sides() -> None:
    (place,) = watched_properties(WATCHED, [])
    (things,) = place.planes
    assert things.length_m == pytest.approx(4.3)
    assert things.start[1] == pytest.approx(-4.25)
    assert place.faces((45.0, 0.0))
    assert place.faces((45.0, -20.0))


def test_a_long_zone_is_watched_in_pieces() -> None:
    long = Zone("row", ZoneKind.WATCHED_PROPERTY,
                ((46.0, -5.0), (62.0, -5.0), (62.0, -4.0), (46.0, -4.0)))  # fmt: skip
    pieces = watched_properties(long, [HOUSE])
    assert [piece.id for piece in pieces] == ["row.1", "row.2"]
    assert sum(piece.planes[0].length_m for piece in pieces) == pytest.approx(16.0)


def test_pixels_and_places_belong_together() -> None:
    (place,) = watched_properties(WATCHED, [HOUSE])
    plane = place.planes[0]
    first, last = plane.judged.start, plane.judged.stop
    assert plane.place(first) == pytest.approx(plane.start)
    assert plane.place(last) == pytest.approx(plane.end, abs=PIXEL_M)
    assert first * PIXEL_M == pytest.approx(MARGIN_M)
    assert plane.height_of(plane.shape[0]) == pytest.approx(plane.low_m)
