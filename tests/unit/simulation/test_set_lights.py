"""A pedestrian light that somebody sets: walkers, pictures and the trace see the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from patrol.map import PatrolMap
from patrol.signals import SignalLight
from patrol.vehicle import VehicleSpec
from simulation.actors.company import Company
from simulation.camera.panda import PandaRenderer
from simulation.camera.renderer import SceneNow
from simulation.conditions import Conditions
from simulation.scenarios.load import load_scenario
from simulation.scenarios.runner import Run
from simulation.signals import CrosswalkSignal, SignalHead, SignalProgram
from simulation.world import World, build_world

GROUND = Path(__file__).parents[3] / "maps" / "proving_ground.geojson"
SCENARIO = f"""
title: a light turns green
map: {GROUND}
duration_s: 1
vehicles: [{{start: {{edge_id: 107, fraction: 0.3}}}}]
events:
  - {{kind: signal, name: red, at_s: 0, crosswalk: cw-signalled, light: dont_walk}}
  - {{kind: signal, name: green, at_s: 0.5, crosswalk: cw-signalled, light: walk}}
"""
ORIGIN, LEVEL = np.zeros(3), np.eye(3)
RED_FIRST = SignalProgram(offset_s=30.0)
SIGNAL = CrosswalkSignal("s", "cw", RED_FIRST, (SignalHead(5.0, 0.0, -1.3, np.pi),))
GREEN = {"cw": SignalLight.WALK}
LAMPS = slice(40, 170), slice(130, 190)  # rows and columns of the lamps


def lit_world(plane_map: Callable[..., PatrolMap], hour_h: float) -> World:
    return replace(
        build_world(plane_map(), conditions=Conditions(hour_h)), posts=(), signals=(SIGNAL,)
    )


@pytest.mark.parametrize("hour_h", [12.0, 1.0])
def test_a_set_light_changes_what_the_camera_sees(
    plane_map: Callable[..., PatrolMap], goalie: VehicleSpec, hour_h: float
) -> None:
    camera = replace(goalie.cameras[0], width_px=320, height_px=180, pitch_rad=0.0)
    renderer = PandaRenderer(lit_world(plane_map, hour_h), [camera], "software")
    reddest, greenest = [], []
    for lights in ({}, GREEN):
        seen = renderer.render(camera, ORIGIN, LEVEL, SceneNow(set_lights=lights)).astype(int)
        lamps = seen[LAMPS]
        reddest.append((lamps[..., 2] - lamps[..., 1]).max())
        greenest.append((lamps[..., 1] - lamps[..., 2]).max())
    renderer.close()
    assert reddest[0] > 100 > reddest[1]
    assert greenest[1] > 100 > greenest[0]


def test_the_lit_lamp_is_the_warmer_one_in_a_thermal_picture(
    plane_map: Callable[..., PatrolMap], goalie: VehicleSpec
) -> None:
    camera = replace(goalie.cameras[0], pitch_rad=0.0)
    renderer = PandaRenderer(lit_world(plane_map, 1.0), [camera], "software")
    rows = []
    for lights in ({}, GREEN):
        warm = renderer.render_thermal(camera, ORIGIN, LEVEL, SceneNow(set_lights=lights))
        warmest = np.argwhere(warm > warm.max() - 1.0)
        rows.append(warmest[:, 0].mean())
        assert 15.0 < warm.max() < 30.0
    renderer.close()
    assert rows[1] - rows[0] > 15  # green hangs below red


def test_a_set_light_holds_until_it_is_given_back(plane_map: Callable[..., PatrolMap]) -> None:
    company = Company(lit_world(plane_map, 12.0))
    assert company.lights == {"cw": SignalLight.DONT_WALK}
    company.set_lights["cw"] = SignalLight.WALK
    company.step(40.0)
    assert company.lights == {"cw": SignalLight.WALK}
    del company.set_lights["cw"]
    assert company.lights == {"cw": RED_FIRST.at(40.0)[0]}


def test_an_event_of_a_scenario_sets_the_light_of_the_world_and_of_the_trace(
    tmp_path: Path,
) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(SCENARIO)
    run = Run(load_scenario(path))
    for _ in run.samples():
        pass
    trace, lights = run.trace, run.vehicle.simulator.lights
    run.close()
    assert lights == {"cw-signalled": SignalLight.WALK}
    assert trace.light_at("cw-signalled", 0.3) is SignalLight.DONT_WALK
    assert trace.light_at("cw-signalled", 0.9) is SignalLight.WALK
    assert trace.light_at("cw-none", 0.9) is None
    with pytest.raises(KeyError):
        run.vehicle.simulator.set_light("cw-none", SignalLight.WALK)
