"""TruthBox: what a perfect detector would say of one thing in a picture.

`Simulator.boxes` is the one source of them for scoring; a renderer's `drawn_boxes` says the same
from what it has drawn, and tests hold the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

PARKED = "parked car "  # a parked car's name: this and its number in the world
CAR_CLASS = "car"


@dataclass(frozen=True, slots=True)
class TruthBox:
    """One thing in a picture; the box is clipped to the frame.

    `occlusion` is the share of it that something else hides, `truncation` the share outside the
    frame, both of points spread over its parts. `position_map` is the middle of its parts,
    `class_name` the value of its ActorKind.
    """

    name: str
    class_name: str
    box_xyxy_px: tuple[float, float, float, float]
    distance_m: float  # from the camera
    occlusion: float
    truncation: float
    position_map: tuple[float, float, float]

    @property
    def visible(self) -> float:
        """The share of it that can be seen in the picture."""
        return (1 - self.occlusion) * (1 - self.truncation)
