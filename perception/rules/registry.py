"""The registry of rules: anomaly kind → what makes its rule. A new rule is a new row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from patrol.incident import AnomalyKind
from perception.config import PerceptionConfig
from perception.detectors.base import Detector, Embedder, PoseDetector
from perception.reference_views import ReferenceStore
from perception.rules.abandoned_object import AbandonedObjectRule
from perception.rules.base import AnyRule, LensRule, MapRule
from perception.rules.blocked_path import BlockedPathRule
from perception.rules.camera_tampering import CameraTamperingRule
from perception.rules.changed_property import ChangedPropertyRule
from perception.rules.collapsed_person import CollapsedPersonRule
from perception.rules.crowd import CrowdRule
from perception.rules.dark_lamp import DarkLampRule
from perception.rules.fight import FightRule
from perception.rules.fire import FireRule
from perception.rules.forbidden_parking import ForbiddenParkingRule
from perception.rules.intrusion import IntrusionRule
from perception.rules.loitering import LoiteringRule
from perception.rules.missing_person import MissingPersonRule
from perception.rules.person_in_need import PersonInNeedRule
from perception.rules.person_on_road import PersonOnRoadRule
from perception.rules.running import RunningRule
from perception.rules.smoke import SmokeRule
from perception.rules.vulnerable_alone import VulnerableAloneRule


@dataclass(frozen=True, slots=True)
class RuleTools:
    """What rules may look closer with: networks, and views of how things should look."""

    crop: Detector
    pose: PoseDetector
    embedder: Embedder | None = None
    references: ReferenceStore | None = None  # how watched property should look


# About who and what is followed by place: these go on from camera to camera. All others judge by
# what one camera's pictures show of a place, and are made once for each.
OF_ALL_CAMERAS = frozenset(
    {
        AnomalyKind.FORBIDDEN_PARKING,
        AnomalyKind.INTRUSION,
        AnomalyKind.LOITERING,
        AnomalyKind.MISSING_PERSON,
        AnomalyKind.PERSON_IN_NEED,
        AnomalyKind.PERSON_ON_ROAD,
        AnomalyKind.RUNNING,
        AnomalyKind.VULNERABLE_ALONE,
    }
)

MakeRule = Callable[[PerceptionConfig, RuleTools], AnyRule]

RULES: dict[AnomalyKind, MakeRule] = {
    AnomalyKind.COLLAPSED_PERSON: lambda config, tools: CollapsedPersonRule(
        config.collapsed_person, tools.crop, tools.pose
    ),
    AnomalyKind.CROWD: lambda config, _: CrowdRule(config.crowd),
    AnomalyKind.LOITERING: lambda config, _: LoiteringRule(config.loitering),
    AnomalyKind.PERSON_ON_ROAD: lambda config, _: PersonOnRoadRule(config.person_on_road),
    AnomalyKind.INTRUSION: lambda config, _: IntrusionRule(config.intrusion),
    AnomalyKind.FORBIDDEN_PARKING: lambda config, _: ForbiddenParkingRule(
        config.forbidden_parking
    ),
    AnomalyKind.BLOCKED_PATH: lambda config, _: BlockedPathRule(config.blocked_path),
    AnomalyKind.PERSON_IN_NEED: lambda config, tools: PersonInNeedRule(
        config.person_in_need, tools.pose
    ),
    AnomalyKind.VULNERABLE_ALONE: lambda config, tools: VulnerableAloneRule(
        config.vulnerable_alone, tools.pose
    ),
    AnomalyKind.CAMERA_TAMPERING: lambda config, _: CameraTamperingRule(config.camera_tampering),
    AnomalyKind.FIRE: lambda config, _: FireRule(config.fire),
    AnomalyKind.SMOKE: lambda config, _: SmokeRule(config.smoke),
    AnomalyKind.DARK_LAMP: lambda config, _: DarkLampRule(config.dark_lamp),
    AnomalyKind.ABANDONED_OBJECT: lambda config, _: AbandonedObjectRule(config.abandoned_object),
    AnomalyKind.CHANGED_PROPERTY: lambda config, tools: ChangedPropertyRule(
        config.changed_property, tools.references
    ),
    AnomalyKind.MISSING_PERSON: lambda config, tools: MissingPersonRule(
        config.missing_person, tools.pose, tools.embedder
    ),
    # Those that ask a network in most pictures come last: who comes after one finds nothing of
    # its own in the processor's caches, and takes a third longer.
    AnomalyKind.FIGHT: lambda config, tools: FightRule(config.fight, tools.pose),
    AnomalyKind.RUNNING: lambda config, tools: RunningRule(config.running, tools.pose),
}


def rules_of_all(config: PerceptionConfig, tools: RuleTools) -> list[MapRule]:
    """The rules that all cameras of a vehicle share."""
    made = [make(config, tools) for kind, make in RULES.items() if kind in OF_ALL_CAMERAS]
    return [rule for rule in made if not isinstance(rule, LensRule)]


def rules_of_one(config: PerceptionConfig, tools: RuleTools) -> list[AnyRule]:
    """The rules that each camera has for itself."""
    return [make(config, tools) for kind, make in RULES.items() if kind not in OF_ALL_CAMERAS]
