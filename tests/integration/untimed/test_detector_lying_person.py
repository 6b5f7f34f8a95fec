"""Eyes and street together: drives past a rendered person; stock YOLO through OpenVINO."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2, StampedPose
from patrol.incident import AnomalyKind, EvidenceKind, IncidentPhase
from patrol.map import Building, Edge, Node, PatrolMap, WayClass
from patrol.vehicle import load_vehicle
from perception.evidence_check import verify_chain
from perception.factory import build_pipeline
from perception.types import Frame
from simulation.actors.company import Company
from simulation.actors.kinds import Body, Posture
from simulation.actors.people import stays
from simulation.actors.spec import ActorSpec, Look
from simulation.camera.renderer import SceneNow, open_renderer
from simulation.world import build_world

REPOSITORY = Path(__file__).parents[3]
SPEC = load_vehicle(REPOSITORY / "config" / "vehicles" / "goalie.yaml")
CAMERA = SPEC.cameras[0]
SPEED_MPS, PICTURE_S = 1.39, 0.2
PERSON_X_M = 16.0


def alley() -> PatrolMap:
    """A straight alley of 50 m between two houses."""
    nodes = {1: Node(1, -5.0, 0.0), 2: Node(2, 45.0, 0.0)}
    edges = {
        1: Edge(1, 1, 2, 50.0, 1.39, 5.0, WayClass.ALLEY),
        2: Edge(2, 2, 1, 50.0, 1.39, 5.0, WayClass.ALLEY),
    }
    houses = [
        Building("left", ((0, 4), (30, 4), (30, 12), (0, 12)), 8.0),
        Building("right", ((0, -12), (30, -12), (30, -4), (0, -4)), 11.0),
    ]
    return PatrolMap("alley", "alley", GeoPoint(37.48, 126.93), nodes, edges, buildings=houses)


def drive_past(person: ActorSpec, folder: Path) -> tuple[list, list]:
    """All incidents and evidence of one drive along the alley."""
    pipeline = build_pipeline(
        REPOSITORY / "config" / "perception.yaml", SPEC, "alley", folder, alley()
    )
    world = build_world(alley(), [person], seed=3)
    renderer = open_renderer(world, [CAMERA])
    company = Company(world)
    incidents, evidence = [], []
    for i in range(round((PERSON_X_M + 4) / SPEED_MPS / PICTURE_S)):
        stamp_s, x = 1000 + i * PICTURE_S, SPEED_MPS * PICTURE_S * i
        position, level = np.array([x, 0.0, 0.0]), np.eye(3)
        image = renderer.render(CAMERA, position, level, SceneNow(company.now, company.now_s))
        pose = StampedPose(stamp_s, Pose2(x, 0.0, 0.0), np.eye(3) * 1e-4, speed_mps=SPEED_MPS)
        output = pipeline.step(Frame(stamp_s, image, CAMERA), pose, None, stamp_s)
        assert output.faults == frozenset()
        incidents += output.incidents
        evidence += output.evidence
        company.step(PICTURE_S)
    renderer.close()
    return incidents, evidence + pipeline.close()


@pytest.mark.parametrize(
    "posture", [Posture.LYING_SUPINE, Posture.LYING_SIDE, Posture.LYING_PRONE]
)
def test_reports_a_person_who_lies_in_the_alley(tmp_path: Path, posture: Posture) -> None:
    look = Look(body=Body.WOMAN, top=(0.72, 0.20, 0.18), trousers=(0.16, 0.20, 0.33), carries=())
    person = stays("fallen", (PERSON_X_M, 1.5), posture, 1.2, look)
    incidents, evidence = drive_past(person, tmp_path)
    opened = [i for i in incidents if i.phase is IncidentPhase.OPENED]
    assert [i.kind for i in opened] == [AnomalyKind.COLLAPSED_PERSON]
    assert math.dist((incidents[-1].x_m, incidents[-1].y_m), (PERSON_X_M, 1.5)) < 1.0
    assert {EvidenceKind.STILL, EvidenceKind.CLIP} <= {e.kind for e in evidence}
    assert verify_chain(tmp_path) == []


@pytest.mark.parametrize("posture", [Posture.SITTING, Posture.STANDING])
def test_is_silent_about_people_who_do_not_lie(tmp_path: Path, posture: Posture) -> None:
    look = Look(body=Body.MAN, top=(0.80, 0.78, 0.72), trousers=(0.35, 0.31, 0.25), carries=())
    person = stays("bystander", (PERSON_X_M, 1.5), posture, 2.5, look)
    assert drive_past(person, tmp_path)[0] == []
