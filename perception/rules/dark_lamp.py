"""Dark lamp: a street lamp of the map that does not burn at night.

Definition. Between civil dusk and dawn (sun more than 6 degrees below the horizon) a lamp of the
map (`street_lamp`), in sight and within reach, shows no light where it hangs, and the ground under
it is not lit either, in every picture for `hold_s`. A burning lamp saturates a camera that is
exposed for a street at night; what is neither clearly bright nor clearly dark counts for nothing,
nor does a look past a car or truck, or far into fog. Ground that is lit speaks against it: the
lamp may only be hidden by leaves. Without lamps on the map, and by day, the rule is silent.

Source: civil twilight is when lighting must be on (`patrol.sun`); lit and unlit surfaces of a
street after EN 13201-2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from patrol.incident import AnomalyKind
from perception.map_places import MappedLamp
from perception.rules.base import Finding, Scene
from perception.rules.lamp_looks import LampLookConfig, ground_level, lamp_box, levels_in

RULE_VERSION = "dark_lamp/1"
_MAP_SIGMA_M = 1.0  # of a lamp's place on a map


@dataclass(frozen=True, slots=True)
class DarkLampConfig:
    """The rule's limits."""

    hold_s: float = 1.6
    min_looks: int = 6
    forget_s: float = 5.0  # without a look
    burning_level: float = 130.0  # of 255, the brightest spot
    dark_level: float = 50.0
    haze_level: float = 22.0  # what is usual where the light should be; more is fog or dusk
    haze_range_m: float = 20.0  # further off, fog may hide a light
    lit_ground_level: float = 75.0  # of 255, what is usual under the lamp
    look: LampLookConfig = field(default_factory=LampLookConfig)

    def __post_init__(self) -> None:
        for name in ("hold_s", "forget_s"):
            if not 0 < getattr(self, name) <= 60:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 60]")
        if self.min_looks < 2:
            raise ValueError(f"min_looks: {self.min_looks} must be at least 2")
        if not 0 < self.dark_level < self.burning_level < 255:
            raise ValueError(f"dark_level: {self.dark_level} must be in (0, burning_level)")


@dataclass(slots=True)
class _Watch:
    """What is known of one lamp."""

    key: int
    dark_since_s: float | None = None
    looks: int = 0
    seen_s: float = 0.0
    raised: bool = False
    box: NDArray[np.float64] | None = field(default=None)


class DarkLampRule:
    """The rule with its memory of lamps."""

    kind = AnomalyKind.DARK_LAMP

    def __init__(self, config: DarkLampConfig) -> None:
        self._config = config
        self._watches: dict[str, _Watch] = {}

    def step(self, scene: Scene) -> list[Finding]:
        """Lamps that have been dark for long enough, and those that burn again."""
        if not scene.map.is_night(scene.stamp_s):
            self._watches.clear()
            return []
        found = []
        for lamp in scene.map.lamps_in_sight(*scene.viewpoint_map, self._config.look.most_range_m):
            watch = self._watches.setdefault(lamp.id, _Watch(len(self._watches) + 1))
            box = lamp_box(lamp, scene, self._config.look)
            burns = None if box is None else self._burns(lamp, box, scene)
            if burns is None:
                continue
            watch.box = box
            cleared = self._note(watch, burns, scene.stamp_s)
            if watch.raised or cleared:
                found.append(self._finding(lamp, watch, scene, cleared=cleared))
        return found

    def _note(self, watch: _Watch, burns: bool, stamp_s: float) -> bool:
        """Take one clear look; gives whether a lamp that was told of burns again."""
        if burns or stamp_s - watch.seen_s > self._config.forget_s:
            watch.dark_since_s, watch.looks = None, 0
        watch.seen_s = stamp_s
        if burns:
            cleared, watch.raised = watch.raised, False
            return cleared
        if watch.dark_since_s is None:
            watch.dark_since_s = stamp_s
        watch.looks += 1
        lasted_s = stamp_s - watch.dark_since_s
        watch.raised |= lasted_s >= self._config.hold_s and watch.looks >= self._config.min_looks
        return False

    def _burns(self, lamp: MappedLamp, box: NDArray[np.float64], scene: Scene) -> bool | None:
        """Whether it burns; None where that is not clear."""
        if any(_overlap(box, track.observation.box_xyxy) for track in scene.tracks):
            return None
        level, usual = levels_in(scene.image_bgr, box)
        if level >= self._config.burning_level:
            return True
        range_m = math.dist((lamp.x_m, lamp.y_m), scene.viewpoint_map)
        hazy = usual > self._config.haze_level and range_m > self._config.haze_range_m
        if hazy or level > self._config.dark_level:
            return None
        ground = ground_level(lamp, scene)
        return None if ground is None or ground > self._config.lit_ground_level else False

    def _finding(self, lamp: MappedLamp, watch: _Watch, scene: Scene, *, cleared: bool) -> Finding:
        since_s = scene.stamp_s if watch.dark_since_s is None else watch.dark_since_s
        return Finding(
            self.kind,
            watch.key,
            lamp.x_m,
            lamp.y_m,
            _MAP_SIGMA_M,
            since_s,
            0.85,
            watch.box,
            RULE_VERSION,
            {"lamp": lamp.id},
            cleared,
        )


def _overlap(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    return bool(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])
