"""Which play performs which step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulation.actors import script
from simulation.actors.plays.at_robot import BlockPlay, CoverPlay, PushPlay
from simulation.actors.plays.base import Play
from simulation.actors.plays.going import LoiterPlay, WalkPlay
from simulation.actors.plays.others import FightPlay, FleePlay, PursuePlay
from simulation.actors.plays.staying import FallPlay, GetUpPlay, StayPlay, VanishPlay
from simulation.actors.plays.things import DriftPlay, GrowPlay, PickUpPlay, PutDownPlay, SwingPlay
from simulation.actors.plays.wheels import DrivePlay

PLAYS: dict[type[script.Step], Callable[[Any], Play]] = {
    script.Stay: StayPlay,
    script.Walk: WalkPlay,
    script.Drive: DrivePlay,
    script.Fall: FallPlay,
    script.GetUp: GetUpPlay,
    script.Loiter: LoiterPlay,
    script.Fight: FightPlay,
    script.Pursue: PursuePlay,
    script.Flee: FleePlay,
    script.PutDown: PutDownPlay,
    script.PickUp: PickUpPlay,
    script.Block: BlockPlay,
    script.Push: PushPlay,
    script.CoverCamera: CoverPlay,
    script.Drift: DriftPlay,
    script.Grow: GrowPlay,
    script.Swing: SwingPlay,
    script.Vanish: VanishPlay,
}


def play_of(step: script.Step) -> Play:
    """A play of one step, from its beginning."""
    return PLAYS[type(step)](step)
