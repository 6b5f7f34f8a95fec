"""Microphone level: sources by distance over the noise of the place, the rain and the vehicle."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from simulation.actors.company import ActorNow
from simulation.conditions import Conditions
from simulation.terrain import Terrain

DAY_DBA, NIGHT_DBA = 50.0, 40.0  # a residential street (WHO 2018: roads 53 by day, 45 by night)
NIGHT_H = (22.0, 6.0)
RAIN_DBA = 45.0  # of 1 mm/h; ten times the rain is ten times the power
DRIVE_DBA = 52.0  # of the vehicle's own drive at 1 m/s; power follows the speed squared
SOURCE_HEIGHT_M = 1.2  # mouths, engines
NEAREST_M = 0.5  # nearer sources are no louder


@dataclass(frozen=True, slots=True)
class SoundSource:
    """A point source: place (map) and its level at 1 m."""

    x_m: float
    y_m: float
    z_m: float
    level_dba: float


def sound_sources(actors: Iterable[ActorNow], terrain: Terrain) -> list[SoundSource]:
    """What can be heard of a world's actors now."""
    sources = []
    for state in (actor.state for actor in actors):
        if state.visible and state.sound_dba > 0:
            z_m = terrain.spot_height_m(state.x_m, state.y_m) + SOURCE_HEIGHT_M
            sources.append(SoundSource(state.x_m, state.y_m, z_m, state.sound_dba))
    return sources


def sound_level_dba(
    sources: Iterable[SoundSource],
    microphone_map: tuple[float, float, float],
    conditions: Conditions,
    speed_mps: float,
) -> float:
    """The level at the microphone: powers add, each falls with the distance squared.

    Spherical spreading, L = L1 - 20 log10(r) (ISO 9613-2, eq. 7); no wall hides or reflects.
    """
    late, early = NIGHT_H
    night = conditions.hour_h >= late or conditions.hour_h < early
    power = _power(NIGHT_DBA if night else DAY_DBA)
    power += conditions.raining_mmph * _power(RAIN_DBA) + speed_mps**2 * _power(DRIVE_DBA)
    for source in sources:
        distance = math.dist(microphone_map, (source.x_m, source.y_m, source.z_m))
        power += _power(source.level_dba) / max(NEAREST_M, distance) ** 2
    return 10.0 * math.log10(power)


def _power(level_dba: float) -> float:
    return math.pow(10.0, level_dba / 10.0)
