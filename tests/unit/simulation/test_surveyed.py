"""The surveyed map carries the lamps that stand in the world, and no others."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

from patrol.map import PoiKind, PointOfInterest
from patrol.map_geojson import load_map
from simulation.camera.lamps import lamps_of
from simulation.surveyed import surveyed
from simulation.world import build_world

GROUND = load_map(Path(__file__).parents[3] / "maps" / "proving_ground.geojson")


def test_every_lamp_of_the_world_is_on_the_map_at_its_light() -> None:
    world = build_world(GROUND)
    lamps = [p for p in surveyed(GROUND, world).pois if p.kind is PoiKind.STREET_LAMP]
    assert len(lamps) == len(lamps_of(world)) >= 4
    for lamp, stands in zip(lamps, lamps_of(world), strict=True):
        assert math.dist((lamp.x_m, lamp.y_m), stands.place[:2]) < 1e-6
        assert lamp.height_m is not None
        assert 4.5 < lamp.height_m < 6.0


def test_a_map_with_lamps_of_its_own_is_kept() -> None:
    own = PointOfInterest("mine", "", PoiKind.STREET_LAMP, 1.0, 2.0, 4.0)
    mapped = dataclasses.replace(GROUND, pois=(own,))
    assert surveyed(mapped, build_world(mapped)) is mapped
