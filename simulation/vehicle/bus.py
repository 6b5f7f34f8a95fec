"""Bus: every mail on the vehicle, named after the topic that carries it in the product."""

from __future__ import annotations

from dataclasses import dataclass, field

from navigation.types import (
    AttentionOrder,
    AttentionReport,
    BaseStatus,
    CaptureReport,
    Command,
    GateOutput,
    LocalizationEstimate,
    NavigationState,
    RangeSample,
)
from patrol.faults import FaultKind
from patrol.geometry import Scan, StampedPose
from patrol.person_search import PersonSearch
from patrol.signals import SignalState
from patrol.topics import TOPICS
from simulation.types import ImageReading, ThermalReading
from simulation.vehicle.mail import Mail

Faults = frozenset[FaultKind]
NO_FAULTS: Faults = frozenset()


def max_age_s(topic: str) -> float:
    """The age at which a topic counts as stale (patrol.topics)."""
    return TOPICS[topic].max_age_s or 0.0


@dataclass
class Bus:
    """The newest of everything; a stage reads what the others wrote."""

    base: Mail[BaseStatus] = field(default_factory=Mail)  # /base/feedback
    scan: Mail[Scan] = field(default_factory=Mail)  # /scan
    ranges: dict[str, RangeSample] = field(default_factory=dict)  # /ultrasonic/*, /drop/*
    signals: dict[str, SignalState] = field(default_factory=dict)  # /signals/state
    pictures: dict[str, ImageReading] = field(default_factory=dict)  # /camera/*/image_raw
    thermal: Mail[ThermalReading] = field(default_factory=Mail)  # /thermal/*/image_raw
    pose: Mail[StampedPose] = field(default_factory=Mail)  # /localization/odometry
    estimate: Mail[LocalizationEstimate] = field(default_factory=Mail)  # /localization/state
    command: Mail[Command] = field(default_factory=Mail)  # /cmd_vel
    safe_command: Mail[Command] = field(default_factory=Mail)  # /cmd_vel_safe
    gate: Mail[GateOutput] = field(default_factory=Mail)  # /safety/state
    navigation: Mail[NavigationState] = field(default_factory=Mail)  # /navigation/state
    attention_order: Mail[AttentionOrder] = field(default_factory=Mail)  # /attention/command
    attention: Mail[AttentionReport] = field(default_factory=Mail)  # /attention/state
    capture: Mail[str] = field(default_factory=Mail)  # /perception/capture
    searches: Mail[tuple[PersonSearch, ...]] = field(default_factory=Mail)  # /perception/searches
    captured: Mail[CaptureReport] = field(default_factory=Mail)  # of /perception/state
    perception: Mail[Faults] = field(default_factory=Mail)  # /perception/state
    link_up: Mail[bool] = field(default_factory=Mail)  # /fleet_client/state
    machine: Mail[Faults] = field(default_factory=Mail)  # of the health monitor
