"""Runner: one scenario from its first tick to its verdicts, without ROS.

A run owns no clock but the simulator's, so the same scenario gives the same run, bit for bit, on
one machine; the hash over truth, commands and events says so. It ends at the scenario's duration,
when its order is done and nothing is to come, or at a limit of wall-clock time.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Protocol

from perception.pipeline import PerceptionPipeline
from simulation.mujoco.simulator import Simulator
from simulation.scenarios.companions import Companions
from simulation.scenarios.control_room import ControlRoom
from simulation.scenarios.file import Perception
from simulation.scenarios.folders import PERCEPTION_FILE
from simulation.scenarios.injector import Injector
from simulation.scenarios.ordering import address_of, check_orders
from simulation.scenarios.outcome import Outcome
from simulation.scenarios.play import Play
from simulation.scenarios.reference_run import record_references
from simulation.scenarios.scenario import Scenario
from simulation.scenarios.searches import searches_of
from simulation.scenarios.subject import LibrarySubject
from simulation.scenarios.tap import FaultTap
from simulation.scenarios.trace import Sample, Trace
from simulation.surveyed import surveyed
from simulation.types import SensorOptions
from simulation.vehicle.library import LibraryVehicle
from simulation.vehicle.perception_stage import StandInCamera, blind_pipeline, stand_in_cameras
from simulation.vehicle.radio import Radio

WARM_UP_TICKS = 150  # sensors, filter and link have filled when the scenario's time begins
TICKS_A_SAMPLE = 5
WALL_FACTOR, LEAST_WALL_S = 10.0, 300.0  # a run may take so long, times its duration
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
    before the first tick. `cameras` renders pictures though nobody on board needs them,
    `thermal` with them those of its thermal cameras. `radios`
    are other links than those in memory, by vehicle; behind them a fleet server acknowledges.
    """

    def __init__(
        self,
        scenario: Scenario,
        observers: Iterable[Observer] = (),
        *,
        cameras: bool = False,
        thermal: bool = False,
        wall_limit_s: float | None = None,
        radios: Mapping[str, Radio] | None = None,
        start_epoch_s: float | None = None,
    ) -> None:
        self.scenario = scenario
        self.observers = list(observers)
        check_orders(scenario)
        self._wall_limit_s = wall_limit_s or max(LEAST_WALL_S, WALL_FACTOR * scenario.duration_s)
        spec, entry = scenario.spec, scenario.vehicle
        self._world = scenario.build_world()
        self._folder = tempfile.TemporaryDirectory(prefix="sunra-scenario-")
        if scenario.reference_poses and entry.perception is Perception.YOLO:
            patrol_map = surveyed(scenario.patrol_map, self._world)
            record_references(scenario, self._world, patrol_map, self._references, _epoch_s)
        simulator = Simulator(
            self._world,
            spec,
            scenario.start,
            scenario.seed,
            cameras=cameras or entry.perception is Perception.YOLO,
            thermal=thermal or entry.perception is Perception.YOLO,
            start_epoch_s=start_epoch_s or _epoch_s(scenario.conditions.hour_h),
            options=SensorOptions(gnss_shadow=scenario.gnss_shadow),
        )
        simulator.battery.charge_pct = entry.battery_pct
        self._radio = radios[entry.name] if radios else Radio(scenario.seed)
        address = address_of(entry.name)
        tap = FaultTap(scenario.seed)
        stand_ins: list[StandInCamera] = []
        if entry.perception is Perception.STAND_IN and not cameras:
            stand_ins = stand_in_cameras(spec, scenario.seed)
        self.vehicle = LibraryVehicle(
            simulator,
            self._radio,
            tap=tap,
            pipeline=None if entry.perception is Perception.HEARTBEAT else self._pipeline,
            stand_ins=stand_ins,
            address=address,
        )
        self._room = ControlRoom(
            scenario.patrol_map, spec, self._radio, address, acknowledges=radios is None
        )
        injector = Injector(self.vehicle, self._room, tap)
        subject = LibrarySubject(self.vehicle)
        self.companions = Companions(scenario, simulator, radios)
        self._play = Play(
            scenario, subject, self._room, injector, self.companions, self._pass_time
        )
        self._warm_up()

    @property
    def trace(self) -> Trace:
        """What has happened so far."""
        return self._play.trace

    def _warm_up(self) -> None:
        for _ in range(WARM_UP_TICKS):
            self._advance()
        self._start_s = self.vehicle.simulator.now_s
        self._tell_searches()

    def _tell_searches(self) -> None:
        """What the fleet client would publish: whom to look for from the start on."""
        now_s = self.vehicle.now_s
        self.vehicle.bus.searches.put(searches_of(self.scenario, now_s), now_s)

    def wait(self) -> None:
        """10 ms in which the vehicle stands and reports, before the scenario begins."""
        simulator = self.vehicle.simulator
        simulator.cast_waits = True
        self._advance()
        simulator.cast_waits = False
        self._start_s = simulator.now_s

    @property
    def _references(self) -> Path:
        return Path(self._folder.name) / "references"

    def _pipeline(self) -> PerceptionPipeline:
        scenario, folder = self.scenario, Path(self._folder.name)
        patrol_map = scenario.patrol_map
        if scenario.vehicle.perception is Perception.YOLO:
            patrol_map = surveyed(patrol_map, self._world)
            factory = import_module(YOLO_FACTORY)
            pipeline: PerceptionPipeline = factory.build_pipeline(
                PERCEPTION_FILE,
                scenario.spec,
                patrol_map.map_id,
                folder,
                patrol_map,
                references_dir=self._references,
            )
            return pipeline
        return blind_pipeline(scenario.spec, patrol_map.map_id, folder)

    # --- the loop ---

    def samples(self) -> Iterator[Sample]:
        """Run to the end; yields the vehicle at 20 Hz."""
        play, begun_s, why = self._play, time.monotonic(), ""
        play.begin()
        while not why:
            if not self._tick():
                continue
            sample = self.trace.samples[-1]
            yield sample
            why = play.reason_to_end(sample)
            if len(self.trace.samples) % 100 == 0:
                late = time.monotonic() - begun_s > self._wall_limit_s
                why = f"{self._wall_limit_s:.0f} s of wall-clock time" if late else why
        play.end(self._t_s, why)
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
        self.companions.step(link_s)

    def _tick(self) -> bool:
        """10 ms; True when there is a new sample."""
        vehicle = self.vehicle
        self._advance()
        if vehicle.frame is not None:
            self._play.feel(self._t_s, vehicle.frame.contacts)
        if round(self._t_s * 100) % TICKS_A_SAMPLE:
            return False
        sample = self._play.see(self._t_s)
        for observer in self.observers:
            observer.see(vehicle, sample)
        return True

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
        return self._play.outcome(self._wall_s)

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
