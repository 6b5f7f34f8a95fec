"""What every rule takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from patrol.incident import AnomalyKind
from perception.detectors.base import Image
from perception.followed import Followed
from perception.ground_projection import GroundProjector
from perception.looks import Sighting
from perception.map_view import NOWHERE, MapView
from perception.tracking import Track


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture with everything that is known of it when the rules are asked."""

    stamp_s: float
    image_bgr: Image
    projector: GroundProjector
    sightings: Sequence[Sighting]  # people, weak ones too, by the whole picture and the sweep
    tracks: Sequence[Track]
    viewpoint_map: tuple[float, float]  # the camera's position
    people: Sequence[Followed] = ()  # on foot, seen in this picture
    vehicles: Sequence[Followed] = ()  # cars, trucks and buses, seen in this picture
    map: MapView = NOWHERE


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that holds now, for one place; repeated in every picture that shows it."""

    kind: AnomalyKind
    key: int  # the rule's own number of the place or object
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


class Rule(Protocol):
    """An anomaly rule: one per kind, keeps its own memory."""

    kind: AnomalyKind

    def step(self, scene: Scene) -> list[Finding]:
        """What holds in this picture; a decision by values alone."""
        ...
