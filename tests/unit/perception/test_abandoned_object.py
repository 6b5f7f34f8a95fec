"""Abandoned objects: left where somebody stopped, and nobody near for half a minute."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from staged_people import NOON_S, Actor, walks
from staged_things import LEAVES_S, OWNER, THING, Place, Thing, at, bends, leaves, play

from patrol.covariance import round_covariance
from perception.ground_projection import GroundProjector
from perception.lidar_spots import SpotConfig, SpotLog, groups_of
from perception.place_looks import HIGH, WIDE, Patch, one_way
from perception.remembered_look import RememberedLook, View
from perception.rules.abandoned_object import AbandonedObjectRule
from perception.rules.abandoned_object_config import (
    AbandonedObjectConfig,
    LeftThingConfig,
    NewThingConfig,
)
from perception.trails import StopConfig


@pytest.mark.parametrize("speed_mps", [0.0, 0.06])
def test_a_suitcase_whose_owner_leaves_is_told_once_after_half_a_minute(speed_mps: float) -> None:
    told = play([Actor(leaves())], [Thing(at(THING))], 45.0, speed_mps=speed_mps)
    (opened,) = told.opened
    assert LEAVES_S + 30.0 <= opened <= LEAVES_S + 30.0 + 5.0
    assert told.off_m[0] < 0.5
    assert told.details[0]["found_by"] == "lidar"
    assert told.covariances == [round_covariance(0.3)]
    assert told.closed == []


def test_an_owner_who_stays_near_leaves_nothing() -> None:
    def loiters(t: float) -> Place:
        return OWNER[0] + 1.2 + 1.2 * math.sin(0.4 * t), OWNER[1] - 0.6

    assert play([Actor(loiters)], [Thing(at(THING))], 70.0).opened == []


def test_an_owner_who_comes_back_and_takes_it_leaves_nothing() -> None:
    def returns(t: float) -> Place:
        away = min(max(t - 3.0, 0.0), max(20.0 - t, 0.0)) * 1.2
        return OWNER[0] + min(away, 7.0) + max(t - 24.0, 0.0) * 1.3, OWNER[1]

    told = play([Actor(returns)], [Thing(at(THING, until_s=23.0))], 70.0)
    assert told.opened == []


def test_what_was_there_before_somebody_came_is_not_theirs() -> None:
    def comes_and_goes(t: float) -> Place:
        return OWNER[0] + 8.0 - min(t * 1.2, 8.0) + max(t - 12.0, 0.0) * 1.3, OWNER[1]

    assert play([Actor(comes_and_goes)], [Thing(at(THING))], 60.0).opened == []


def test_a_thing_alone_with_nobody_ever_near_is_nobodys() -> None:
    assert play([], [Thing(at(THING))], 60.0).opened == []


def test_a_traveller_takes_the_suitcase_along() -> None:
    traveller = walks(55.0, 1.0, 1.0)

    def beside(t: float) -> tuple[float, float]:
        return traveller(t)[0], 1.5

    assert play([Actor(traveller)], [Thing(beside)], 45.0).opened == []


def test_nobody_who_only_stops_leaves_anything() -> None:
    assert play([Actor(leaves())], [], 60.0).opened == []


def test_who_passes_nearby_starts_the_time_anew() -> None:
    passer = walks(68.0, 2.5, -1.2, from_s=12.0)
    told = play([Actor(leaves()), Actor(passer)], [Thing(at(THING))], 75.0)
    near_until_s = 12.0 + (68.0 - THING[0] + 3.0) / 1.2
    (opened,) = told.opened
    assert opened >= near_until_s + 25.0


def test_a_thing_that_is_taken_away_closes_its_incident() -> None:
    told = play([Actor(leaves())], [Thing(at(THING, until_s=45.0))], 60.0)
    assert len(told.opened) == 1
    (closed,) = told.closed
    assert 45.0 + 2.0 <= closed <= 45.0 + 8.0


def test_a_left_thing_that_is_there_on_the_next_pass_is_told_with_its_passes() -> None:
    left = [Actor(leaves(to_m=60.0))]
    told = play(left, [Thing(at(THING))], 330.0, away_s=(20.0, 320.0))
    (opened,) = told.opened
    assert 320.0 <= opened <= 322.0
    assert told.details[0]["passes"] == 2


def test_an_incident_stays_one_over_passes() -> None:
    told = play([Actor(leaves(to_m=60.0))], [Thing(at(THING))], 350.0, away_s=(40.0, 330.0))
    assert len(told.opened) == 1
    assert told.passes == 2


def test_a_low_bag_is_found_by_the_picture() -> None:
    bag = Thing(at((57.1, 1.6), from_s=2.4), hit_by_lidar=False)
    told = play([Actor(leaves((57.1, 0.9), 4.0))], [bag], 45.0)
    (opened,) = told.opened
    assert 34.0 <= opened <= 40.0
    assert told.off_m[0] < 0.8
    assert told.details[0]["found_by"] == "picture"
    ((xx, _, yy),) = told.covariances  # seen eastwards, from 7 m
    assert 0.3**2 < yy < 0.35**2 < 0.4**2 < xx


def test_a_low_bag_that_is_taken_away_again_closes_its_incident() -> None:
    bag = Thing(at((57.1, 1.6), from_s=2.4, until_s=45.0), hit_by_lidar=False)
    told = play([Actor(leaves((57.1, 0.9), 4.0))], [bag], 60.0)
    assert len(told.opened) == 1
    assert len(told.closed) == 1


def test_a_bag_that_hides_behind_who_puts_it_down_is_found_when_they_bend() -> None:
    bag = Thing(at((57.2, 1.0), from_s=2.0), hit_by_lidar=False)
    people = bends(1.8, 2.8)(leaves((56.9, 1.0), 4.5))
    assert len(play(people, [bag], 45.0).opened) == 1


@pytest.mark.parametrize(("to_m", "count"), [(1.1, 1), (1.65, 0)])
def test_who_bends_so_far_that_their_track_breaks_is_told_by_the_box_on_their_feet(
    to_m: float, count: int
) -> None:
    where = leaves((56.9, 1.0), 4.5)
    owner = Actor(lambda t: None if 1.8 <= t < 2.8 else where(t))
    bag = Thing(at((57.2, 1.0), from_s=2.0), hit_by_lidar=False)

    def box(t: float, eye: GroundProjector) -> np.ndarray | None:
        size_m = (0.6, to_m) if 1.8 <= t < 2.8 else (0.5, 1.7)
        return eye.box_at(*where(t), *size_m)

    assert len(play([owner], [bag], 45.0, seen_box=box).opened) == count


def test_a_bag_that_was_there_is_not_new_in_the_picture() -> None:
    def comes_and_goes(t: float) -> Place:
        return 57.1 + 6.0 - min(t * 1.2, 6.0) + max(t - 9.0, 0.0) * 1.3, 0.9

    bag = Thing(at((57.1, 1.6)), hit_by_lidar=False)
    assert play([Actor(comes_and_goes)], [bag], 60.0).opened == []


def test_a_bag_put_down_far_ahead_beside_a_line_is_found_from_near() -> None:
    line = np.array([(66.0, 1.85), (75.0, 1.85), (75.0, 2.0), (66.0, 2.0)])
    bag = Thing(at((67.2, 1.7), from_s=2.0), hit_by_lidar=False)
    people = bends(1.8, 2.8)(leaves((67.2, 1.2), 4.5, to_m=40.0))
    told = play(people, [bag], 46.0, speed_mps=0.3, stains=lambda _t: [line])
    assert len(told.opened) == 1
    assert told.details[0]["found_by"] == "picture"


@pytest.mark.parametrize(("to_m", "count"), [(1.1, 1), (1.4, 0)])
def test_who_bends_down_in_the_dark_is_told_by_how_their_warm_box_shrinks(
    to_m: float, count: int
) -> None:
    bag = Thing(at((67.2, 1.7), from_s=2.0), hit_by_lidar=False)
    people = bends(1.8, 2.8, by_warmth=True, to_m=to_m)(leaves((67.2, 1.2), 4.5, to_m=40.0))
    assert len(play(people, [bag], 46.0, speed_mps=0.3).opened) == count


def test_who_is_bent_down_when_they_come_into_view_is_told_by_how_tall_they_are_later() -> None:
    where = leaves((67.2, 1.2), 4.5, to_m=40.0)
    bag = Thing(at((67.2, 1.7)), hit_by_lidar=False)
    low = Actor(lambda t: where(t) if 0.4 <= t < 0.8 else None, size_m=(0.6, 1.28))
    half = Actor(lambda t: where(t) if t < 0.4 or 0.8 <= t < 1.4 else None, size_m=(0.6, 1.48))
    tall = Actor(lambda t: where(t) if t >= 1.4 else None)
    assert len(play([low, half, tall], [bag], 46.0, speed_mps=0.3).opened) == 1
    stands = Actor(where)
    assert play([stands], [bag], 46.0, speed_mps=0.3).opened == []


def test_a_place_that_was_seen_from_afar_is_looked_at_again_from_near() -> None:
    """The vehicle comes near only after later changes would be others': bending asks anew."""
    bag = Thing(at((63.0, 1.7), from_s=2.0), hit_by_lidar=False)
    people = bends(1.8, 2.8)(leaves((63.0, 1.2), 4.5, to_m=40.0))
    (opened,) = play(people, [bag], 50.0, speed_mps=0.13).opened
    assert 32.0 < opened < 45.0


def test_a_bag_that_was_seen_from_afar_is_not_of_who_ties_a_shoe_there() -> None:
    def comes_and_goes(t: float) -> Place:
        return 62.4 + 4.0 - min(t * 1.2, 4.0) + max(t - 9.0, 0.0) * 1.3, 1.2

    bag = Thing(at((62.5, 1.7)), hit_by_lidar=False)
    assert play(bends(5.0, 6.0)(comes_and_goes), [bag], 60.0, speed_mps=0.14).opened == []


def test_a_faint_thing_in_grainy_pictures_looks_like_the_mean_of_several_looks() -> None:
    rng, seen = np.random.default_rng(3), np.ones((HIGH, WIDE), np.bool_)
    faint = cv2.GaussianBlur(rng.normal(0.0, 1.0, (HIGH, WIDE)), (0, 0), 2.0)
    faint *= 2.4 / faint.std()

    def patch(is_there: bool) -> Patch:
        grey = 60.0 + is_there * faint + rng.normal(0.0, 2.0, (HIGH, WIDE))
        return Patch(grey.astype(np.float32), seen)

    look = RememberedLook(0.4, 0.4)
    look.learn(patch(True), View(5.0, 0.0, 0.0))
    scores = [look.match(patch(True), View(5.0, 0.0, t), 0.7, 0.5).score for t in range(40)]
    assert np.median(scores[:3]) < 0.7 < np.median(scores[10:])
    assert min(scores[10:]) > 0.5
    gone = [look.match(patch(False), View(5.0, 0.0, t), 0.7, 0.5).score for t in range(40, 60)]
    assert max(gone) < 0.5


def test_a_lamp_that_goes_on_or_a_long_shadow_is_no_thing() -> None:
    shadow = np.array([(56.0, 3.0), (56.2, 3.0), (59.0, -1.0), (58.8, -1.0)])
    told = play(
        [Actor(leaves())], [], 50.0,
        light=lambda t: 1.0 if t < 3.5 else 1.6,
        stains=lambda t: [shadow] if t > 3.5 else [],
    )  # fmt: skip
    assert told.opened == []


def test_a_flat_patch_on_the_ground_is_no_thing() -> None:
    patch = np.array([(56.9, 1.3), (57.5, 1.3), (57.5, 1.9), (56.9, 1.9)])
    people = [Actor(leaves((57.1, 0.9)))]
    assert play(people, [], 50.0, stains=lambda t: [patch] if t > 2.5 else []).opened == []


def test_without_lidar_and_without_a_picture_of_it_nothing_is_said() -> None:
    invisible = Thing(at(THING), grey=110.0 / 3)
    told = play([Actor(leaves())], [dataclasses.replace(invisible, size_m=(0.02, 0.02))], 50.0,
                lidar=False)  # fmt: skip
    assert told.opened == []


def test_people_at_impossible_places_are_left_out() -> None:
    def nowhere(t: float) -> Place:
        return (57.1, 1.0) if t < 1.0 else (math.nan, math.nan)

    rule = AbandonedObjectRule(AbandonedObjectConfig())
    assert play([], [Thing(at(THING))], 1.0, rule=rule).opened == []
    with np.errstate(invalid="ignore"):
        assert play([Actor(lambda t: None if t > 1 else nowhere(t))], [], 3.0).opened == []


def test_a_clock_that_is_set_back_begins_anew() -> None:
    told = play(
        [Actor(leaves())], [Thing(at(THING))], 60.0,
        clock=lambda t: NOON_S + t - (500.0 if t > 20.0 else 0.0),
    )  # fmt: skip
    assert told.opened == []  # who left it is forgotten with the rest


def test_groups_are_what_stands_free_and_is_no_wider_than_a_thing() -> None:
    wall = np.column_stack((np.full(60, 6.0), np.linspace(-3.0, 3.0, 60)))
    thing = np.column_stack((np.full(5, 4.0), np.linspace(-0.1, 0.1, 5)))
    angle = np.arctan2(wall[:, 1], wall[:, 0])
    seen = np.vstack((wall[angle < -0.03], thing, wall[angle > 0.03]))
    groups = groups_of(seen, (0.0, 0.0), SpotConfig())
    assert len(groups) == 1
    assert groups[0, :2] == pytest.approx((4.0, 0.0), abs=1e-6)
    assert groups[0, 2] == pytest.approx(0.2)
    assert len(groups_of(np.empty((0, 2)), (0.0, 0.0), SpotConfig())) == 0


def test_spots_are_bounded_and_forget_what_came_once() -> None:
    log = SpotLog(SpotConfig(most=20))
    for number in range(50):
        groups = np.column_stack((np.arange(40.0) + 100 * (number // 10), np.zeros((40, 2))))
        log.step(groups, 0.2 * number)
    assert len(log.known) == 20
    log.step(np.array([(-5.0, 0.0, 0.3)]), 10.0)
    assert log.near((-5.0, 0.0), 0.5) == []


def test_a_line_runs_one_way_and_a_box_does_not() -> None:
    line, box = np.full((56, 80), 100, np.float32), np.full((56, 80), 100, np.float32)
    cv2.line(line, (5, 40), (75, 20), 200.0, 3)
    cv2.rectangle(box, (30, 20), (50, 36), 30.0, -1)
    assert one_way(line, np.abs(line - 100) > 1) > NewThingConfig().one_way
    edge = np.zeros((56, 80), np.bool_)
    edge[18:39, 28:53] = True
    assert one_way(box, edge) < 0.5


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: AbandonedObjectConfig(alone_s=0), "alone_s"),
        (lambda: AbandonedObjectConfig(most_things=0), "most_things"),
        (lambda: AbandonedObjectConfig(pictures=1), "pictures"),
        (lambda: LeftThingConfig(gone_match=0.9), "gone_match"),
        (lambda: LeftThingConfig(pass_gap_s=1), "pass_gap_s"),
        (lambda: NewThingConfig(agree=0), "agree"),
        (lambda: NewThingConfig(least_m=1.5), "least_m"),
        (lambda: SpotConfig(most=0), "most"),
        (lambda: StopConfig(leave_m=0.5), "leave_m"),
    ],
)
def test_bad_limits_are_refused(make: Callable[[], object], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        make()
