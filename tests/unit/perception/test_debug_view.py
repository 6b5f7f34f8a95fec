"""The debug picture: blurred, with what was seen on it, and nothing where nothing may be kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import painted_world as world
from msgspec.structs import replace

from perception.debug_view import debug_picture
from perception.detectors.base import Detections
from perception.types import TrackView

PERSON = (16.0, 1.5)


def test_it_shows_boxes_on_the_blurred_picture(tmp_path: Path) -> None:
    pipe = world.pipeline(tmp_path)
    assert pipe.debug_picture() is None
    world.drive(pipe, PERSON, seconds=6.0)
    shown = pipe.debug_picture()
    assert shown is not None
    _, kept = pipe._reporter.latest("front")
    assert shown.shape == kept.shape
    drawn = np.abs(shown.astype(int) - kept.astype(int)).sum(axis=2) > 0
    assert 20 < drawn.sum() < 0.2 * drawn.size


def test_a_track_is_drawn_in_the_picture_that_shows_it() -> None:
    blank, nothing = np.zeros((36, 64, 3), np.uint8), Detections()
    box = (10.0, 10.0, 30.0, 30.0)
    track = TrackView(7, "person", 1.0, 2.0, 0.3, 0.0, 0.0, 0.9, box, 12.0)
    shown = debug_picture(blank, 12.0, nothing, [track], [])
    assert tuple(shown[20, 10]) == tuple(shown[30, 20]) == (80, 190, 60)
    assert not blank.any(), "the kept picture is left alone"
    assert not debug_picture(blank, 12.2, nothing, [track], []).any()


def test_who_is_seen_by_warmth_alone_is_marked() -> None:
    blank, nothing = np.zeros((60, 240, 3), np.uint8), Detections()
    track = TrackView(7, "person", 1.0, 2.0, 0.3, 0.0, 0.0, 0.9, (10.0, 30.0, 30.0, 50.0), 12.0)
    plain = debug_picture(blank, 12.0, nothing, [track], [])
    warm = debug_picture(blank, 12.0, nothing, [replace(track, by_warmth=True)], [])
    more = (warm != plain).any(axis=2)
    assert more.any()
    assert not more[:, :40].any(), "the box is the same, a word comes after the text"


def test_there_is_none_of_a_place_that_may_not_be_recorded(tmp_path: Path) -> None:
    pipe = world.pipeline(tmp_path, no_record=lambda x, y: True)
    world.drive(pipe, PERSON, seconds=2.0)
    assert pipe.debug_picture() is None


def test_boxes_that_are_no_numbers_are_not_drawn() -> None:
    broken = Detections(
        np.full((1, 4), np.nan, np.float32), np.ones(1, np.float32), np.zeros(1, np.int64)
    )
    blank = np.zeros((36, 64, 3), np.uint8)
    assert not debug_picture(blank, 0.0, broken, [], []).any()
