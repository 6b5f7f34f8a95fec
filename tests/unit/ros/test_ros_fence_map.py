"""The safety gate's fence follows the map that the vehicle runs on."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from navigation.safety.gate import SafetyGate
from navigation.types import STANDSTILL
from patrol.errors import MapError
from patrol.faults import FaultKind
from patrol.map import PatrolMap
from patrol.map_geojson import save_map
from patrol_base.fence_map import FenceMap
from patrol_bringup.settings import VehicleSettings
from tests.unit.navigation.safety.fence_hands import ask, at, nose_at, street, zone
from tests.unit.navigation.safety.gate_hands import SPEC

WALL = zone((30.0, -10.0), (40.0, 10.0))
BEFORE_IT = at(nose_at(29.7))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    return tmp_path


def settings(folder: Path, patrol_map: PatrolMap, name: str, later_s: float = 0.0) -> None:
    """What the supervisor writes, with its map beside it."""
    save_map(patrol_map, folder / name)
    made = VehicleSettings(folder / "v.yaml", folder / name, folder / "state")
    path = made.write_parameters()
    os.utime(path, (time.time() + later_s,) * 2)


@pytest.fixture
def fence_map(folder: Path) -> Iterator[FenceMap]:
    settings(folder, street(), "first.geojson")
    made = FenceMap(SPEC, folder / "first.geojson", folder / "state")
    yield made
    made.close()


def drives(fence_map: FenceMap) -> bool:
    """Whether a gate lets the vehicle go on towards where the zone is in the other map."""
    output = ask(SafetyGate(SPEC, fence_map.fence), BEFORE_IT)
    assert output.faults <= {FaultKind.ZONE_BOUNDARY, FaultKind.KEEP_OUT_ZONE}
    return output.command != STANDSTILL


def read_whole(fence_map: FenceMap) -> bool:
    """Look until the other map is read."""
    end_s = time.monotonic() + 10.0
    while not (has_changed := fence_map.look()) and not fence_map.error:
        assert time.monotonic() < end_s
    return has_changed


def test_the_first_map_stays_while_nothing_else_is_written(fence_map: FenceMap) -> None:
    assert drives(fence_map)
    assert [fence_map.look() for _ in range(3)] == [False, False, False]
    assert drives(fence_map)


def test_nothing_moves_while_another_map_is_read_and_then_that_one_counts(
    fence_map: FenceMap, folder: Path
) -> None:
    settings(folder, street(WALL), "second.geojson", 5.0)
    assert fence_map.look()
    nowhere = ask(SafetyGate(SPEC, fence_map.fence), at(5.0))
    assert nowhere.faults == {FaultKind.ZONE_BOUNDARY}
    assert read_whole(fence_map)
    assert not drives(fence_map)
    assert ask(SafetyGate(SPEC, fence_map.fence), at(5.0)).faults == frozenset()


def test_it_goes_back_to_the_old_map_with_the_vehicle(fence_map: FenceMap, folder: Path) -> None:
    settings(folder, street(WALL), "second.geojson", 5.0)
    fence_map.look()
    settings(folder, street(), "first.geojson", 10.0)
    assert fence_map.look()
    assert read_whole(fence_map)
    assert drives(fence_map)


def test_a_map_that_cannot_be_read_lets_nothing_move(fence_map: FenceMap, folder: Path) -> None:
    settings(folder, street(WALL), "second.geojson", 5.0)
    (folder / "second.geojson").write_text("{")
    assert fence_map.look()
    assert not read_whole(fence_map)
    assert "second.geojson" in fence_map.error
    assert "\n" not in fence_map.error
    assert not drives(fence_map)
    settings(folder, street(), "first.geojson", 10.0)
    assert fence_map.look()
    assert read_whole(fence_map)
    assert fence_map.error == ""
    assert drives(fence_map)


@pytest.mark.parametrize("text", ["", "[", "/**: 3", "/**: {ros__parameters: {}}"])
def test_parameters_that_name_no_map_change_nothing(
    fence_map: FenceMap, folder: Path, text: str
) -> None:
    path = folder / "state" / "parameters.yaml"
    path.write_text(text)
    os.utime(path, (time.time() + 5.0,) * 2)
    assert not fence_map.look()
    path.unlink()
    assert not fence_map.look()
    assert drives(fence_map)


def test_without_a_state_folder_the_first_map_stays(folder: Path) -> None:
    save_map(street(), folder / "first.geojson")
    made = FenceMap(SPEC, folder / "first.geojson", None)
    assert not made.look()
    assert drives(made)
    made.close()


def test_a_first_map_that_cannot_be_read_is_told_at_once(folder: Path) -> None:
    with pytest.raises(MapError, match=r"none\.geojson"):
        FenceMap(SPEC, folder / "none.geojson", None)


def test_another_version_of_a_map_is_another_map(fence_map: FenceMap, folder: Path) -> None:
    settings(folder, replace(street(WALL), name="street, closed"), "third.geojson", 5.0)
    fence_map.look()
    assert read_whole(fence_map)
    assert not drives(fence_map)
