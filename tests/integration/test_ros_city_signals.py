"""The city's lights from its post to /signals/state: real server, broker, node and DDS."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from patrol.stamps import seconds_of
from patrol.topics import TOPICS
from patrol_bringup.environment import activate

ROOT = Path(__file__).parents[2]
TOPIC = "/signals/state"
PASSWORD = "lights of the city"
POSTS = 12
WALK, RED = "protected-Movement-Allowed", "stop-And-Remain"


def city_of(server: Any) -> httpx.Client:
    """The city's service account, logged in."""
    with closing(server.log_in()) as admin:
        new = {"username": "city", "password": PASSWORD, "role": "city_signals"}
        assert admin.post("/users", json=new).status_code == 201
    client = httpx.Client(base_url=server.url + "/api/v1")
    login = client.post("/session", json={"username": "city", "password": PASSWORD})
    client.headers["Authorization"] = f"Bearer {login.json()['token']}"
    return client


def test_lights_reach_navigations_topic_young_and_end_with_the_feed(
    server: Any, tmp_path: Path
) -> None:
    """Prints the ages that docs/operations.md#pedestrian-signals tells."""
    server.enroll("sunra/goalie-01")
    credentials = server.data_dir / "credentials/sunra/goalie-01.json"
    activate(domain_id=84)
    import rclpy

    from patrol_fleet_client.node import FleetClientNode
    from patrol_ros.node import VehicleNode

    parameters = {
        "vehicle_file": ROOT / "config/vehicles/goalie.yaml",
        "map_file": server.map_file,
        "state_dir": tmp_path,
        "credentials_file": credentials,
    }
    given = [part for name, value in parameters.items() for part in ("-p", f"{name}:={value}")]
    rclpy.init(args=["--ros-args", *given])
    executor = rclpy.executors.SingleThreadedExecutor()
    heard: list[Any] = []
    ages_s: list[float] = []

    def hear(message: Any) -> None:
        heard.append(message)
        ages_s.append(time.time() - seconds_of(message.header.stamp))

    def spin(until: Callable[[], bool], limit_s: float) -> bool:
        end_s = time.monotonic() + limit_s
        while not until() and time.monotonic() < end_s:
            executor.spin_once(timeout_sec=0.01)
        return until()

    node, ear = FleetClientNode(), VehicleNode("ear")
    try:
        node.begin()
        ear.topic_subscription(TOPIC, hear)
        executor.add_node(node)
        executor.add_node(ear)
        with closing(city_of(server)) as city, closing(server.log_in()) as api:

            def is_known() -> bool:
                return any(v["map_hash"] for v in api.get("/vehicles").json())

            assert spin(is_known, 30.0), "the server knows its map"
            for number in range(POSTS):
                phase = WALK if number % 2 else RED
                told = {"signal_id": "signal-1", "observed_at": time.time(), "phase": phase}
                answer = city.post("/signals", json={"phases": [told]})
                assert answer.json()["accepted"] == 1, answer.text
                spin(lambda: False, 1.0)
        assert [m.light for m in heard] == ["dont_walk", "walk"] * (POSTS // 2)
        assert {m.signal_id for m in heard} == {"signal-1"}
        print(
            f"\nage at {TOPIC}: {statistics.median(ages_s):.3f} s (median), "
            f"{max(ages_s):.3f} s (most) of {len(ages_s)}"
        )
        assert max(ages_s) < (TOPICS[TOPIC].max_age_s or 0.0)
        count = len(heard)
        spin(lambda: False, 3.0)
        assert len(heard) == count, "nothing is said again where the city is silent"
    finally:
        node.close()
        node.destroy_node()
        ear.destroy_node()
        executor.shutdown()
        rclpy.try_shutdown()
