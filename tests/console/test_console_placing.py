"""Telling a vehicle that has lost its position where it stands, in a real browser."""

from __future__ import annotations

import math
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Page, expect

from fleet_server.map_picture import map_view
from tests.console.test_console_sending import shot
from tests.console.test_console_vehicle import GOALIE_ROW

ALONG_PX = 120.0


def lost(console: Page, server: Any) -> FloatRect:
    """goalie-01 stands and is lost, and its row is open; where the map is drawn."""
    vehicle = server.world.vehicles["sunra/goalie-01"]
    vehicle.localised, vehicle.driving, vehicle.speed_mps = False, False, 0.0
    console.locator("[data-vehicle='sunra/goalie-01']").click()
    button = console.locator(GOALIE_ROW).get_by_test_id("place")
    expect(button).to_have_class("button primary")
    button.click()
    box = console.locator(".map-canvas").bounding_box()
    assert box is not None
    return box


def test_two_clicks_and_a_word_tell_it_where_it_stands(console: Page, server: Any) -> None:
    box = lost(console, server)
    hint = console.locator(".place-hint")
    expect(hint).to_contain_text("서 있는 곳을 지도에서 누르십시오")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    console.mouse.click(x, y)
    expect(hint).to_contain_text("앞쪽이 향하는 쪽")
    placed = console.get_by_test_id("placed")
    expect(placed).not_to_have_class("turned")
    console.mouse.click(x, y + ALONG_PX)  # southwards
    expect(hint).to_contain_text("실제 위치와 방향입니까?")
    console.mouse.click(x + ALONG_PX, y)  # eastwards after all
    shot(console, "placing-ko")
    console.get_by_test_id("place-send").click()
    expect(hint).to_have_count(0)
    expect(placed).to_have_count(0)
    ((serial, seen),) = server.world.placed
    west, south, east, north = map_view(server.world.map).bounds_wgs84
    assert serial == "goalie-01"
    assert west < seen.longitude_deg < east
    assert south < seen.latitude_deg < north
    assert seen.heading_rad == pytest.approx(0.0, abs=math.radians(3.0))
    expect(console.get_by_text("goalie-01에 위치를 알렸습니다")).to_be_visible()


def test_nothing_is_told_where_the_operator_stops(console: Page, server: Any) -> None:
    box = lost(console, server)
    console.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    console.get_by_role("button", name="다시 고르기").click()
    expect(console.get_by_test_id("placed")).to_have_count(0)
    console.locator(".place-hint").get_by_role("button", name="그만두기").click()
    expect(console.locator(".place-hint")).to_have_count(0)
    assert server.world.placed == []


def test_a_vehicle_that_drives_is_not_to_be_placed(console: Page, server: Any) -> None:
    vehicle = server.world.vehicles["sunra/goalie-01"]
    vehicle.driving = True
    console.locator("[data-vehicle='sunra/goalie-01']").click()
    expect(console.locator(GOALIE_ROW).get_by_role("button", name="따라가기")).to_be_visible()
    expect(console.locator(GOALIE_ROW).get_by_test_id("place")).to_have_count(0)


def test_on_a_phone_words_and_buttons_leave_the_map_to_be_clicked(
    console: Page, server: Any
) -> None:
    box = lost(console, server)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    console.mouse.click(x, y)
    console.mouse.click(x + ALONG_PX, y)
    console.set_viewport_size({"width": 390, "height": 844})
    map_box = console.locator(".map-canvas").bounding_box()
    hint = console.locator(".place-hint").bounding_box()
    shot(console, "placing-phone")
    assert map_box is not None
    assert hint is not None
    assert hint["height"] < map_box["height"] / 2
    assert hint["y"] > map_box["y"]
    assert hint["x"] + hint["width"] <= 390
