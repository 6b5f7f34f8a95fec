"""Fire: flames of at least a hand's width that flicker at one place.

Definition. **By the thermal camera** (first): something hotter than `hot_c`, as large as flames
of 0.3 m look (`least_size_m`), whose heat goes up and down between pictures (`flicker`), at one
place for `hold_s`. **By the picture alone** (second; where the vehicle has no thermal camera, or
that does not look there): flame colours with a bright core, on the ground, that flicker more, for
`picture_hold_s`. Where the thermal camera looks, colours alone say nothing. Flames that grow need
half of the time: the third sign. What is hot and steady (an exhaust, a stove, metal in the sun) is
not told, nor is what moves off (a jacket, a car's lamps).

Where the foot is hidden the place is behind the obstacle that the lidar measures
(`hot_spots.place_of`); as long as the place is doubtful, up to `place_wait_s` are waited for a
better view.

Source: flames above 300 degrees Celsius, 1 to 2 widths high (Heskestad 1984); colours of Celik and
Demirel 2009; flicker of 1 to 10 Hz (Toreyin et al. 2006, "Computer vision based method for
real-time fire and flame detection"), of which a camera of 5 Hz sees the size, not the frequency.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from patrol.covariance import told_covariance
from patrol.incident import AnomalyKind
from perception.rules.base import Finding, Scene
from perception.rules.fire_looks import FlameLook, LookConfig, looks_of
from perception.rules.fire_places import FirePlace, FirePlaces, PlaceConfig, flicker_of, size_of

RULE_VERSION = "fire/1"


@dataclass(frozen=True, slots=True)
class FireConfig:
    """The rule's limits."""

    hold_s: float = 1.8
    picture_hold_s: float = 3.0
    least_looks: int = 6
    least_size_m: float = 0.2  # of what is hot: flames 0.3 m wide have cool edges
    flicker: float = 0.03  # of the heat, as a share; what is steady comes to 0.002
    picture_flicker: float = 0.05  # of the light
    grown: float = 1.5  # times as wide: half of the time will do
    place_sigma_m: float = 2.0  # more is doubtful
    place_wait_s: float = 4.0
    look: LookConfig = field(default_factory=LookConfig)
    place: PlaceConfig = field(default_factory=PlaceConfig)

    def __post_init__(self) -> None:
        for name, most in (("hold_s", 30.0), ("picture_hold_s", 60.0), ("least_size_m", 5.0),
                           ("place_sigma_m", 20.0), ("place_wait_s", 30.0)):  # fmt: skip
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        for name in ("flicker", "picture_flicker"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 1)")
        if self.least_looks < 3:
            raise ValueError(f"least_looks: {self.least_looks} must be at least 3")
        if not self.grown > 1:
            raise ValueError(f"grown: {self.grown} must be above 1")


class FireRule:
    """The rule with its memory of places where something burns."""

    kind = AnomalyKind.FIRE

    def __init__(self, config: FireConfig) -> None:
        self._config = config
        self._places = FirePlaces(config.place)

    def step(self, scene: Scene) -> list[Finding]:
        """Places where it burns in this picture."""
        looks = looks_of(scene, self._config.look)
        seen = self._places.step(looks, scene.stamp_s)
        found = []
        for place, look in seen:
            place.raised = place.raised or self._burns(place, scene.stamp_s)
            if place.raised:
                found.append(self._finding(place, look, scene))
        return found

    def _burns(self, place: FirePlace, stamp_s: float) -> bool:
        config = self._config
        warm = [sign for sign in place.signs if sign.thermal]
        if len(warm) >= config.least_looks:
            signs, hold_s, flicker = warm, config.hold_s, config.flicker
        else:
            signs = [sign for sign in place.signs if not sign.thermal]
            hold_s, flicker = config.picture_hold_s, config.picture_flicker
            if len(signs) < 2 * config.least_looks:
                return False
        latest, first = signs[-config.least_looks :], signs[: config.least_looks]
        if size_of(latest) < config.least_size_m or flicker_of(signs) < flicker:
            return False
        begun_s = next(s.stamp_s for s in signs if s.size_m >= config.least_size_m)
        grows = len(signs) > len(first) and size_of(latest) >= config.grown * size_of(first)
        if stamp_s - begun_s < (hold_s / 2 if grows else hold_s):
            return False
        waited_s = stamp_s - begun_s
        return place.may_be_told(config.place_sigma_m, waited_s, config.place_wait_s)

    def _finding(self, place: FirePlace, look: FlameLook, scene: Scene) -> Finding:
        box = look.box_xyxy
        if box is None:
            box = scene.projector.box_at(place.x_m, place.y_m, look.size_m, 1.5 * look.size_m)
        warm = sum(sign.thermal for sign in place.signs)
        details: dict[str, float | str] = {
            "size_m": round(look.size_m, 2),
            "by": "thermal" if warm else "picture",
        }
        if look.degrees_c is not None:  # no number is no JSON
            details["hottest_c"] = round(look.degrees_c)
        return Finding(
            self.kind,
            place.key,
            place.x_m,
            place.y_m,
            place.sigma_m,
            place.since_s,
            0.95 if warm else 0.7,
            box,
            RULE_VERSION,
            details,
            position_covariance_m2=told_covariance(place.covariance),
        )
