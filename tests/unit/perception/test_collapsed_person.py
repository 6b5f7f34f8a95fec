"""The rule holds for somebody who lies, and for nobody else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import painted_world as world
import pytest

from patrol.covariance import sigma_of
from patrol.incident import AnomalyKind, IncidentPhase, Severity
from perception.config import PerceptionConfig
from perception.detectors.base import Skeleton
from perception.detectors.scripted import ScriptedPose
from perception.rules.collapsed_person_config import CollapsedPersonConfig
from perception.rules.posture import PostureConfig, head_circle, torso_tilt_rad
from perception.rules.registry import RULES, RuleTools


def opened(outputs: list) -> list:
    return [i for o in outputs for i in o.incidents if i.phase is IncidentPhase.OPENED]


def test_reports_a_lying_person_once_with_the_place(tmp_path: Path) -> None:
    outputs = world.drive(world.pipeline(tmp_path), (16.0, -1.5))
    (incident,) = opened(outputs)
    assert incident.kind is AnomalyKind.COLLAPSED_PERSON
    assert incident.severity is Severity.CRITICAL
    assert incident.x_m == pytest.approx(16.0, abs=0.7)
    assert incident.y_m == pytest.approx(-1.5, abs=0.5)
    xx, _, yy = incident.covariance_m2
    assert xx > 1.5 * yy, "it comes from the west: long along its views"
    assert sigma_of(incident.covariance_m2) == incident.position_sigma_m
    assert incident.detected_at_s - incident.started_at_s >= 2.0
    assert incident.details["views"] >= 5
    assert incident.rule_version == "collapsed_person/4"


def test_sure_views_make_no_early_alarm(tmp_path: Path) -> None:
    config, eyes = PerceptionConfig(), world.detector(weak=0.95)
    rule = RULES[AnomalyKind.COLLAPSED_PERSON](
        config, RuleTools(eyes, ScriptedPose(lambda _: None))
    )
    outputs = world.drive(world.pipeline(tmp_path, rules=[rule], eyes=eyes), (16.0, -1.5))
    (incident,) = opened(outputs)
    assert incident.details["evidence_s"] > 2.2, "they are sure: the evidence is there sooner"
    assert 3.0 <= incident.detected_at_s - incident.started_at_s <= 3.5


A_DOG_THAT_COMES = (0.24, 0.6)
CUT = (4.0, 2.3)  # half of it is left of the picture


@pytest.mark.parametrize(
    "size", [world.STANDING, world.SITTING, (0.3, 0.25), (4.5, 0.4), A_DOG_THAT_COMES]
)
def test_is_silent_for_other_shapes(tmp_path: Path, size: tuple[float, float]) -> None:
    assert opened(world.drive(world.pipeline(tmp_path), (16.0, -1.5), size)) == []


def test_is_silent_on_an_empty_street(tmp_path: Path) -> None:
    assert opened(world.drive(world.pipeline(tmp_path), None)) == []


def test_is_silent_for_a_low_thing_that_moves(tmp_path: Path) -> None:
    outputs = world.drive(world.pipeline(tmp_path), (12.0, -6.0), world.LYING, walking_mps=1.3)
    assert opened(outputs) == []


@pytest.mark.parametrize(("least_s", "opens"), [(0.0, 1), (0.4, 0)])
def test_what_the_picture_cuts_is_nobody_who_lies(
    tmp_path: Path, least_s: float, opens: int
) -> None:
    """Of who sits on a bench beside the vehicle it leaves a lap and an arm."""
    config = PerceptionConfig(collapsed_person=CollapsedPersonConfig(least_whole_s=least_s))
    eyes = world.detector()
    rule = RULES[AnomalyKind.COLLAPSED_PERSON](
        config, RuleTools(eyes, ScriptedPose(lambda _: None))
    )
    pipe, outputs = world.pipeline(tmp_path, rules=[rule], eyes=eyes), []
    for i in range(60):
        t, x_m = 1000 + i * 0.2, 0.01 * i
        image = world.frame(x_m, t, CUT)
        outputs.append(pipe.step(image, world.pose_at(x_m, t, speed=0.05), None, t))
    assert len(opened(outputs)) == opens


def test_needs_more_time_from_one_viewpoint(tmp_path: Path) -> None:
    pipe = world.pipeline(tmp_path)
    held = None
    for i in range(40):
        t = 1000 + i * 0.2
        image = world.frame(0.0, t, (7.0, -0.5))
        output = pipe.step(image, world.pose_at(0.0, t, speed=0.0), None, t)
        if output.incidents and held is None:
            held = i * 0.2
    assert held is not None
    assert held >= PerceptionConfig().collapsed_person.standing_hold_s - 0.5


def test_says_closed_when_the_person_is_gone(tmp_path: Path) -> None:
    pipe = world.pipeline(tmp_path)
    phases = []
    for i in range(80):
        t = 1000 + i * 0.2
        person = (7.0, -0.5) if i < 45 else None
        image = world.frame(0.001 * i, t, person)
        output = pipe.step(image, world.pose_at(0.0, t, speed=0.0), None, t)
        phases += [incident.phase for incident in output.incidents]
    assert phases[0] is IncidentPhase.OPENED
    assert phases[-1] is IncidentPhase.CLOSED
    assert phases.count(IncidentPhase.CLOSED) == 1


def test_a_second_pass_opens_nothing_new(tmp_path: Path) -> None:
    pipe = world.pipeline(tmp_path)
    first = world.drive(pipe, (16.0, -1.5))
    second = world.drive(pipe, (16.0, -1.5), start_s=1300.0)
    assert len(opened(first)) == 1
    assert opened(second) == []


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: CollapsedPersonConfig(hold_s=9.0), "hold_s"),
        (lambda: CollapsedPersonConfig(min_score=0.5), "strong_score"),
        (lambda: PostureConfig(max_height_m=2.0), "max_height_m"),
        (lambda: PostureConfig(likely_length_m=(0.1, 2.0)), "likely_length_m"),
    ],
)
def test_refuses_limits_that_make_no_sense(make, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()


def test_a_lying_skeleton_has_a_level_torso_and_a_head() -> None:
    points = np.zeros((17, 3), np.float32)
    points[[0, 1, 2]] = [10, 50, 0.9]
    points[[5, 6]] = [30, 50, 0.9]
    points[[11, 12]] = [70, 52, 0.9]
    skeleton = Skeleton(points, 0.9)
    assert torso_tilt_rad(skeleton) == pytest.approx(np.pi / 2, abs=0.1)
    circle = head_circle(skeleton)
    assert circle is not None
    assert circle[:2] == pytest.approx((10, 50))
    assert torso_tilt_rad(Skeleton(np.zeros((17, 3), np.float32), 0.1)) is None


def test_every_registered_rule_reports_its_own_kind() -> None:
    networks = RuleTools(world.detector(), ScriptedPose(lambda _: None))
    for kind, make in RULES.items():
        assert make(PerceptionConfig(), networks).kind is kind
