"""ScenarioPlay: a scenario upon the vehicle's real nodes, in the world's thread.

Nobody lives until the vehicle is ready; then the world goes its way for as long as without ROS,
and at time 0 the control room's order goes out over the broker. The end is a file.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from fleet_client.credentials import Credentials
from patrol.faults import FaultKind
from patrol_simulation.heard import Heard
from simulation.mujoco.simulator import Simulator
from simulation.scenarios.broker_line import RoomLine
from simulation.scenarios.companions import Companions
from simulation.scenarios.control_room import ControlRoom
from simulation.scenarios.file import Perception
from simulation.scenarios.injector import WorldInjector
from simulation.scenarios.play import Play
from simulation.scenarios.runner import WARM_UP_TICKS
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.tap import FaultTap
from simulation.scenarios.through_ros import PLAYED_FILE
from simulation.scenarios.trace import SAMPLE_S
from simulation.types import SensorFrame
from simulation.vehicle.client_stage import faults_of_refusals
from simulation.vehicle.perception_stage import stand_in_cameras
from simulation.vehicle.stage import TICK_HZ
from simulation.world import ScenarioError

WARM_UP_S = WARM_UP_TICKS / TICK_HZ
READY_WITHIN_S = 120.0  # simulated: eyes that were never loaded take a minute to come up
EPSILON_S = 1e-6


class ScenarioPlay:
    """`sensed` turns readings into what the nodes get; `step` follows after each cycle."""

    def __init__(
        self, scenario: Scenario, simulator: Simulator, heard: Heard, credentials: Credentials,
        folder: Path, tell: Callable[..., None],
    ) -> None:  # fmt: skip
        self._scenario, self._simulator, self._heard = scenario, simulator, heard
        self._path, self._tell = folder / PLAYED_FILE, tell
        self._line = RoomLine(credentials)
        self._room = ControlRoom(
            scenario.patrol_map, scenario.spec, self._line, credentials.address
        )
        self._tap = FaultTap(scenario.seed)
        injector = WorldInjector(simulator, self._room, self._tap)
        heard.enter(simulator)
        heard.refusals = self._refusals
        simulator.cast_waits = True
        self._companions = Companions(scenario, simulator)
        self._play = Play(scenario, heard, self._room, injector, self._companions, _no_time_passes)
        spec, renders = scenario.spec, scenario.vehicle.perception is Perception.YOLO
        self._stand_ins = [] if renders else stand_in_cameras(spec, scenario.seed)
        fastest_hz = max((camera.rate_hz for camera in spec.cameras), default=1.0)
        self._picture_every_s = 1.0 / fastest_hz
        self._picture_s = self._sample_s = 0.0
        self._opened_s = simulator.now_s
        self._start_s: float | None = None
        self._began = self._ended = False
        self._begun_wall_s = 0.0

    def sensed(self, frame: SensorFrame) -> SensorFrame:
        """The readings with every fault that holds, and pictures where none are rendered."""
        if self._stand_ins and frame.stamp_s >= self._picture_s - EPSILON_S:
            self._picture_s = frame.stamp_s + self._picture_every_s
            frame.images.extend(camera.take(frame.stamp_s) for camera in self._stand_ins)
        return self._tap.frame(frame)

    def step(self, contacts: list[str]) -> None:
        """What a cycle of the world brings to the scenario."""
        now_s = self._simulator.now_s
        self._heard.note_truth()
        self._room.step(now_s)
        self._companions.step(now_s)
        if self._start_s is None:
            self._await_vehicle(now_s)
        elif now_s >= self._start_s - EPSILON_S and not self._ended:
            self._go_on(now_s - self._start_s, contacts)

    def _go_on(self, t_s: float, contacts: list[str]) -> None:
        if not self._began:
            self._began, self._begun_wall_s = True, time.monotonic()
            self._play.begin()
        self._play.feel(t_s, contacts)
        if t_s < self._sample_s - EPSILON_S:
            return
        self._sample_s += SAMPLE_S
        sample = self._play.see(t_s)
        why = self._play.reason_to_end(sample)
        if why:
            self._end(t_s, why)

    def _end(self, t_s: float, why: str) -> None:
        self._ended = True
        self._play.end(t_s, why)
        outcome = self._play.outcome(time.monotonic() - self._begun_wall_s)
        temporary = self._path.with_suffix(".tmp")
        with temporary.open("wb") as stream:
            pickle.dump((outcome, self._play.trace), stream)
        temporary.replace(self._path)
        self._tell("scenario_ended", because=repr(why), status=repr(outcome.status.value))

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _await_vehicle(self, now_s: float) -> None:
        """Let the world go once the vehicle knows where it is and finds nothing wrong."""
        state = self._room.state
        if self._heard.localized and state is not None and not state.errors:
            self._tell("scenario_starts", id=self._scenario.id)
            self._simulator.battery.charge_pct = self._scenario.vehicle.battery_pct
            self._simulator.cast_waits = False
            self._start_s = now_s + WARM_UP_S
        elif now_s > self._opened_s + READY_WITHIN_S:
            wrong = "it says nothing to its control room"
            if state is not None:
                wrong = ", ".join(e.error_type for e in state.errors) or "it is not localized"
            raise ScenarioError(
                f"{self._scenario.id}: the vehicle is not ready after {READY_WITHIN_S:.0f} s:"
                f" {wrong}"
            )

    def _refusals(self) -> frozenset[FaultKind]:
        """What the client refuses, as its state says: types that are no faults of ours."""
        state = self._room.state
        types = {error.error_type for error in state.errors} if state else set()
        return faults_of_refusals(types - {kind.value for kind in FaultKind})


def _no_time_passes(_seconds: float) -> NoReturn:
    raise AssertionError("refused before: simulation.scenarios.through_ros")
