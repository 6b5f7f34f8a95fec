"""Actor: a spec that is played, step by step of its script."""

from __future__ import annotations

import math

from simulation.actors.kinds import HUMAN, Posture
from simulation.actors.looks import Outfit, outfit_of
from simulation.actors.performer import Performer
from simulation.actors.plays.base import Play
from simulation.actors.plays.going import WalkPlay
from simulation.actors.plays.table import play_of
from simulation.actors.script import Stay, Step, Until, Vanish, Walk
from simulation.actors.spec import ActorSpec
from simulation.actors.state import ActorState, RobotPush, Surroundings


class Actor:
    """One actor while time runs; the same seed and surroundings give the same states."""

    def __init__(self, spec: ActorSpec, seed: int, raining: bool = False) -> None:
        self.spec = spec
        self.outfit: Outfit = outfit_of(spec, seed, raining)
        self.body = Performer(spec, self.outfit, seed)
        self._step = 0
        self._since_s = 0.0
        self._play: Play | None = play_of(spec.script[0]) if spec.script else None
        self._prepare()
        self.state = self.body.state(0)

    @property
    def pushes(self) -> RobotPush | None:
        """The force on the robot now."""
        return self.body.push

    @property
    def covers(self) -> str | None:
        """The camera that is covered now; "" is the robot's first."""
        return self.body.covers

    def step(self, now_s: float, duration_s: float, seen: Surroundings) -> ActorState:
        """Play on for a time up to `now_s`, seconds since the world began."""
        me = self.body
        me.push, me.covers, me.takes, me.leaves, me.visible = None, None, "", "", True
        if self._play is None:
            self.state = me.state(self._step)
            return self.state
        self._since_s += duration_s
        over = self._play.go(me, duration_s, seen)
        last = self._step == len(self.spec.script) - 1
        if not last and (over or self._holds(self._now.until, now_s, seen)):
            self._next()
        elif over:
            self._play = None
        self.state = me.state(self._step)
        return self.state

    @property
    def _now(self) -> Step:
        return self.spec.script[self._step]

    def _next(self) -> None:
        self._step += 1
        self._since_s = 0.0
        self._play = play_of(self._now)

    def _prepare(self) -> None:
        """What shows before the first moment."""
        me = self.body
        first = self.spec.script[0] if self.spec.script else None
        if isinstance(first, Stay) and self.spec.kind in HUMAN:
            me.rest(first.posture)
        elif isinstance(first, Walk) and len(first.path_map) > 1:
            (x0, y0), (x1, y1) = first.path_map[:2]
            me.yaw_rad = math.atan2(y1 - y0, x1 - x0)
        if isinstance(self._play, WalkPlay):
            self._play.begin(me)
        me.visible = not isinstance(first, Vanish)
        if first is None and self.spec.kind in HUMAN:
            me.rest(Posture.STANDING)

    def _holds(self, until: Until, now_s: float, seen: Surroundings) -> bool:
        """Whether one of the conditions that are given holds."""
        me = self.state
        other = seen.others.get(until.actor)
        robot_m = seen.robot_distance_m(me.x_m, me.y_m)
        return any((
            until.for_s is not None and self._since_s >= until.for_s - 1e-9,
            until.at_s is not None and now_s >= until.at_s - 1e-9,
            until.robot_within_m is not None and robot_m <= until.robot_within_m,
            until.robot_beyond_m is not None and until.robot_beyond_m <= robot_m < math.inf,
            other is not None and until.actor_within_m is not None and other.visible
            and math.hypot(other.x_m - me.x_m, other.y_m - me.y_m) <= until.actor_within_m,
            other is not None and until.actor_step is not None
            and other.step >= until.actor_step,
        ))  # fmt: skip
