"""Runner: one scenario from its first tick to its verdicts, without ROS.

A run owns no clock but the simulator's, so the same scenario gives the same run, bit for bit, on
one machine; the hash over truth, commands and events says so. It ends at the scenario's duration,
when its order is done and nothing is to come, or at a limit of wall-clock time.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Protocol

from navigation.types import Mode
from perception.pipeline import PerceptionPipeline
from simulation.mujoco.simulator import Simulator
from simulation.scenarios.control_room import ControlRoom
from simulation.scenarios.director import Director
from simulation.scenarios.file import Perception
from simulation.scenarios.folders import PERCEPTION_FILE
from simulation.scenarios.injector import Injector
from simulation.scenarios.outcome import Outcome, conclude
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.tap import FaultTap
from simulation.scenarios.trace import RunHash, Sample, Trace
from simulation.scenarios.witness import Witness
from simulation.vehicle.library import LibraryVehicle
from simulation.vehicle.orders import ADDRESS
from simulation.vehicle.perception_stage import StandInCamera, blind_pipeline
from simulation.vehicle.radio import Radio

WARM_UP_TICKS = 150  # sensors, filter and link have filled when the scenario's time begins
LINGER_S = 2.0  # after the end of the order
SETTLED_EVERY = 10  # samples
TICKS_A_SAMPLE = 5
WALL_FACTOR, LEAST_WALL_S = 10.0, 300.0  # a run may take so long, times its duration
ENDS = (Mode.FINISHED, Mode.CHARGING)
YOLO_FACTORY = "perception.factory"  # by name: only who asks for YOLO needs ultralytics (AGPL)
DAY = datetime(2026, 3, 20, tzinfo=UTC)  # the equinox, as simulation.conditions has it
UTC_OFFSET_H = 9.0  # Korea


class Observer(Protocol):
    """Somebody who watches a run: a recording, a video, pictures."""

    def see(self, vehicle: LibraryVehicle, sample: Sample) -> None:
        """A new sample (20 Hz); the vehicle's newest frame is at hand."""
        ...

    def close(self, trace: Trace) -> None:
        """The run is over."""
        ...


class Run:
    """One scenario under way; iterate over `samples`, then ask for the `outcome`.

    Raises what loading and building raise (ScenarioError, PlanError, ConfigError, ModelError)
    before the first tick. `cameras` renders pictures though nobody on board needs them.
    """

    def __init__(
        self,
        scenario: Scenario,
        observers: Iterable[Observer] = (),
        *,
        cameras: bool = False,
        wall_limit_s: float | None = None,
    ) -> None:
        self.scenario = scenario
        self.observers = list(observers)
        rehearsed = ControlRoom(scenario.patrol_map, scenario.spec, Radio(), ADDRESS)
        self._ordered = self._send_order(rehearsed, 0.0)  # refuses now what cannot be planned
        self._wall_limit_s = wall_limit_s or max(LEAST_WALL_S, WALL_FACTOR * scenario.duration_s)
        self.hash = RunHash()
        spec, entry = scenario.spec, scenario.vehicle
        simulator = Simulator(
            scenario.build_world(),
            spec,
            scenario.start,
            scenario.seed,
            cameras=cameras or entry.perception is Perception.YOLO,
            start_epoch_s=_epoch_s(scenario.conditions.hour_h),
        )
        simulator.battery.charge_pct = entry.battery_pct
        self._folder = tempfile.TemporaryDirectory(prefix="sunra-scenario-")
        self._radio = Radio(scenario.seed)
        self._tap = FaultTap(scenario.seed)
        stand_in = None
        if entry.perception is Perception.STAND_IN and not cameras:
            stand_in = StandInCamera(spec.cameras[0], scenario.seed)
        self.vehicle = LibraryVehicle(
            simulator,
            self._radio,
            tap=self._tap,
            pipeline=None if entry.perception is Perception.HEARTBEAT else self._pipeline,
            stand_in=stand_in,
        )
        self._room = ControlRoom(scenario.patrol_map, spec, self._radio, ADDRESS)
        self.trace = Trace(scenario.patrol_map)
        self.trace.programs = {s.crosswalk_id: s.program for s in simulator.world.signals}
        injector = Injector(self.vehicle, self._room, self._tap)
        self._director = Director(
            scenario, self.vehicle, self._room, injector, self.trace, self._pass_time
        )
        self._done_s: float | None = None
        self._witness = Witness(self.vehicle, self.trace, self.hash)
        self._warm_up()

    def _warm_up(self) -> None:
        for _ in range(WARM_UP_TICKS):
            self._advance()
        self._start_s = self.vehicle.simulator.now_s

    def _pipeline(self) -> PerceptionPipeline:
        scenario, folder = self.scenario, Path(self._folder.name)
        patrol_map = scenario.patrol_map
        if scenario.vehicle.perception is Perception.YOLO:
            factory = import_module(YOLO_FACTORY)
            pipeline: PerceptionPipeline = factory.build_pipeline(
                PERCEPTION_FILE, scenario.spec, patrol_map.map_id, folder, patrol_map
            )
            return pipeline
        return blind_pipeline(scenario.spec, patrol_map.map_id, folder)

    def _send_order(self, room: ControlRoom, now_s: float) -> bool:
        """Have a room plan and send the file's order; False where it has none."""
        entry, patrol_map = self.scenario.vehicle, self.scenario.patrol_map
        if entry.nodes:
            room.send_nodes(entry.nodes, now_s)
        elif entry.checkpoints:
            room.send_tour(
                self.scenario.start_node_id,
                entry.checkpoints,
                now_s,
                order=entry.order,
                dock=patrol_map.dock(entry.dock) if entry.return_to_dock else None,
                heading_rad=self.scenario.start.yaw_rad,
            )
        return bool(entry.nodes or entry.checkpoints)

    # --- the loop ---

    def samples(self) -> Iterator[Sample]:
        """Run to the end; yields the vehicle at 20 Hz."""
        scenario, trace = self.scenario, self.trace
        begun_s, count = time.monotonic(), 0
        trace.ended_because = "the scenario's duration"
        self._send_order(self._room, self.vehicle.now_s)
        while self._t_s < scenario.duration_s - 1e-9:
            if not self._tick():
                continue
            sample = trace.samples[-1]
            yield sample
            count += 1
            if self._is_over(sample):
                trace.ended_because = "the order is done"
                break
            if count % SETTLED_EVERY == 0 and self._is_settled(sample):
                trace.ended_because = "everything expected"
                break
            if count % 100 == 0 and time.monotonic() - begun_s > self._wall_limit_s:
                trace.ended_because = f"{self._wall_limit_s:.0f} s of wall-clock time"
                break
        trace.ended_s = self._t_s
        trace.room = self._room.figures
        self._wall_s = time.monotonic() - begun_s

    @property
    def _t_s(self) -> float:
        return self.vehicle.simulator.now_s - self._start_s

    def _advance(self) -> None:
        """10 ms of world, vehicle, link and control room."""
        self.vehicle.tick()
        link_s = self.vehicle.now_s + self.vehicle.client.lead_s
        self._radio.step(link_s)
        self._room.step(link_s)

    def _tick(self) -> bool:
        """10 ms; True when there is a new sample."""
        vehicle = self.vehicle
        self._advance()
        self._witness.feel(self._t_s)
        if round(self._t_s * 100) % TICKS_A_SAMPLE:
            return False
        sample = self._witness.see(self._t_s)
        self._director.step(sample, vehicle.simulator.truth)
        for observer in self.observers:
            observer.see(vehicle, sample)
        return True

    def _is_over(self, sample: Sample) -> bool:
        """The order is done, nothing is to come, and a little time has passed."""
        if not (self._ordered and sample.mode in ENDS and sample.order_id and self._director.done):
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

    def _pass_time(self, seconds: float) -> None:
        """Hours in which the standing vehicle only reports, once a second."""
        client = self.vehicle.client
        for _ in range(math.floor(seconds)):
            client.lead_s += 1.0
            link_s = self.vehicle.now_s + client.lead_s
            client.cycle(self.vehicle.now_s)
            self._radio.step(link_s)
            self._room.step(link_s)

    def outcome(self) -> Outcome:
        """The verdicts; call after the last sample."""
        return conclude(self.scenario, self.trace, self.hash.digest(), self._wall_s)

    def close(self) -> None:
        """Free the renderer, finish recordings, remove what was written on the side."""
        for observer in self.observers:
            observer.close(self.trace)
        self.vehicle.simulator.close()
        self._folder.cleanup()


def run_scenario(
    scenario: Scenario, observers: Iterable[Observer] = (), *, cameras: bool = False
) -> Outcome:
    """Run to the end and judge."""
    run = Run(scenario, observers, cameras=cameras)
    try:
        for _ in run.samples():
            pass
        return run.outcome()
    finally:
        run.close()


def _epoch_s(hour_h: float) -> float:
    """Epoch seconds of a local hour on a fixed day."""
    return (DAY + timedelta(hours=hour_h - UTC_OFFSET_H)).timestamp()
