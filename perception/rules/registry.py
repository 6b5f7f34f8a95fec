"""The registry of rules: anomaly kind → what makes its rule. A new rule is a new row."""

from __future__ import annotations

from collections.abc import Callable

from patrol.incident import AnomalyKind
from perception.config import PerceptionConfig
from perception.detectors.base import Detector, PoseDetector
from perception.rules.base import Rule
from perception.rules.collapsed_person import CollapsedPersonRule

# Gives a rule its settings and the two networks for close looks (a crop's objects, its skeleton).
MakeRule = Callable[[PerceptionConfig, Detector, PoseDetector], Rule]


def _collapsed_person(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return CollapsedPersonRule(config.collapsed_person, crop, pose)


RULES: dict[AnomalyKind, MakeRule] = {
    AnomalyKind.COLLAPSED_PERSON: _collapsed_person,
}
