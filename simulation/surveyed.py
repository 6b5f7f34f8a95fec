"""The map as a survey of the simulated street gives it: with the street lamps that stand there."""

from __future__ import annotations

from dataclasses import replace

from patrol.map import PatrolMap, PoiKind, PointOfInterest
from simulation.camera.lamps import lamps_of
from simulation.world import World


def surveyed(patrol_map: PatrolMap, world: World) -> PatrolMap:
    """A map with the lamps of a world, each where its light hangs; a map that has lamps is kept.

    Which lamps stand depends on what else the scenario puts there, so no map file can say it.
    """
    if any(poi.kind is PoiKind.STREET_LAMP for poi in patrol_map.pois):
        return patrol_map
    lamps = tuple(
        PointOfInterest(
            f"lamp-{lamp.post}",
            "",
            PoiKind.STREET_LAMP,
            lamp.place[0],
            lamp.place[1],
            lamp.place[2] - float(world.terrain.height_at(lamp.place[0], lamp.place[1])),
        )
        for lamp in lamps_of(world)
    )
    return replace(patrol_map, pois=(*patrol_map.pois, *lamps))
