"""Quick ways of working something out give what the plain ones give."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from simulation.actors.path import SAMPLE_M, SEARCH_M
from simulation.actors.path import Path as Walk
from simulation.actors.script import Repeat
from simulation.mujoco.schedule import Turns, due
from simulation.sensors.battery import CELL_V, CELLS, CHARGE_PCT, Battery
from simulation.surfaces import SurfaceMap
from simulation.terrain import Terrain

ROOT = Path(__file__).parents[3]
SPEC = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
HILLS = Terrain(-20.0, -10.0, 2.0, np.random.default_rng(3).normal(0.0, 5.0, (11, 21)))
WAYS = ((0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (9.0, 3.5))


@given(st.floats(0.0, 250.0))
def test_a_sensors_turns_come_when_it_is_due(rate_hz: float) -> None:
    turns = Turns(rate_hz)
    ticks = range(1, 400)
    assert [turns.come(tick) for tick in ticks] == [due(tick, rate_hz) for tick in ticks]


@given(st.floats(-60.0, 60.0), st.floats(-60.0, 60.0))
def test_the_height_of_a_spot_is_that_of_the_terrain(x_m: float, y_m: float) -> None:
    assert HILLS.spot_height_m(x_m, y_m) == float(HILLS.height_at(x_m, y_m))


def test_surfaces_of_several_places_are_those_of_each() -> None:
    patrol_map = load_map(ROOT / "maps" / "sillim.geojson")
    surfaces, rng = SurfaceMap(patrol_map), np.random.default_rng(0)
    west, south, east, north = patrol_map.bounds_m
    places = list(zip(rng.uniform(west, east, 60), rng.uniform(south, north, 60), strict=True))
    together = surfaces.at_all(places)
    assert together == [surfaces.at(*place) for place in places]
    assert len(set(together)) > 2


@settings(deadline=None)
@given(st.sampled_from(Repeat), st.floats(0.0, 40.0), st.floats(-2.0, 11.0), st.floats(-2.0, 6.0))
def test_a_walkers_progress_is_the_nearest_place_ahead(
    repeat: Repeat, s: float, x_m: float, y_m: float
) -> None:
    walk = Walk(WAYS, repeat)
    ahead = np.arange(0.0, SEARCH_M + 1e-9, SAMPLE_M) + s
    away = np.hypot(*(walk.at(ahead) - (x_m, y_m)).T)
    found = walk.progressed(s, np.array((x_m, y_m)))
    assert found in ahead
    assert away[list(ahead).index(found)] == pytest.approx(away.min(), abs=1e-9)


@given(st.floats(0.0, 100.0))
def test_a_battery_at_rest_has_its_cells_voltage(charge_pct: float) -> None:
    expected = CELLS * float(np.interp(charge_pct, CHARGE_PCT, CELL_V))
    assert math.isclose(Battery(SPEC, charge_pct).voltage_v, expected, rel_tol=1e-12)
