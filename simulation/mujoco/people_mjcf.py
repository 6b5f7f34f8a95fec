"""People as MJCF: capsules that the lidar sees and the hull touches."""

from __future__ import annotations

from simulation.actors.person import BODY_HEIGHT_M, LYING, Person, Pose
from simulation.mujoco.groups import OBSTACLE

# Parts of a person in the body's frame (x ahead or towards the head, z up from the ground):
# name, from, to, radius.
Part = tuple[str, tuple[float, float, float], tuple[float, float, float], float]
UPRIGHT: tuple[Part, ...] = (
    ("left leg", (0.0, 0.11, 0.10), (0.0, 0.09, 0.80), 0.085),
    ("right leg", (0.0, -0.11, 0.10), (0.0, -0.09, 0.80), 0.085),
    ("trunk", (0.0, 0.0, 0.95), (0.0, 0.0, 1.40), 0.19),
    ("head", (0.02, 0.0, BODY_HEIGHT_M - 0.13), (0.02, 0.0, BODY_HEIGHT_M - 0.12), 0.11),
)
SITTING: tuple[Part, ...] = (
    ("legs", (0.05, 0.0, 0.12), (0.80, 0.0, 0.10), 0.12),
    ("trunk", (0.0, 0.0, 0.20), (0.0, 0.0, 0.60), 0.19),
    ("head", (0.02, 0.0, 0.82), (0.02, 0.0, 0.83), 0.11),
)
FLAT: tuple[Part, ...] = (
    ("legs", (-0.80, 0.0, 0.09), (-0.05, 0.0, 0.10), 0.13),
    ("trunk", (0.05, 0.0, 0.13), (0.50, 0.0, 0.13), 0.19),
    ("head", (0.76, 0.0, 0.11), (0.77, 0.0, 0.11), 0.11),
)


def person_parts(pose: Pose) -> tuple[Part, ...]:
    """The capsules that stand for a person in physics and lidar."""
    if pose in LYING:
        return FLAT
    return SITTING if pose is Pose.SITTING else UPRIGHT


def person_body(person: Person) -> str:
    """The `<body>` of a person, moved by whoever plays it."""
    capsules = "\n".join(
        f'<geom name="person {person.name} {part}" type="capsule" fromto="{_numbers(a)}'
        f' {_numbers(b)}" size="{radius}" {OBSTACLE}/>'
        for part, a, b, radius in person_parts(person.pose)
    )
    return f'<body name="person {person.name}" mocap="true">{capsules}</body>'


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:.4f}" for value in values)
