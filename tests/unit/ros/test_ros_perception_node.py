"""The perception node: boxes with every picture, the debug picture only while somebody looks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nav_msgs.msg import Odometry
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray

from patrol.geometry import Pose2, StampedPose
from patrol.topics import DEBUG_IMAGE_TOPIC, TOPICS, topic_row
from patrol_perception.convert import message_of_picture
from patrol_ros.node import qos_profile
from patrol_ros.stamps import header_of
from patrol_ros.waiting import waiting

WITHIN_S = 30.0


@pytest.fixture
def node(tmp_path: Path, start_ros: Callable[[Path], None]) -> Iterator[Any]:
    start_ros(tmp_path)
    from patrol_perception.node import PerceptionNode

    made = PerceptionNode()
    made.begin()
    yield made
    made.destroy_node()


def see(node: Any, number: int, cameras: Sequence[str] = ("front",)) -> None:
    """One picture of each camera with its pose, looked at."""
    stamp_s = node.now_s()
    rng = np.random.default_rng(number)
    node._pipeline.hear(StampedPose(stamp_s, Pose2(0.0, 0.0, 0.0), np.eye(3) * 0.01))
    for camera in cameras:
        pixels = rng.integers(0, 255, (360, 640, 3), dtype=np.uint8)
        picture = serialize_message(message_of_picture(pixels, stamp_s, f"{camera}_optical"))
        node._on_picture(camera, picture)
    node._step()


def turn(executor: SingleThreadedExecutor, is_over: Any) -> None:
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until and not is_over():
        executor.spin_once(timeout_sec=0.02)
    assert is_over()


def test_the_debug_picture_is_published_only_while_somebody_looks(node: Any) -> None:
    assert DEBUG_IMAGE_TOPIC not in TOPICS, "nothing records or watches it"
    drawn: list[str] = []
    draw = node._pipeline.debug_picture
    node._pipeline.debug_picture = lambda camera: drawn.append(camera) or draw(camera)
    see(node, 0)
    assert drawn == []
    screen, executor = Node("screen"), SingleThreadedExecutor()
    executor.add_node(screen)
    pictures: list[Image] = []
    boxes: list[Detection2DArray] = []
    row = topic_row("/perception/detections")
    screen.create_subscription(Image, DEBUG_IMAGE_TOPIC, pictures.append, 1)
    screen.create_subscription(Detection2DArray, row.name, boxes.append, qos_profile(row.qos))
    turn(executor, lambda: node._debug["front"].get_subscription_count() == 1)
    for number in range(1, 20):
        see(node, number)
        executor.spin_once(timeout_sec=0.2)
        if pictures and boxes:
            break
    assert set(drawn) == {"front"}
    assert (pictures[0].width, pictures[0].height, pictures[0].encoding) == (640, 360, "bgr8")
    assert boxes[0].header.frame_id == "front_optical"


def test_every_camera_has_its_topics_and_its_boxes(
    tmp_path: Path, start_ros: Callable[..., None]
) -> None:
    start_ros(tmp_path, "goalie_surround")
    from patrol_perception.node import PerceptionNode

    node = PerceptionNode()
    node.begin()
    heard = {topic for topic, _ in node.get_topic_names_and_types()}
    names = ("front", "left", "rear", "right")
    assert {f"/camera/{name}/image_raw" for name in names} <= heard
    assert "/thermal/thermal_front/image_raw" in heard
    assert {"/perception/debug_image", "/perception/debug_image/rear"} <= heard
    boxes: list[Any] = []
    node._publish_detections = boxes.append
    states: list[Any] = []
    node._publish_state = states.append
    see(node, 0, names)
    see(node, 1, ("rear", "right"))
    assert [message.header.frame_id for message in boxes] == [
        *(f"{name}_optical" for name in names), "rear_optical", "right_optical",
    ]  # fmt: skip
    assert len(node._looked_s) == 1, "the rate is the first camera's"
    node._tell_state()
    assert states[-1].frames == 6
    node.destroy_node()


def test_pictures_that_come_while_another_waits_are_counted(node: Any) -> None:
    told: list[Any] = []
    node._publish_state = told.append
    see(node, 0)
    picture = serialize_message(
        message_of_picture(np.zeros((360, 640, 3), np.uint8), node.now_s(), "front_optical")
    )
    node._on_picture("front", picture)
    node._on_picture("front", picture)
    node._tell_state()
    assert (told[0].frames, told[0].drops, told[0].sweeps_left_out) == (1, 1, 0)
    assert told[0].rate_hz == 0.0, "one picture has no rate"
    time_s = node.now_s()
    node._looked_s.clear()
    node._looked_s.extend(time_s - 1.0 + 0.2 * k for k in range(6))
    assert node._rate_hz(time_s) == pytest.approx(5.0)
    assert node._rate_hz(time_s + 6.0) == 0.0


def test_all_poses_that_came_during_a_long_look_are_known(node: Any) -> None:
    sender, executor = Node("localization"), SingleThreadedExecutor()
    executor.add_node(sender)
    row = topic_row("/localization/odometry")
    publisher = sender.create_publisher(Odometry, row.name, qos_profile(row.qos))
    turn(executor, lambda: publisher.get_subscription_count() == 1)
    now_s = node.now_s()
    for number in range(20):  # a second of them, and the node has no turn in between
        told = Odometry(header=header_of(now_s - 1.0 + 0.05 * number))
        told.pose.pose.orientation.w = 1.0
        publisher.publish(told)
    turn(executor, lambda: bool(node._step() or node._pipeline._recent.pose_at(now_s - 0.9)))
    for age_s in (0.9, 0.5, 0.1):
        assert node._pipeline._recent.pose_at(now_s - age_s) is not None, age_s
    assert list(waiting(node._poses)) == []
