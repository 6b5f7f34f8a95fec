"""Before a scene about watched property the vehicle has views of it as it was."""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from patrol.config import read_yaml
from patrol.incident import AnomalyKind
from patrol.map import ZoneKind
from perception.reference_views import PlaneKey, ReferenceConfig, ReferenceStore
from perception.watched_property import watched_properties
from simulation.actors.kinds import ActorKind
from simulation.scenarios.define_things import Changed
from simulation.scenarios.expect_seeing import found_in
from simulation.scenarios.reference_run import FROM_M, STEP_M, TO_M, record_references
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.seeing import load_seeing
from tests.unit.simulation.scenarios.acting import ROOT, at, person, trace_of

TABLE = ROOT / "config" / "scenarios" / "seeing" / "events.yaml"
NOON_S = datetime(2026, 3, 20, 3, tzinfo=UTC).timestamp()


def scenarios(kind: AnomalyKind) -> list[Scenario]:
    data = read_yaml(TABLE)
    data["kinds"] = type(data["kinds"])(k for k in data["kinds"] if k["incident"] == kind.value)
    return load_seeing(data, TABLE, "seeing", [0])


@pytest.fixture(scope="module")
def opened() -> Scenario:
    (one,) = (s for s in scenarios(AnomalyKind.CHANGED_PROPERTY) if "door_stands_open" in s.id)
    return one


def test_the_line_lies_before_the_scene(opened: Scenario) -> None:
    door = next(a for a in opened.actors if a.kind is ActorKind.DOOR)
    ahead_m = [pose.inverse_transform(*door.place_map)[0] for pose in opened.reference_poses]
    assert len(ahead_m) == pytest.approx((FROM_M - TO_M) / STEP_M, abs=1)
    assert max(ahead_m) == pytest.approx(FROM_M + 1.1, abs=0.1)
    assert min(ahead_m) == pytest.approx(TO_M + 1.1, abs=0.4)
    assert np.diff(ahead_m) == pytest.approx(-STEP_M, abs=0.01)


def test_its_map_watches_the_ground_before_the_door(opened: Scenario) -> None:
    (zone,) = (z for z in opened.patrol_map.zones if z.kind is ZoneKind.WATCHED_PROPERTY)
    (place,) = watched_properties(zone, opened.patrol_map.buildings)
    door = next(a for a in opened.actors if a.kind is ActorKind.DOOR)
    assert len(place.planes) == 2
    assert math.dist(place.place, door.place_map) < 1.5


def test_other_kinds_have_no_reference_run() -> None:
    assert not any(s.reference_poses for s in scenarios(AnomalyKind.LOITERING))


def test_what_was_taken_is_missed_where_it_belongs() -> None:
    parcel = person(kind=ActorKind.BOX)
    trace = trace_of([(parcel, lambda t: at((62.0 + t, 2.0)) if t > 3 else at())])
    (event,) = found_in(trace, Changed(), (parcel.name,))
    assert event.place_map == parcel.place_map


def test_views_are_made_by_day_and_by_night_with_all_as_it_was(
    opened: Scenario, tmp_path: Path
) -> None:
    short = dataclasses.replace(opened, reference_poses=opened.reference_poses[30:36])
    for name in ("once", "twice"):
        record_references(
            short, short.build_world(), short.patrol_map, tmp_path / name,
            lambda hour_h: NOON_S + 3600.0 * (hour_h - 12.0),
        )  # fmt: skip
    once, twice = (ReferenceStore(tmp_path / n, ReferenceConfig()) for n in ("once", "twice"))
    (zone,) = (z for z in short.patrol_map.zones if z.kind is ZoneKind.WATCHED_PROPERTY)
    (place,) = watched_properties(zone, short.patrol_map.buildings)
    for plane in place.planes:
        key = PlaneKey(short.patrol_map.map_id, place.id, plane.digest)
        here = short.reference_poses[3].transform(1.1, 0.0)
        for is_night, runs in ((False, 2), (True, 1)):
            views = once.near(key, here, is_night=is_night, within_m=2.0, most=9)
            assert len(views) == runs
            again = twice.near(key, here, is_night=is_night, within_m=2.0, most=9)
            for view, same in zip(views, again, strict=True):
                assert (view.view.levels == same.view.levels).all()
                assert view.view.stamp_s < NOON_S
                assert view.view.known[:, plane.judged].mean() > 0.5
