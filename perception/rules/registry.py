"""The registry of rules: anomaly kind → what makes its rule. A new rule is a new row."""

from __future__ import annotations

from collections.abc import Callable

from patrol.incident import AnomalyKind
from perception.config import PerceptionConfig
from perception.detectors.base import Detector, PoseDetector
from perception.rules.base import AnyRule, Rule
from perception.rules.blocked_path import BlockedPathRule
from perception.rules.camera_tampering import CameraTamperingRule
from perception.rules.collapsed_person import CollapsedPersonRule
from perception.rules.crowd import CrowdRule
from perception.rules.dark_lamp import DarkLampRule
from perception.rules.fight import FightRule
from perception.rules.fire import FireRule
from perception.rules.forbidden_parking import ForbiddenParkingRule
from perception.rules.intrusion import IntrusionRule
from perception.rules.loitering import LoiteringRule
from perception.rules.person_in_need import PersonInNeedRule
from perception.rules.person_on_road import PersonOnRoadRule
from perception.rules.running import RunningRule
from perception.rules.smoke import SmokeRule
from perception.rules.vulnerable_alone import VulnerableAloneRule

# Gives a rule its settings and the two networks for close looks (a crop's objects, its skeleton).
MakeRule = Callable[[PerceptionConfig, Detector, PoseDetector], AnyRule]


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


def _camera_tampering(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> AnyRule:
    return CameraTamperingRule(config.camera_tampering)


def _blocked_path(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return BlockedPathRule(config.blocked_path)


def _person_in_need(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return PersonInNeedRule(config.person_in_need)


def _fight(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return FightRule(config.fight, pose)


def _vulnerable_alone(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return VulnerableAloneRule(config.vulnerable_alone)


def _fire(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return FireRule(config.fire)


def _smoke(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return SmokeRule(config.smoke)


def _dark_lamp(config: PerceptionConfig, crop: Detector, pose: PoseDetector) -> Rule:
    return DarkLampRule(config.dark_lamp)


RULES: dict[AnomalyKind, MakeRule] = {
    AnomalyKind.COLLAPSED_PERSON: _collapsed_person,
    AnomalyKind.CROWD: _crowd,
    AnomalyKind.FIGHT: _fight,
    AnomalyKind.RUNNING: _running,
    AnomalyKind.LOITERING: _loitering,
    AnomalyKind.PERSON_ON_ROAD: _person_on_road,
    AnomalyKind.INTRUSION: _intrusion,
    AnomalyKind.FORBIDDEN_PARKING: _forbidden_parking,
    AnomalyKind.BLOCKED_PATH: _blocked_path,
    AnomalyKind.PERSON_IN_NEED: _person_in_need,
    AnomalyKind.VULNERABLE_ALONE: _vulnerable_alone,
    AnomalyKind.CAMERA_TAMPERING: _camera_tampering,
    AnomalyKind.FIRE: _fire,
    AnomalyKind.SMOKE: _smoke,
    AnomalyKind.DARK_LAMP: _dark_lamp,
}
