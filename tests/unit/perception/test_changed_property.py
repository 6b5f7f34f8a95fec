"""Changed property: what differs from the references, compactly and for long enough."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from staged_people import NOON_S
from staged_wall import EYE_X_M, RING, WATCHED, Look, recorded, scene, told_of, view

from patrol.map import Zone, ZoneKind
from perception.looks import Sighting
from perception.map_view import NOWHERE
from perception.reference_views import ReferenceConfig, ReferenceStore
from perception.rules.base import Scene
from perception.rules.changed_property import ChangedPropertyRule
from perception.rules.changed_property_config import ChangedPropertyConfig, ViewingConfig
from perception.view_comparison import ComparisonConfig

AS_BEFORE, OPEN, TAKEN = Look(), Look(door=None), Look(parcel=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("references")
    recorded(folder, view())
    return folder


@pytest.fixture
def store(folder: Path) -> ReferenceStore:
    return ReferenceStore(folder, ReferenceConfig())


def test_says_nothing_where_all_is_as_before(store: ReferenceStore) -> None:
    assert len(store) > 10
    assert told_of(store, lambda _t: AS_BEFORE).opened == []


@pytest.mark.parametrize("light", [0.35, 0.7, 1.5])
def test_other_light_is_no_change(store: ReferenceStore, light: float) -> None:
    assert told_of(store, lambda _t: AS_BEFORE, light=light).opened == []


def test_another_viewpoint_is_no_change(store: ReferenceStore) -> None:
    assert told_of(store, lambda _t: AS_BEFORE, x_m=39.5, speed_mps=0.6).opened == []


def test_tells_once_of_an_open_door(store: ReferenceStore) -> None:
    told = told_of(store, lambda _t: OPEN)
    ((t, x_m, y_m),) = told.opened
    assert 3.0 <= t <= 5.0
    assert abs(x_m - 51.5) < 0.8
    assert y_m == pytest.approx(-5.0)
    assert told.details[0]["what"] in ("altered", "appeared", "removed")
    assert 0.5 < float(told.details[0]["width_m"]) < 2.0
    assert told.details[0]["reference_age_h"] == pytest.approx(24.0, abs=0.1)


def test_tells_of_a_door_that_is_opened_in_view(store: ReferenceStore) -> None:
    told = told_of(store, lambda t: OPEN if t >= 3.0 else AS_BEFORE, 10.0)
    ((t, _, _),) = told.opened
    assert 6.0 <= t <= 8.0


def test_a_door_that_opens_for_a_moment_is_no_change(store: ReferenceStore) -> None:
    assert told_of(store, lambda t: OPEN if 2.0 <= t < 4.2 else AS_BEFORE, 9.0).opened == []


def test_tells_of_a_parcel_that_is_gone(store: ReferenceStore) -> None:
    told = told_of(store, lambda t: TAKEN if t >= 2.0 else AS_BEFORE, 9.0)
    ((t, x_m, _),) = told.opened
    assert 5.0 <= t <= 7.0
    assert abs(x_m - 52.9) < 0.8
    assert told.details[0]["what"] == "removed"


def test_tells_of_a_parcel_from_a_moving_vehicle(store: ReferenceStore) -> None:
    told = told_of(store, lambda _t: TAKEN, x_m=39.5, speed_mps=0.5)
    assert len(told.opened) == 1


def test_who_stands_before_the_door_is_no_change(store: ReferenceStore) -> None:
    waits = Look(person_x_m=51.6)
    assert told_of(store, lambda _t: waits, 12.0).opened == []


def test_what_somebody_hides_is_judged_once_they_have_gone(store: ReferenceStore) -> None:
    told = told_of(
        store, lambda t: dataclasses.replace(OPEN, person_x_m=51.6 if t < 4.0 else None), 12.0
    )
    assert len(told.opened) == 1


def test_is_over_when_all_is_as_before_again(store: ReferenceStore) -> None:
    told = told_of(store, lambda t: OPEN if t < 5.0 else AS_BEFORE, 16.0)
    assert len(told.opened) == 1
    (closed,) = told.closed
    assert closed >= 5.0 + ChangedPropertyConfig().stay.clear_s


def test_a_more_sensitive_zone_tells_sooner(store: ReferenceStore) -> None:
    alert = Zone("alert", ZoneKind.INCIDENT_SENSITIVITY, RING, sensitivity=2.0)
    slow = told_of(store, lambda _t: OPEN).opened[0][0]
    fast = told_of(store, lambda _t: OPEN, map_view=view(WATCHED, alert)).opened[0][0]
    assert fast <= slow - 1.0


def test_is_silent_without_references(tmp_path: Path) -> None:
    empty = ReferenceStore(tmp_path / "none", ReferenceConfig())
    assert told_of(empty, lambda _t: OPEN).opened == []
    assert told_of(None, lambda _t: OPEN).opened == []


def test_is_silent_at_night_without_references_of_the_night(store: ReferenceStore) -> None:
    assert told_of(store, lambda _t: OPEN, begin_s=NOON_S + 11 * 3600.0).opened == []


def test_references_of_another_zone_are_not_used(store: ReferenceStore) -> None:
    moved = dataclasses.replace(WATCHED, polygon_map=tuple((x + 0.3, y) for x, y in RING))
    assert told_of(store, lambda _t: OPEN, map_view=view(moved)).opened == []


def test_is_silent_outside_the_zones_hours(store: ReferenceStore) -> None:
    by_night = dataclasses.replace(WATCHED, windows="22:00-05:00")
    assert told_of(store, lambda _t: OPEN, map_view=view(by_night)).opened == []


def test_is_silent_without_a_map(store: ReferenceStore) -> None:
    assert told_of(store, lambda _t: OPEN, map_view=NOWHERE).opened == []


def test_records_nothing_in_a_no_record_zone(tmp_path: Path) -> None:
    private = Zone("private", ZoneKind.NO_RECORD, RING)
    assert len(recorded(tmp_path, view(WATCHED, private))) == 0
    assert list(tmp_path.iterdir()) == []


def test_who_is_there_while_references_are_made_is_left_out(tmp_path: Path) -> None:
    store = recorded(tmp_path, view(), look=Look(person_x_m=51.6))
    assert told_of(store, lambda _t: Look(person_x_m=51.6), 8.0).opened == []
    assert told_of(store, lambda _t: AS_BEFORE, 8.0).opened == []


def test_boxes_that_are_no_numbers_hide_nothing(store: ReferenceStore) -> None:
    def broken(one: Scene, _t: float) -> Scene:
        box = np.array([np.nan, 0.0, np.inf, 10.0])
        return dataclasses.replace(one, sightings=[Sighting(box, 0.9)])

    assert len(told_of(store, lambda _t: OPEN, change=broken).opened) == 1


def test_survives_a_clock_that_jumps(store: ReferenceStore) -> None:
    rule = ChangedPropertyRule(ChangedPropertyConfig(), store)
    the_map = view()
    for jump_s in (0.0, -3000.0, 500.0):
        for number in range(6):
            at_s = NOON_S + jump_s + 0.2 * number
            assert rule.step(scene(the_map, at_s, EYE_X_M, OPEN, seed=number)) == []


def test_looks_at_nothing_it_has_driven_past(store: ReferenceStore) -> None:
    assert told_of(store, lambda _t: OPEN, x_m=55.0, map_view=view()).opened == []


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: ChangedPropertyConfig(hold_s=0), "hold_s"),
        (lambda: ChangedPropertyConfig(least_difference=2), "least_difference"),
        (lambda: ChangedPropertyConfig(wall_m2=0), "wall_m2"),
        (lambda: ChangedPropertyConfig(thick_px=0), "thick_px"),
        (lambda: ChangedPropertyConfig(least_fit=1), "least_fit"),
        (lambda: ViewingConfig(every_s=0), "every_s"),
        (lambda: ViewingConfig(least_slope=1), "least_slope"),
        (lambda: ViewingConfig(looks=2), "looks"),
        (lambda: ViewingConfig(references=0), "references"),
        (lambda: ComparisonConfig(window_px=10), "window_px"),
        (lambda: ComparisonConfig(shift_px=9), "shift_px"),
        (lambda: ComparisonConfig(floor=0), "floor"),
        (lambda: ComparisonConfig(most_gain=0.5), "most_gain"),
        (lambda: ReferenceConfig(spacing_m=0), "spacing_m"),
        (lambda: ReferenceConfig(runs=0), "runs"),
        (lambda: ReferenceConfig(most_views=0), "most_views"),
    ],
)
def test_bad_limits_are_refused(make: object, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        make()  # type: ignore[operator]
