"""Play: a scenario upon a vehicle, whoever keeps the time: orders, events, the trace, the end.

Without ROS `simulation.scenarios.runner` keeps it, through ROS the simulator's node.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from navigation.types import Mode
from perception.rules.registry import RULES
from simulation.scenarios.companions import Companions
from simulation.scenarios.control_room import ControlRoom
from simulation.scenarios.director import Director
from simulation.scenarios.file import Perception
from simulation.scenarios.injector import WorldInjector
from simulation.scenarios.ordering import send_order
from simulation.scenarios.outcome import Outcome, conclude
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.scene import SceneWatch
from simulation.scenarios.subject import Subject
from simulation.scenarios.trace import RunHash, Sample, Trace
from simulation.scenarios.witness import Witness

LINGER_S = 2.0  # after the end of the order
SETTLED_EVERY = 10  # samples
ENDS = (Mode.FINISHED, Mode.CHARGING)


class Play:
    """One scenario under way; times count from `begin`."""

    def __init__(
        self,
        scenario: Scenario,
        subject: Subject,
        room: ControlRoom,
        injector: WorldInjector,
        companions: Companions,
        pass_time: Callable[[float], None],
    ) -> None:
        self.scenario, self._subject, self._room = scenario, subject, room
        self.hash = RunHash()
        self.trace = Trace(scenario.patrol_map)
        self.trace.scene.conditions = scenario.conditions
        yolo = scenario.vehicle.perception is Perception.YOLO
        self.trace.watched = frozenset(RULES) if yolo else frozenset()
        watches = scenario.reads_scene
        self._watch = SceneWatch(subject.simulator, self.trace.scene) if watches else None
        self._director = Director(scenario, subject, room, injector, self.trace, pass_time)
        self._witness = Witness(subject, self.trace, self.hash, room.checkpoint_of)
        self._companions = companions
        companions.join(self.trace)
        self._ordered = False
        self._done_s: float | None = None

    def begin(self) -> None:
        """It is time 0: the order goes out."""
        scenario, now_s = self.scenario, self._subject.now_s
        heading_rad = scenario.start.yaw_rad
        self._ordered = send_order(
            self._room, scenario.vehicle, scenario.start_node_id, heading_rad, now_s
        )

    def feel(self, t_s: float, contacts: Sequence[str]) -> None:
        """What the hull began to touch."""
        self._witness.feel(t_s, contacts)

    def see(self, t_s: float) -> Sample:
        """Note the vehicle (20 Hz), and let happen what is due."""
        sample = self._witness.see(t_s)
        self._companions.note(t_s)
        for light in self._companions.all:
            self.hash.numbers((light.pose.x_m, light.pose.y_m, light.pose.yaw_rad))
        if self._watch is not None:
            self._watch.see(t_s)
        self._director.step(sample, self._subject.simulator.truth)
        return sample

    def reason_to_end(self, sample: Sample) -> str:
        """Why there is nothing left to see after this sample; empty: go on."""
        if sample.t_s >= self.scenario.duration_s - 1e-9:
            return "the scenario's duration"
        if self._is_over(sample):
            return "the order is done"
        settled = len(self.trace.samples) % SETTLED_EVERY == 0 and self._is_settled(sample)
        return "everything expected" if settled else ""

    def end(self, t_s: float, because: str) -> None:
        """Close the trace."""
        self.trace.ended_s, self.trace.ended_because = t_s, because
        self.trace.room = self._room.figures
        self._companions.end(t_s, because)

    def outcome(self, wall_s: float) -> Outcome:
        """The verdicts; call after `end`."""
        return conclude(self.scenario, self.trace, self.hash.digest(), wall_s)

    def _is_over(self, sample: Sample) -> bool:
        """All orders are done, nothing is to come, and a little time has passed."""
        is_done = self._ordered and sample.mode in ENDS and bool(sample.order_id)
        if not (is_done and self._director.done and self._companions.are_done):
            self._done_s = None
            return False
        self._done_s = sample.t_s if self._done_s is None else self._done_s
        return sample.t_s - self._done_s >= LINGER_S

    def _is_settled(self, sample: Sample) -> bool:
        """Nothing is to come, and every expectation has come true so far."""
        if not (self.scenario.ends_when_settled and self._director.done):
            return False
        trace = self.trace
        trace.ended_s = sample.t_s
        marks = trace.marks.values()
        last_s = max((m.begin_s if m.end_s is None else m.end_s for m in marks), default=0.0)
        return sample.t_s - last_s >= LINGER_S and all(
            expectation.judge(trace).passed for expectation in self.scenario.expectations
        )
