"""Person searches from the client to ROS: what is published, when, and that nothing records it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rclpy
from patrol_interfaces.msg import PersonSearchArray
from rclpy.serialization import deserialize_message, serialize_message

from patrol.person_search import AgeGroup, Build, LastSeen, PersonSearch
from patrol.topics import Qos, topic_row, topics_of
from patrol.vehicle import load_vehicle
from patrol_fleet_client.recorder_node import NEVER_RECORDED, RecorderNode, recorded_topics
from patrol_fleet_client.search_board import SearchBoard, message_of_searches

START_S = 1_800_000_000.0
JPEG = b"\xff\xd8\xff\xe0 a whole figure"
TOPIC = "/perception/searches"
ROOT = Path(__file__).resolve().parents[3]
SPEC = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
WHOLE = PersonSearch(
    "2027-0001", START_S, START_S + 3600, (0.8, 0.1, 0.1), (0.1, 0.1, 0.4), (1.5, 1.7),
    AgeGroup.OLD, Build.SLIM, LastSeen("sillim", 12.0, -3.5, START_S - 600), (JPEG, JPEG),
)  # fmt: skip
LEAST = PersonSearch("2027-0002", START_S, START_S + 60, trousers_rgb=(0.0, 0.0, 0.0))


def test_the_message_says_what_the_search_says() -> None:
    sent = message_of_searches([WHOLE, LEAST], START_S + 1.5)
    message = deserialize_message(serialize_message(sent), PersonSearchArray)
    whole, least = message.searches
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (1_800_000_001, 500_000_000)
    assert (whole.case_id, whole.age_group, whole.build) == ("2027-0001", "old", "slim")
    assert list(whole.top_rgb) == [0.8, 0.1, 0.1]
    assert list(whole.trousers_rgb) == [0.1, 0.1, 0.4]
    assert list(whole.height_m) == [1.5, 1.7]
    assert whole.expires_at.sec - whole.opened_at.sec == 3600
    assert (whole.last_seen_map_id, whole.last_seen_x, whole.last_seen_y) == ("sillim", 12.0, -3.5)
    assert whole.last_seen_at.sec == START_S - 600
    assert [bytes(picture.data) for picture in whole.pictures] == [JPEG, JPEG]
    assert (list(least.top_rgb), list(least.height_m)) == ([], [])
    assert (least.age_group, least.build, least.last_seen_map_id) == ("", "", "")
    assert least.pictures == []


def test_it_is_published_when_it_changes_and_when_one_ends() -> None:
    published: list[list[str]] = []
    board = SearchBoard(lambda message: published.append([s.case_id for s in message.searches]))
    board.step(START_S)
    assert published == [], "what is not known replaces nothing"
    board.show((WHOLE, LEAST))
    board.step(START_S)
    board.step(START_S + 0.1)
    assert published == [["2027-0001", "2027-0002"]]
    board.show((WHOLE,))
    board.step(START_S + 60)
    board.show(())
    board.step(START_S + 61)
    assert published[1:] == [["2027-0001"], []]


def test_the_topic_holds_its_last_message_for_who_comes_later() -> None:
    assert topic_row(TOPIC).qos is Qos.LATCHED
    assert topic_row(TOPIC).publisher == "fleet_client"


def test_the_black_box_does_not_hear_it() -> None:
    every = topics_of(SPEC)
    assert NEVER_RECORDED == (TOPIC,)
    assert set(every) - set(recorded_topics(SPEC)) == {TOPIC}


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[None]:
    """ROS with the parameters of a vehicle."""
    parameters = {
        "state_dir": tmp_path,
        "vehicle_file": ROOT / "config/vehicles/goalie.yaml",
        "map_file": ROOT / "maps/sillim.geojson",
        "credentials_file": tmp_path / "credentials.json",
    }
    given = [part for name, value in parameters.items() for part in ("-p", f"{name}:={value}")]
    rclpy.init(args=["--ros-args", *given], domain_id=77)
    yield
    rclpy.try_shutdown()


@pytest.mark.usefixtures("graph")
def test_the_recorder_node_subscribes_to_everything_else() -> None:
    node = RecorderNode()
    heard = {subscription.topic_name for subscription in node.subscriptions}
    node.close()
    node.destroy_node()
    assert "/perception/incident" in heard
    assert TOPIC not in heard


def test_the_client_node_publishes_what_its_client_was_given(
    client_node: Callable[..., Any],
) -> None:
    node = client_node()
    published: list[PersonSearchArray] = []
    node._searches._publish = published.append
    node._client.handlers.on_searches((WHOLE,))
    node._searches.step(START_S)
    assert TOPIC in {publisher.topic_name for publisher in node.publishers}
    assert [search.case_id for search in published[0].searches] == ["2027-0001"]
