"""Smoke: a column of warm air that rises and billows over one place.

Definition. In the thermal picture a column that reaches above the camera's horizon, warmer than
skin (`least_c`) and than what else is in its rows, as large as smoke 0.6 m wide looks
(`least_size_m`), whose heat goes up and down as it billows (`flicker`), over one place for
`hold_s`. A column over flames belongs to the fire: that is told by the rule `fire`. A body is
cooler than that, a warm wall or lorry does not billow, a street in the sun that climbs is no
warmer than other ground; fog and rain are as cool as the air; steam from a manhole or an exhaust
in the cold is not told apart.

Without a thermal camera the rule is silent: smoke before a street that moves past a driving camera
is not told from shadows, trees and dirt by its picture alone.

Source: smoke within a metre or two of its source is 40 to 200 degrees Celsius (McCaffrey 1979,
plumes); billowing and widening as signs of smoke, Toreyin et al. 2005, "Wavelet based real-time
smoke detection in video".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from patrol.covariance import told_covariance
from patrol.incident import AnomalyKind
from perception.hot_spots import thermal_projector
from perception.rules.base import Finding, Scene
from perception.rules.fire_looks import FlameLook
from perception.rules.fire_places import FirePlace, FirePlaces, PlaceConfig, flicker_of, size_of
from perception.warm_plumes import Plume, warm_plumes

RULE_VERSION = "smoke/2"


@dataclass(frozen=True, slots=True)
class SmokeConfig:
    """The rule's limits."""

    hold_s: float = 3.5
    least_looks: int = 10
    least_c: float = 36.0
    flame_c: float = 65.0  # in or under it: then it is a fire's
    least_px: int = 12
    least_size_m: float = 0.5
    flicker: float = 0.005  # of the heat, as a share; what hangs there comes to 0.0005
    place_sigma_m: float = 1.6
    place_wait_s: float = 6.5
    place: PlaceConfig = field(default_factory=lambda: PlaceConfig(join_m=4.0))

    def __post_init__(self) -> None:
        for name, most in (("hold_s", 60.0), ("least_size_m", 5.0), ("place_sigma_m", 20.0),
                           ("place_wait_s", 30.0)):  # fmt: skip
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if not 30 <= self.least_c < self.flame_c:
            raise ValueError(f"least_c: {self.least_c} must be in [30, flame_c)")
        if not 0 < self.flicker < 1:
            raise ValueError(f"flicker: {self.flicker} must be in (0, 1)")
        if self.least_looks < 3 or self.least_px < 4:
            raise ValueError("least_looks: must be at least 3, and least_px at least 4")


class SmokeRule:
    """The rule with its memory of places where something rises."""

    kind = AnomalyKind.SMOKE

    def __init__(self, config: SmokeConfig) -> None:
        self._config = config
        self._places = FirePlaces(config.place)

    def step(self, scene: Scene) -> list[Finding]:
        """Places over which smoke rises in this picture."""
        config = self._config
        looks = [
            FlameLook(plume.point, plume.size_m, plume.heat, plume.degrees_c)
            for plume in self._plumes(scene)
            if max(plume.degrees_c, plume.foot_c) < config.flame_c
        ]
        found = []
        for place, look in self._places.step(looks, scene.stamp_s):
            place.raised = place.raised or self._is_smoke(place, scene.stamp_s)
            if place.raised:
                found.append(self._finding(place, look, scene))
        return found

    def _plumes(self, scene: Scene) -> list[Plume]:
        if scene.thermal is None:
            return []
        eye = thermal_projector(scene.thermal, scene.projector)
        config = self._config
        return warm_plumes(scene.thermal, eye, scene.returns_base, config.least_c, config.least_px)

    def _is_smoke(self, place: FirePlace, stamp_s: float) -> bool:
        config, signs = self._config, list(place.signs)
        if len(signs) < config.least_looks:
            return False
        if size_of(signs[-config.least_looks :]) < config.least_size_m:
            return False
        if flicker_of(signs) < config.flicker:
            return False
        begun_s = next(s.stamp_s for s in signs if s.size_m >= config.least_size_m)
        if stamp_s - begun_s < config.hold_s:
            return False
        waited_s = stamp_s - begun_s
        return place.may_be_told(config.place_sigma_m, waited_s, config.place_wait_s)

    def _finding(self, place: FirePlace, look: FlameLook, scene: Scene) -> Finding:
        return Finding(
            self.kind,
            place.key,
            place.x_m,
            place.y_m,
            place.sigma_m,
            place.since_s,
            0.85,
            scene.projector.box_at(place.x_m, place.y_m, look.size_m, 2.0 * look.size_m),
            RULE_VERSION,
            {"size_m": round(look.size_m, 2), "warmest_c": round(look.degrees_c or 0.0)},
            position_covariance_m2=told_covariance(place.covariance),
        )
