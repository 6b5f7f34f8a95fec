"""simulator: one vehicle in the embedded MuJoCo world, on `/clock`.

The world lives in a thread of its own (its GL context is bound to it); the executor's thread only
stores the newest drive command.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
import traceback
from pathlib import Path

import rclpy
from patrol_interfaces.msg import DriveCommand as DriveMessage
from rosgraph_msgs.msg import Clock

from fleet_client.credentials import load_credentials
from patrol.clock import SystemClock
from patrol.errors import SunraError
from patrol.map_geojson import load_map
from patrol.stamps import seconds_of
from patrol.topics import TOPICS
from patrol.vehicle import load_vehicle
from patrol_ros.convert import (
    message_of_base,
    message_of_imu,
    message_of_pose,
    message_of_range,
    message_of_scan,
    message_of_signal,
)
from patrol_ros.latest import Latest
from patrol_ros.node import VehicleNode
from patrol_ros.simulated import message_of_camera, message_of_contact
from patrol_ros.simulated_attention import AttentionOutputs
from patrol_ros.simulated_outputs import SimulatedOutputs
from patrol_ros.stamps import stamp_of
from patrol_simulation.convert import message_of_image, message_of_thermal
from patrol_simulation.heard import Heard
from patrol_simulation.pace import Pace
from patrol_simulation.played import ScenarioPlay
from patrol_simulation.scene import open_scene
from simulation.attention import SimulatedAttention
from simulation.mujoco.simulator import Simulator
from simulation.types import DriveCommand, SensorFrame

CLOCK_HZ = 50.0
STEP_S = 1.0 / CLOCK_HZ
DRIVE_MAX_AGE_S = TOPICS["/base/drive"].max_age_s or 0.0
TRUTH_SHARE = (TOPICS["/simulation/truth"].rate_hz or 20) / CLOCK_HZ  # of all cycles
REPORT_EVERY = round(5.0 * CLOCK_HZ)
# The world waits a little for a base driver that lags behind: on a machine short of CPU time the
# world then goes slower instead of driving the vehicle with old commands. A dead one is not waited
# for: after DRIVE_MAX_AGE_S the base brakes by itself.
DRIVE_SLACK_S = 0.06
LONGEST_WAIT_S = 0.25
STANDSTILL = DriveCommand(0.0, 0.0)


class SimulatorNode(VehicleNode):
    """/base/drive → /clock, /base/feedback, truth, and what every sensor reads."""

    def __init__(self) -> None:
        super().__init__("simulator")
        self._spec = load_vehicle(self.path("vehicle_file"))
        self._map = load_map(self.path("map_file"))
        scenario_file, start_dock = self.text("scenario_file"), self.text("start_dock")
        self._scene = open_scene(self._map, scenario_file, self.text("start_place"), start_dock)
        self._cameras = self.flag("cameras", True)
        self._factor = self.number("real_time_factor", 1.0, 0.01, 100.0)
        self._report_path = self.path("state_dir") / "simulation.json"
        self._drive: Latest[DriveCommand] = Latest()
        self._contacts = 0
        self._ending, self._driven = threading.Event(), threading.Event()
        self._out = SimulatedOutputs(self, self._spec)
        self._attention = AttentionOutputs(self, self._out.attention, SimulatedAttention())
        credentials_file = self.text("credentials_file")
        self._heard: Heard | None = None
        if self.flag("play", False):
            self._heard = Heard(self, lambda: self._drive.value or STANDSTILL)
            self._credentials = load_credentials(Path(credentials_file))
        self.topic_subscription("/base/drive", self._on_drive)
        self._thread = threading.Thread(target=self._live, name="world", daemon=True)
        self._thread.start()

    def _on_drive(self, message: DriveMessage) -> None:
        command = DriveCommand(message.speed_mps, message.steering_rad, message.cut_power)
        self._drive.put(command, seconds_of(message.header.stamp))
        self._driven.set()

    def _await_base(self, now_s: float) -> None:
        """Give a lagging base driver up to `LONGEST_WAIT_S` of wall time."""
        until_s = time.monotonic() + LONGEST_WAIT_S
        while time.monotonic() < until_s:
            age_s = self._drive.age_s(now_s)
            if age_s is None or not DRIVE_SLACK_S < age_s <= DRIVE_MAX_AGE_S:
                return
            self._driven.clear()
            self._driven.wait(0.02)

    def close(self) -> None:
        """Stop the world and free its pictures."""
        self._ending.set()
        self._thread.join(3.0)

    def _live(self) -> None:
        try:
            self._run_world()
        except Exception as error:
            if isinstance(error, SunraError):
                sys.stderr.write(f"sunra: {error}\n")
            else:
                traceback.print_exc()
            rclpy.try_shutdown()  # the process ends, the supervisor starts a new world

    def _run_world(self) -> None:
        simulator = Simulator(
            self._scene.world,
            self._spec,
            self._scene.start,
            self._scene.seed,
            cameras=self._cameras,
            thermal=self._cameras,
            start_epoch_s=time.time(),
            options=self._scene.options,
        )
        play = self._open_play(simulator)
        pace = Pace(self._factor, SystemClock())
        self.event("world_started", map=self._map.map_id, cameras=self._cameras)
        cycle = 0
        while not self._ending.is_set() and rclpy.ok():
            self._await_base(simulator.now_s)
            drive = self._drive.fresh(simulator.now_s, DRIVE_MAX_AGE_S)
            simulator.step(drive or STANDSTILL, STEP_S)
            frame = simulator.poll()
            self._publish(play.sensed(frame) if play else frame, cycle)
            self._attention.step(simulator.now_s)
            if play:
                play.step(frame.contacts)
            cycle += 1
            wait_s = pace.advance(STEP_S)
            if cycle % REPORT_EVERY == 0:
                self._report(pace, simulator.now_s)
            time.sleep(wait_s)
        if play:
            play.close()
        simulator.close()

    def _open_play(self, simulator: Simulator) -> ScenarioPlay | None:
        scenario = self._scene.scenario
        if self._heard is None or scenario is None:
            return None
        folder = self._report_path.parent
        return ScenarioPlay(
            scenario, simulator, self._heard, self._credentials, folder, self.event
        )

    def _publish(self, frame: SensorFrame, cycle: int) -> None:
        self._out.clock(Clock(clock=stamp_of(frame.stamp_s)))
        self._out.base(message_of_base(frame.base))
        for sample in frame.imu:
            self._out.imu(message_of_imu(sample))
        for scan in frame.scans:
            self._out.scan(message_of_scan(scan))
        for heard in frame.ranges:
            message = message_of_range(heard.range_m, heard.sensor, heard.stamp_s)
            self._out.ultrasonic[heard.sensor.name](message)
        for seen in frame.drops:
            message = message_of_range(seen.range_m, seen.sensor, seen.stamp_s)
            self._out.drop[seen.sensor.name](message)
        for fix in frame.gnss:
            self._out.tell_fix(fix)
        for signal in frame.signals:
            self._out.signals(message_of_signal(signal))
        for reading in frame.images:
            publish_image, publish_info = self._out.camera[reading.camera.name]
            publish_image(message_of_image(reading))
            publish_info(message_of_camera(reading.camera, reading.stamp_s))
        for warm in frame.thermal:
            self._out.thermal[warm.camera.name](message_of_thermal(warm))
        if int((cycle + 1) * TRUTH_SHARE) > int(cycle * TRUTH_SHARE):
            self._out.truth(message_of_pose(frame.truth))
        for other in frame.contacts:
            self._contacts += 1
            self.event("contact", other=repr(other), now_s=f"{frame.stamp_s:.2f}")
            self._out.contact(message_of_contact(other, frame.stamp_s))

    def _report(self, pace: Pace, now_s: float) -> None:
        facts = {
            "now_s": now_s,
            "real_time_factor": round(pace.overall_factor, 4),
            "recent_real_time_factor": round(pace.recent_factor, 4),
            "contacts": self._contacts,
        }
        temporary = self._report_path.with_suffix(".tmp")
        with contextlib.suppress(OSError):  # a full disk ends no world
            temporary.write_text(json.dumps(facts), encoding="utf-8")
            temporary.replace(self._report_path)
        self.event("pace", **facts)
