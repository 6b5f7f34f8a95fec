"""The hardware node on real DDS before emulated devices: driven, unplugged, plugged in again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from navigation.types import Announcement, AttentionOrder
from patrol.stamps import seconds_of
from patrol_bringup.environment import activate
from tests.unit.hardware.bench import VEHICLES, Bench, text_at

DOMAIN = 88
WITHIN_S = 20.0
SILENT = 0.2  # max_age_s of /base/feedback


class Street:
    """The hardware node, and a node that drives it and listens."""

    def __init__(self, devices: Bench, folder: Path) -> None:
        activate(domain_id=DOMAIN)
        import rclpy
        from patrol_interfaces.msg import DriveCommand

        from patrol_base.hardware_node import BaseHardwareNode
        from patrol_ros.attention import message_of_order
        from patrol_ros.node import VehicleNode
        from patrol_ros.stamps import header_of

        self.devices = devices
        files = {"vehicle_file": str(VEHICLES / "goalie.yaml"), "hardware_file": str(folder / "h")}
        (folder / "h").write_text(text_at(folder))
        parameters = folder / "parameters.yaml"
        parameters.write_text(yaml.safe_dump({"/**": {"ros__parameters": files}}))
        rclpy.init(args=["--ros-args", "--params-file", str(parameters)])
        self._shutdown = rclpy.shutdown
        self.executor = rclpy.executors.SingleThreadedExecutor()
        self.heard: dict[str, Any] = {}
        self.feedback_s = 0.0
        self.speed_mps = 0.0
        self.cut_power = False
        self.attention = AttentionOrder()
        self.hardware = BaseHardwareNode()
        self.listener = VehicleNode("listener")
        for topic in (
            "/base/feedback",
            "/imu/data",
            "/gnss/fix",
            "/gnss/time",
            "/attention/state",
        ):
            self.listener.topic_subscription(topic, lambda m, topic=topic: self._hear(topic, m))
        publish = self.listener.topic_publisher("/base/drive")
        self.listener.every(
            50,
            lambda: publish(
                DriveCommand(
                    header=header_of(self.listener.now_s()),
                    speed_mps=self.speed_mps,
                    cut_power=self.cut_power,
                )
            ),
        )
        attend = self.listener.topic_publisher("/attention/command")
        self.listener.every(
            2, lambda: attend(message_of_order(self.attention, self.listener.now_s()))
        )
        self.hardware.begin()
        self.listener.begin()
        self.executor.add_node(self.hardware)
        self.executor.add_node(self.listener)
        self._ending = threading.Event()
        self._server = threading.Thread(target=self._serve)
        self._server.start()

    def _hear(self, topic: str, message: Any) -> None:
        self.heard[topic] = message
        if topic == "/base/feedback":
            self.feedback_s = time.monotonic()

    def _serve(self) -> None:
        devices = self.devices
        while not self._ending.wait(0.004):
            devices.motors.has_power = bool(devices.relays.relays & 1)
            for emulator in devices.emulators:
                emulator.serve(time.monotonic())

    def wait_for(self, what: Callable[[], bool]) -> None:
        until_s = time.monotonic() + WITHIN_S
        while not what():
            assert time.monotonic() < until_s, self.heard
            self.executor.spin_once(timeout_sec=0.05)

    def rolls(self) -> bool:
        message = self.heard.get("/base/feedback")
        return message is not None and message.speed_mps > 0.9

    def is_silent(self) -> bool:
        return time.monotonic() - self.feedback_s > SILENT

    def close(self) -> None:
        self.hardware.close()
        self.executor.shutdown()
        self._shutdown()
        self._ending.set()
        self._server.join()
        for emulator in self.devices.emulators:
            emulator.unplug()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(Bench(tmp_path), tmp_path)
    yield made
    made.close()


def test_it_drives_falls_silent_without_its_motors_and_drives_again(street: Street) -> None:
    devices = street.devices
    street.speed_mps = 1.0
    street.wait_for(street.rolls)
    street.wait_for(lambda: {"/imu/data", "/gnss/fix"} <= street.heard.keys())
    assert street.heard["/gnss/fix"].position_covariance[8] == pytest.approx(0.021**2)
    assert not street.heard["/base/feedback"].emergency_stop
    assert "/gnss/time" not in street.heard  # nothing has resolved the time yet
    devices.gnss.utc_s = lambda: time.time() - 0.1  # as long as a fix takes to arrive
    street.wait_for(lambda: "/gnss/time" in street.heard)
    told = street.heard["/gnss/time"]
    assert seconds_of(told.header.stamp) == pytest.approx(seconds_of(told.time_ref), abs=0.15)
    devices.motors.unplug()
    street.wait_for(street.is_silent)
    street.wait_for(lambda: devices.relays.relays == 0)
    street.heard.clear()
    devices.motors.plug()
    street.wait_for(street.rolls)
    street.cut_power = True
    street.wait_for(lambda: devices.relays.relays == 0)


def test_light_siren_and_voice_do_as_navigation_says(street: Street) -> None:
    """The machine of the test has no `espeak-ng`: the state has to say so."""
    street.wait_for(lambda: "/base/feedback" in street.heard)
    for order, relays in (
        (AttentionOrder(beacon=True), 0b010),
        (AttentionOrder(siren=True), 0b100),
        (AttentionOrder(announcement=Announcement("a", "hello")), 0),
    ):
        street.attention = order
        street.wait_for(lambda relays=relays: street.devices.relays.relays & 0b110 == relays)
    street.wait_for(lambda: not street.heard["/attention/state"].siren)
    street.wait_for(lambda: street.heard["/attention/state"].speech in ("done", "failed"))
    told = street.heard["/attention/state"]
    assert (told.announcement_id, told.beacon, told.siren) == ("a", False, False)
    assert told.speech == "done" or told.reason.startswith("espeak-ng: ")
