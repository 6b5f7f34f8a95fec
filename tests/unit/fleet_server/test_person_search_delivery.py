"""Which vehicle is told of which search, when, and that a vehicle understands what it is told."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fleet_client.searches import read_searches
from fleet_server.person_searches.delivery import SearchDelivery
from patrol.person_search import AgeGroup, PersonSearch
from patrol.vda5050.messages import MapInfo
from patrol.vda5050.topic_names import VehicleAddress, parse_topic
from tests.unit.fleet_server.person_cases import (
    NAVY,
    UPRIGHT,
    open_case,
    picture_file,
    text_of,
)
from tests.unit.fleet_server.plan_vehicles import ONE, TWO

pytestmark = pytest.mark.anyio
Lists = list[tuple[VehicleAddress, tuple[PersonSearch, ...]]]


@pytest.fixture
def delivery(rig: Any) -> SearchDelivery:
    return SearchDelivery(rig.services.person_searches, rig.fleet, rig.clock, rig.publish)


def told(rig: Any) -> Lists:
    """Every list that was sent, as its vehicle reads it; forgets them."""
    lists = []
    for topic, payload, qos in rig.published:
        address, name = parse_topic(topic)
        if name == "searches":
            assert qos == 1
            read = read_searches(payload, address)
            assert read.problems == ()
            lists.append((address, read.searches))
    rig.published.clear()
    return lists


def cases(lists: Lists) -> dict[VehicleAddress, list[str]]:
    return {address: [search.case_id for search in searches] for address, searches in lists}


async def test_a_vehicle_understands_all_that_it_is_told(
    client: httpx.AsyncClient, rig: Any, team: list[Any], delivery: SearchDelivery
) -> None:
    case = await open_case(
        client, rig, trousers_rgb=NAVY, height_m=[1.5, 1.7], age_group="old", build="slim",
        last_seen={**UPRIGHT, "at": rig.clock.now_s() - 60}, pictures=[text_of(picture_file())],
    )  # fmt: skip
    await delivery.step()
    lists = told(rig)
    assert [address for address, _ in lists] == [ONE, TWO]
    (search,) = lists[0][1]
    assert search == rig.services.person_searches.open_searches()[0].search
    assert (search.case_id, search.age_group) == (case["case_id"], AgeGroup.OLD)
    assert search.last_seen is not None
    assert len(search.pictures[0]) < 64 * 1024


async def test_neither_reference_nor_description_leaves_the_server(
    client: httpx.AsyncClient, rig: Any, team: list[Any], delivery: SearchDelivery
) -> None:
    case = await open_case(client, rig)
    await delivery.step()
    for _, payload, _ in rig.published:
        assert case["reference"].encode() not in payload
        assert case["description"].encode() not in payload


async def test_each_change_is_told_once(
    client: httpx.AsyncClient, rig: Any, team: list[Any], delivery: SearchDelivery
) -> None:
    await delivery.step()
    assert cases(told(rig)) == {ONE: [], TWO: []}, "who comes online forgets what it held"
    first = await open_case(client, rig)
    second = await open_case(client, rig)
    await delivery.step()
    await delivery.step()
    assert cases(told(rig)) == {address: ["2027-0001", "2027-0002"] for address in (ONE, TWO)}
    await client.patch(f"/person-searches/{first['case_id']}", json={"trousers_rgb": NAVY})
    await delivery.step()
    lists = told(rig)
    assert len(lists) == 2
    assert lists[0][1][0].trousers_rgb == tuple(NAVY)
    await client.post(f"/person-searches/{second['case_id']}/close", json={"outcome": "found"})
    await delivery.step()
    assert cases(told(rig)) == {ONE: ["2027-0001"], TWO: ["2027-0001"]}


async def test_one_that_expires_is_left_out_by_itself(
    client: httpx.AsyncClient, rig: Any, team: list[Any], delivery: SearchDelivery
) -> None:
    await open_case(client, rig, expires_at=rig.clock.now_s() + 5)
    await open_case(client, rig)
    await delivery.step()
    rig.published.clear()
    rig.clock.advance(5)
    await delivery.step()
    assert cases(told(rig)) == {ONE: ["2027-0002"], TWO: ["2027-0002"]}
    view = (await client.get("/person-searches/2027-0001")).json()
    assert view["outcome"] == "expired"


async def test_a_vehicle_that_is_away_is_sent_nothing_and_all_when_it_is_back(
    client: httpx.AsyncClient, rig: Any, team: list[Any], delivery: SearchDelivery
) -> None:
    await delivery.step()
    rig.clock.advance(20)
    await team[1].at(0)
    rig.published.clear()
    await open_case(client, rig)
    await delivery.step()
    assert cases(told(rig)) == {TWO: ["2027-0001"]}
    await team[0].at(0)
    await delivery.step()
    assert cases(told(rig)) == {ONE: ["2027-0001"]}


async def test_one_that_connects_anew_is_told_again(
    client: httpx.AsyncClient, rig: Any, kit: Any, team: list[Any], delivery: SearchDelivery
) -> None:
    await open_case(client, rig)
    await delivery.step()
    rig.published.clear()
    rig.clock.advance(1)
    await team[0].connect()
    await delivery.step()
    assert cases(told(rig)) == {ONE: ["2027-0001"]}


async def test_without_a_broker_it_is_sent_later(
    client: httpx.AsyncClient, rig: Any, team: list[Any], delivery: SearchDelivery
) -> None:
    rig.broker_up = False
    await open_case(client, rig)
    await delivery.step()
    assert told(rig) == []
    rig.broker_up = True
    await delivery.step()
    assert cases(told(rig)) == {ONE: ["2027-0001"], TWO: ["2027-0001"]}


async def test_only_who_drives_on_its_map_is_told(
    client: httpx.AsyncClient, rig: Any, team: list[Any], delivery: SearchDelivery
) -> None:
    elsewhere = MapInfo(map_id="elsewhere", map_version="1", map_status="ENABLED")
    await team[0].at(0, maps=[elsewhere], agv_position=None)
    rig.published.clear()
    await open_case(client, rig, last_seen={**UPRIGHT, "at": 1.0})
    await open_case(client, rig)
    await delivery.step()
    assert cases(told(rig)) == {ONE: ["2027-0002"], TWO: ["2027-0001", "2027-0002"]}


async def test_lists_are_numbered_on_across_restarts(
    client: httpx.AsyncClient, rig: Any, team: list[Any], delivery: SearchDelivery
) -> None:
    await delivery.step()
    rig.clock.advance(2)
    await SearchDelivery(rig.services.person_searches, rig.fleet, rig.clock, rig.publish).step()
    ids = [
        read_searches(payload, parse_topic(topic)[0]).header_id
        for topic, payload, _ in rig.published
        if topic.endswith("/searches")
    ]
    assert ids == sorted(set(ids))
    assert len(ids) == 4
