"""The registry of rules: anomaly kind → what makes its rule. A new rule is a new row."""

from __future__ import annotations

from collections.abc import Callable

from patrol.incident import AnomalyKind
from perception.config import PerceptionConfig
from perception.detectors.base import Detector, PoseDetector
from perception.rules.base import Rule
from perception.rules.collapsed_person import CollapsedPersonRule
from perception.rules.crowd import CrowdRule
from perception.rules.forbidden_parking import ForbiddenParkingRule
from perception.rules.intrusion import IntrusionRule
from perception.rules.loitering import LoiteringRule
from perception.rules.person_on_road import PersonOnRoadRule
from perception.rules.running import RunningRule

# Gives a rule its settings and the two networks for close looks (a crop's objects, its skeleton).
MakeRule = Callable[[PerceptionConfig, Detector, PoseDetector], Rule]


def _collapsed_person(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return CollapsedPersonRule(config.collapsed_person, crop, pose)


def _crowd(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return CrowdRule(config.crowd)


def _running(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return RunningRule(config.running, pose)


def _loitering(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return LoiteringRule(config.loitering)


def _person_on_road(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return PersonOnRoadRule(config.person_on_road)


def _intrusion(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return IntrusionRule(config.intrusion)


def _forbidden_parking(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return ForbiddenParkingRule(config.forbidden_parking)


RULES: dict[AnomalyKind, MakeRule] = {
    AnomalyKind.COLLAPSED_PERSON: _collapsed_person,
    AnomalyKind.CROWD: _crowd,
    AnomalyKind.RUNNING: _running,
    AnomalyKind.LOITERING: _loitering,
    AnomalyKind.PERSON_ON_ROAD: _person_on_road,
    AnomalyKind.INTRUSION: _intrusion,
    AnomalyKind.FORBIDDEN_PARKING: _forbidden_parking,
}
