"""What every rule takes and gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from patrol.covariance import Covariance, told_or_round
from patrol.geometry import Scan
from patrol.incident import AnomalyKind
from patrol.person_search import PersonSearch
from perception.detectors.base import Image
from perception.followed import Followed
from perception.ground_projection import GroundProjector
from perception.looks import Sighting
from perception.map_view import NOWHERE, MapView
from perception.tracking import Track
from perception.types import ThermalPicture


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture with everything that is known of it when the rules are asked."""

    stamp_s: float
    image_bgr: Image
    projector: GroundProjector
    sightings: Sequence[Sighting]  # people, weak ones too, by the whole picture and the sweep
    tracks: Sequence[Track]  # all, or for a rule of one camera those that it saw last
    viewpoint_map: tuple[float, float]  # the camera's position
    people: Sequence[Followed] = ()  # on foot, seen in this picture
    vehicles: Sequence[Followed] = ()  # cars, trucks and buses, seen in this picture
    map: MapView = NOWHERE
    thermal: ThermalPicture | None = None  # taken at nearly the same time
    returns_base: NDArray[np.float64] | None = None  # (k, 2) lidar returns of about this time
    lidar_base: tuple[float, float, float] = (0.0, 0.0, 0.0)  # where they were taken from, m
    grey_picture: Image | None = None  # (h, w), where it was made already

    @property
    def grey(self) -> Image:
        """The picture without colours."""
        return grey_of(self.image_bgr) if self.grey_picture is None else self.grey_picture

    @property
    def pictured(self) -> Sequence[Followed]:
        """Those of `people` whom the picture itself shows, for rules that look at its pixels."""
        return [person for person in self.people if not person.by_warmth]


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that holds now, for one place; repeated in every picture that shows it."""

    kind: AnomalyKind
    key: int  # the rule's own number of the place or object, `eye`'s where it has one
    x_m: float
    y_m: float
    position_sigma_m: float
    started_at_s: float
    confidence: float
    box_xyxy: NDArray[np.float64] | None  # in this picture; None where not seen in it
    rule_version: str
    details: dict[str, float | str] = field(default_factory=dict)
    cleared: bool = False  # the rule has seen that it is over
    heads_px: tuple[tuple[float, float, float], ...] = ()  # circles (u, v, radius) to blur
    eye: str = ""  # the camera whose pictures alone the rule judges; empty: it judges all
    position_covariance_m2: Covariance | None = None  # None: round, by `position_sigma_m`

    @property
    def covariance_m2(self) -> Covariance:
        """How well the place is known."""
        return told_or_round(self.position_covariance_m2, self.position_sigma_m)


def grey_of(image_bgr: Image) -> Image:
    """A picture (h, w, 3) without its colours (h, w)."""
    return np.asarray(cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY), np.uint8)


class Rule(Protocol):
    """An anomaly rule: one per kind, keeps its own memory."""

    kind: AnomalyKind

    def step(self, scene: Scene) -> list[Finding]:
        """What holds in this picture; a decision by values alone."""
        ...


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A picture as it came, before anybody has looked for anything in it: it may show nothing."""

    stamp_s: float
    image_bgr: Image
    place_map: tuple[float, float] | None  # the camera's; None while no pose is near in time
    speed_mps: float
    yaw_rate_radps: float
    scan: Scan | None
    toward_rad: float = 0.0  # where the camera looks, from the vehicle's heading
    grey_picture: Image | None = None  # (h, w), where it was made already

    @property
    def grey(self) -> Image:
        """The picture without colours."""
        return grey_of(self.image_bgr) if self.grey_picture is None else self.grey_picture


class LensRule(ABC):
    """A rule about the camera itself: it gets every picture, a blind one, too."""

    kind: ClassVar[AnomalyKind]

    @property
    @abstractmethod
    def is_blind(self) -> bool:
        """Whether nothing else should be made of the last picture: the camera counts as blind."""

    @abstractmethod
    def look(self, glimpse: Glimpse) -> list[Finding]:
        """What holds in this picture."""


class SearchRule(ABC):
    """A rule about people somebody looks for: it sees nobody while no search is open."""

    kind: ClassVar[AnomalyKind]

    @abstractmethod
    def search(self, searches: Sequence[PersonSearch]) -> None:
        """Take ALL open searches; whatever is not among them is forgotten at once."""

    @abstractmethod
    def step(self, scene: Scene) -> list[Finding]:
        """What holds in this picture."""


MapRule = Rule | SearchRule  # about what is where, not about the camera
AnyRule = MapRule | LensRule
