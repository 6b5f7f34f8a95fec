"""Moving figures without a skeleton: pages that are shown in turn, as in a flip book.

gz-sim animates skeletons alone, and what our figures wear, carry, push and ride hangs on none. So
every picture that the embedded camera has of an actor's motion is an `<actor>` of one link (gz-sim
pull request 1947) whose script keeps it below the ground but for its turn: who walks moves the
legs, who falls lies there.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from simulation.actors.company import ActorNow
from simulation.actors.state import Motion
from simulation.camera.figures import TALKING_PHASES, Key, figure_key, shape_for
from simulation.camera.shape import Shape

BELOW_M = -50.0  # of its place: where a page is that is not shown
SWITCH_S = 1e-3  # from one page to the next
GLIDE_S = 0.5  # between points of a figure that is always shown
MOVED_M, TURNED_RAD = 0.02, 0.02  # less is standing still
# Of a trajectory's spline: one neither overshoots a jump nor drifts, zero goes on evenly.
TENSION_OF_PAGES, TENSION = 1.0, 0.0
# Of the embedded camera's pictures of a cycle every second: half the meshes, six to two steps.
EVERY: dict[Motion | None, int] = {
    Motion.WALKING: 2,
    Motion.RUNNING: 2,
    Motion.FIGHTING: 2,
    Motion.RIDING: 2,
    None: TALKING_PHASES,  # who talks keeps the hands still
}

Pose = tuple[float, ...]  # x y z, metres; roll pitch yaw, radians
Waypoint = tuple[float, Pose]  # seconds; where


@dataclass(frozen=True)
class Page:
    """One figure of an actor, and the moments `begin` to `end` (excluded) that show it."""

    name: str  # what it does
    shape: Shape
    shown: tuple[tuple[int, int], ...]
    moments: int  # in all

    @property
    def is_always_shown(self) -> bool:
        """Whether it is the only one."""
        return self.shown == ((0, self.moments),)

    @property
    def tension(self) -> float:
        """Of its trajectory."""
        return TENSION if self.is_always_shown else TENSION_OF_PAGES


def pages_of(track: Sequence[ActorNow]) -> list[Page]:
    """The figures that an actor shows, in the order of their first turn; none for the unseen."""
    keys = [_key(now) if now.state.visible else None for now in track]
    shapes: dict[bytes, tuple[str, Shape]] = {}  # one that is the same under several keys
    content: dict[Key, bytes] = {}
    for now, key in zip(track, keys, strict=True):
        if key is not None and key not in content:
            shape = shape_for(now.outfit, now.spec.kind, key)
            content[key] = b"".join(points.tobytes() for points in shape.points)
            shapes.setdefault(content[key], (_name(key), shape))
    turns: dict[bytes, list[tuple[int, int]]] = {whole: [] for whole in shapes}
    begin = 0
    for whole, run in itertools.groupby(None if key is None else content[key] for key in keys):
        end = begin + len(list(run))
        if whole is not None:
            turns[whole].append((begin, end))
        begin = end
    return [Page(*shapes[whole], tuple(shown), len(track)) for whole, shown in turns.items()]


def _key(now: ActorNow) -> Key:
    motion, posture, number = figure_key(now.spec.kind, now.state)
    return motion, posture, number - number % EVERY.get(motion, 1)


def _name(key: Key) -> str:
    motion, posture, number = key
    return str(posture) if motion is None else f"{motion} {number}"


def waypoints_of(page: Page, poses: Sequence[Pose], step_s: float) -> list[Waypoint]:
    """A page's script: at the actor's `poses` in its turns, far below them otherwise.

    `poses` are those of every moment, `step_s` apart; runs of the same one keep their two ends.
    """
    last, every = len(poses) - 1, round(GLIDE_S / step_s) if page.is_always_shown else 1
    points: list[Waypoint] = []
    for begin, until in page.shown:
        end = min(until, last)  # the figure moves on until the next one takes over
        if begin > 0:
            points.append((begin * step_s - SWITCH_S, _below(poses[begin])))
        points += [(k * step_s, poses[k]) for k in _knots(poses, begin, end, every)]
        if until <= last:
            points[-1] = (end * step_s - SWITCH_S, poses[end])
            points.append((end * step_s, _below(poses[end])))
    if points[0][0] > 0.0:
        points.insert(0, (0.0, points[0][1]))
    if points[-1][0] < last * step_s:
        points.append((last * step_s, points[-1][1]))
    return points


def _knots(poses: Sequence[Pose], begin: int, end: int, every: int) -> list[int]:
    knots = [begin, *range(begin - begin % every + every, end, every), end]
    inner = [
        here
        for before, here, after in zip(knots, knots[1:], knots[2:], strict=False)
        if not (is_same(poses[before], poses[here]) and is_same(poses[here], poses[after]))
    ]
    return [begin, *inner, end] if end > begin else [begin]


def is_same(a: Pose, b: Pose) -> bool:
    """Whether nothing has moved between two poses."""
    return math.dist(a[:3], b[:3]) < MOVED_M and abs(a[5] - b[5]) < TURNED_RAD


def _below(pose: Pose) -> Pose:
    return (*pose[:2], pose[2] + BELOW_M, *pose[3:])
