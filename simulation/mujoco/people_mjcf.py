"""Actors as MJCF: capsules and boxes that the lidar sees and the hull touches.

An actor has a body for each form that its script can bring it into (upright, sitting, flat); the
cast shows one of them and keeps the others below the world.
"""

from __future__ import annotations

from simulation.actors.company import ActorNow
from simulation.actors.kinds import LYING, RIDERS, THINGS, ActorKind, Posture
from simulation.actors.looks import Outfit, outfit_of
from simulation.actors.script import Fall, Stay
from simulation.actors.spec import ActorSpec
from simulation.actors.state import Motion
from simulation.mujoco.groups import OBSTACLE
from simulation.props import CAR_SIZE_M
from simulation.world import World

# Parts of a body in its own frame (x ahead or towards the head, z up from the ground), for a
# person of 1.72 m: name, from, to, radius.
Part = tuple[str, tuple[float, float, float], tuple[float, float, float], float]
DRAWN_FOR_M = 1.72
UPRIGHT: tuple[Part, ...] = (
    ("left leg", (0.0, 0.11, 0.10), (0.0, 0.09, 0.80), 0.085),
    ("right leg", (0.0, -0.11, 0.10), (0.0, -0.09, 0.80), 0.085),
    ("trunk", (0.0, 0.0, 0.95), (0.0, 0.0, 1.40), 0.19),
    ("head", (0.02, 0.0, 1.59), (0.02, 0.0, 1.60), 0.11),
)
SITTING: tuple[Part, ...] = (
    ("legs", (0.05, 0.0, 0.12), (0.80, 0.0, 0.10), 0.12),
    ("trunk", (0.0, 0.0, 0.20), (0.0, 0.0, 0.60), 0.19),
    ("head", (0.02, 0.0, 0.82), (0.02, 0.0, 0.83), 0.11),
)
CROUCHING: tuple[Part, ...] = (
    ("legs", (0.0, 0.0, 0.12), (0.25, 0.0, 0.40), 0.14),
    ("trunk", (0.05, 0.0, 0.45), (0.25, 0.0, 0.75), 0.18),
    ("head", (0.35, 0.0, 0.90), (0.35, 0.0, 0.91), 0.11),
)
ON_BENCH: tuple[Part, ...] = (
    ("legs", (0.42, 0.0, 0.10), (0.42, 0.0, 0.42), 0.12),
    ("thighs", (0.0, 0.0, 0.50), (0.38, 0.0, 0.50), 0.13),
    ("trunk", (0.0, 0.0, 0.62), (0.0, 0.0, 1.02), 0.19),
    ("head", (0.03, 0.0, 1.22), (0.03, 0.0, 1.23), 0.11),
)
FLAT: tuple[Part, ...] = (
    ("legs", (-0.80, 0.0, 0.09), (-0.05, 0.0, 0.10), 0.13),
    ("trunk", (0.05, 0.0, 0.13), (0.50, 0.0, 0.13), 0.19),
    ("head", (0.76, 0.0, 0.11), (0.77, 0.0, 0.11), 0.11),
)
CYCLING: tuple[Part, ...] = (
    ("wheels", (-0.52, 0.0, 0.34), (0.54, 0.0, 0.34), 0.05),
    ("legs", (-0.10, 0.0, 0.30), (-0.15, 0.0, 0.90), 0.17),
    ("trunk", (-0.12, 0.0, 1.05), (0.12, 0.0, 1.42), 0.18),
    ("head", (0.22, 0.0, 1.66), (0.22, 0.0, 1.67), 0.11),
)
ON_SCOOTER: tuple[Part, ...] = (
    ("deck", (-0.45, 0.0, 0.12), (0.42, 0.0, 0.12), 0.08),
    ("bar", (0.42, 0.0, 0.12), (0.28, 0.0, 1.05), 0.04),
    *(
        (name, (a[0] - 0.12, a[1], a[2] + 0.16), (b[0] - 0.12, b[1], b[2] + 0.16), radius)
        for name, a, b, radius in UPRIGHT
    ),
)
FORMS: dict[str, tuple[Part, ...]] = {
    "": UPRIGHT, "sitting": SITTING, "crouching": CROUCHING, "on bench": ON_BENCH, "flat": FLAT,
}  # fmt: skip
RIDING: dict[ActorKind, tuple[Part, ...]] = {
    ActorKind.CYCLIST: CYCLING, ActorKind.SCOOTER: ON_SCOOTER,
}  # fmt: skip
FORM_OF: dict[Posture, str] = {
    Posture.SITTING: "sitting",
    Posture.SITTING_BENCH: "on bench",
    Posture.CROUCHING: "crouching",
} | dict.fromkeys(LYING, "flat")
DOWN_SHARE = 0.5  # of a fall, from where the body counts as lying
FOUR_LEGS = frozenset({ActorKind.DOG, ActorKind.CAT})
SOLID = frozenset({ActorKind.CAR, ActorKind.DOOR}) | FOUR_LEGS | (
    THINGS - {ActorKind.PLASTIC_BAG}
)  # fmt: skip


def actor_bodies(world: World) -> list[str]:
    """The `<body>` elements of all actors of a world."""
    raining = world.conditions.raining_mmph > 0
    return [
        body
        for spec in world.actors
        for body in _bodies(spec, outfit_of(spec, world.seed, raining))
    ]


def body_names(spec: ActorSpec) -> list[str]:
    """Names of the bodies that an actor has in the physics; none for flames and birds."""
    if spec.kind is ActorKind.PERSON:
        return [body_name(spec, form) for form in _forms(spec)]
    return [body_name(spec)] if spec.kind in SOLID | RIDERS else []


def body_name(spec: ActorSpec, form: str = "") -> str:
    """A body's name, as contacts report it: kind, actor, form."""
    return f"{spec.kind} {spec.name} {form}".rstrip()


def shown_body(actor: ActorNow) -> str | None:
    """The body that stands for an actor now; None where it has none or is nowhere."""
    spec, state = actor.spec, actor.state
    if not state.visible or not body_names(spec):
        return None
    if spec.kind is not ActorKind.PERSON:
        return body_name(spec)
    form = FORM_OF.get(state.posture, "")
    falls = state.motion is Motion.FALLING and state.phase < DOWN_SHARE
    rises = state.motion is Motion.RISING and state.phase >= DOWN_SHARE
    if falls or rises or (state.motion not in (None, Motion.FALLING, Motion.RISING)):
        form = ""
    return body_name(spec, form)


def _forms(spec: ActorSpec) -> list[str]:
    """Upright, and every form that a step brings about."""
    postures = [step.posture for step in spec.script if isinstance(step, Stay)]
    postures += [step.to for step in spec.script if isinstance(step, Fall)]
    return ["", *sorted({FORM_OF[p] for p in postures if p in FORM_OF})]


def _bodies(spec: ActorSpec, outfit: Outfit) -> list[str]:
    if spec.kind is ActorKind.PERSON:
        return [_capsules(body_name(spec, form), FORMS[form], outfit) for form in _forms(spec)]
    if spec.kind in RIDERS:
        return [_capsules(body_name(spec), RIDING[spec.kind], outfit)]
    return [_solid(spec, outfit)] if spec.kind in SOLID else []


def _capsules(name: str, parts: tuple[Part, ...], outfit: Outfit) -> str:
    scale = outfit.height_m / DRAWN_FOR_M
    geoms = "\n".join(
        f'<geom name="{name} {part}" type="capsule" fromto="{_numbers(a, scale)}'
        f' {_numbers(b, scale)}" size="{radius * scale:.4f}" {OBSTACLE}/>'
        for part, a, b, radius in parts
    )
    return f'<body name="{name}" mocap="true">{geoms}</body>'


def _solid(spec: ActorSpec, outfit: Outfit) -> str:
    name = body_name(spec)
    if spec.kind is ActorKind.CAR:
        length, width, height = CAR_SIZE_M[outfit.car]
        geoms = _box(name, (length, width, 0.55 * height), (0.0, 0.0, 0.275 * height)) + _box(
            f"{name} cabin", (0.62 * length, width, 0.48 * height), (0.0, 0.0, 0.76 * height)
        )
    else:
        length, width, height = outfit.size_m
        hinged = length / 2 if spec.kind is ActorKind.DOOR else 0.0
        geoms = _box(name, outfit.size_m, (hinged, 0.0, height / 2))
    return f'<body name="{name}" mocap="true">{geoms}</body>'


def _box(name: str, size: tuple[float, float, float], place: tuple[float, float, float]) -> str:
    return (
        f'<geom name="{name}" type="box" pos="{_numbers(place)}" size="{_numbers(size, 0.5)}"'
        f" {OBSTACLE}/>"
    )


def _numbers(values: tuple[float, ...], scale: float = 1.0) -> str:
    return " ".join(f"{value * scale:.4f}" for value in values)
