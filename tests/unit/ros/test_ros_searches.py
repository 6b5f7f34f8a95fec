"""Person searches over ROS: messages become values, and a bad one does not hide the others."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from patrol_interfaces.msg import PersonPicture, PersonSearchArray
from patrol_interfaces.msg import PersonSearch as PersonSearchMessage
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from patrol.person_search import AgeGroup, Build, LastSeen, PersonSearch
from patrol.topics import topic_row
from patrol_perception.searches import searches_of
from patrol_ros.node import qos_profile
from patrol_ros.stamps import stamp_of
from perception.pipeline import PerceptionPipeline

NOW_S = 1_790_000_000.0
WITHIN_S = 30.0
PICTURE = b"\xff\xd8\xff" + bytes(20)


def message(case_id: str = "case-1", **changes: object) -> PersonSearchMessage:
    values = {
        "opened_at": stamp_of(NOW_S),
        "expires_at": stamp_of(NOW_S + 3600),
        "top_rgb": [0.8, 0.15, 0.12],
    }
    return PersonSearchMessage(case_id=case_id, **(values | changes))


def taken(*items: PersonSearchMessage) -> tuple[tuple[PersonSearch, ...], tuple[str, ...]]:
    return searches_of(PersonSearchArray(searches=list(items)))


def test_everything_that_is_told_arrives() -> None:
    ((search,), problems) = taken(
        message(
            trousers_rgb=[0.5, 0.5, 0.5],
            height_m=[1.5, 1.6],
            age_group="old",
            build="slim",
            last_seen_map_id="m",
            last_seen_x=3.0,
            last_seen_y=-4.5,
            last_seen_at=stamp_of(NOW_S - 60),
            pictures=[PersonPicture(data=PICTURE)],
        )
    )
    assert problems == ()
    assert search == PersonSearch(
        "case-1",
        NOW_S,
        NOW_S + 3600,
        (0.8, 0.15, 0.12),
        (0.5, 0.5, 0.5),
        (1.5, 1.6),
        AgeGroup.OLD,
        Build.SLIM,
        LastSeen("m", 3.0, -4.5, NOW_S - 60),
        (PICTURE,),
    )


def test_what_is_empty_is_not_known() -> None:
    ((search,), problems) = taken(message())
    assert problems == ()
    assert search == PersonSearch("case-1", NOW_S, NOW_S + 3600, (0.8, 0.15, 0.12))


def test_no_searches_are_no_searches() -> None:
    assert taken() == ((), ())


@pytest.mark.parametrize(
    "changes",
    [
        {"top_rgb": []},
        {"top_rgb": [0.8, 0.15]},
        {"top_rgb": [0.8, 0.15, math.nan]},
        {"top_rgb": [0.8, 0.15, 1.5]},
        {"height_m": [1.5]},
        {"height_m": [1.7, 1.5]},
        {"age_group": "toddler"},
        {"build": "lanky"},
        {"case_id": "../etc"},
        {"expires_at": stamp_of(NOW_S - 1)},
        {"last_seen_map_id": "m", "last_seen_x": math.inf},
        {"pictures": [PersonPicture(data=b"GIF89a")]},
    ],
)
def test_a_bad_search_is_left_out_and_named_without_its_description(changes: dict) -> None:
    changes = {"case_id": "bad"} | changes
    case_id = changes["case_id"]
    opened, (problem,) = taken(message(**changes), message("good"))
    assert [search.case_id for search in opened] == ["good"]
    assert f"person search '{case_id}'" in problem
    assert not any(part in problem for part in ("0.15", "toddler", "lanky", "1.7"))


def test_of_two_with_one_id_the_first_counts() -> None:
    opened, problems = taken(message(), message(top_rgb=[0.1, 0.1, 0.1]))
    assert [search.top_rgb for search in opened] == [(0.8, 0.15, 0.12)]
    assert problems == ("case 'case-1' stands twice",)


def test_a_node_that_starts_late_is_told_what_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start_ros: Callable[[Path], None]
) -> None:
    told: list[tuple[PersonSearch, ...]] = []
    monkeypatch.setattr(PerceptionPipeline, "search", lambda _, searches: told.append(searches))
    start_ros(tmp_path)
    row = topic_row("/perception/searches")
    teller = Node("teller")
    publisher = teller.create_publisher(PersonSearchArray, row.name, qos_profile(row.qos))
    publisher.publish(PersonSearchArray(searches=[message(), message("bad", top_rgb=[2.0])]))
    from patrol_perception.node import PerceptionNode

    eyes = PerceptionNode()
    executor = SingleThreadedExecutor()
    for node in (teller, eyes):
        executor.add_node(node)
    until = time.monotonic() + WITHIN_S
    while not told and time.monotonic() < until:
        executor.spin_once(timeout_sec=0.02)
    for node in (teller, eyes):
        node.destroy_node()
    assert [[search.case_id for search in searches] for searches in told] == [["case-1"]]
