"""Sending a vehicle to an incident or a place on the map, and leaving a checkpoint out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from fleet_server.map_picture import map_view
from patrol.incident import AnomalyKind
from patrol.waiting import Waiting
from tests.console.test_console_vehicle import GOALIE_ROW, on_patrol

SHOTS = os.environ.get("CONSOLE_SHOTS")  # a folder for pictures to look at


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def tell(server: Any, phase: str) -> None:
    """The vehicle's patrol says how its diversion stands."""
    (assignment,) = server.world.assignments.values()

    def change() -> None:
        assignment.diversions[-1].phase = phase
        server.send({"type": "assignment", "assignment": assignment.model_dump(mode="json")})

    server.call(change)


def test_the_quickest_vehicle_is_proposed_sent_and_let_go_on(page: Page, server: Any) -> None:
    on_patrol(page)
    server.call(lambda: server.report(AnomalyKind.COLLAPSED_PERSON, 212))
    page.get_by_test_id("send-to-incident").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("떠난 자리로 돌아가 순찰을 이어갑니다")
    options = dialog.locator("[data-sendable]")
    expect(options).to_have_count(6)
    expect(options.first).to_contain_text("가장 빠름")
    expect(options.first.get_by_role("radio")).to_be_checked()
    expect(options.last).to_contain_text("연결이 끊겼습니다")
    expect(options.last.get_by_role("radio")).to_be_disabled()
    goalie = dialog.locator("[data-sendable='sunra/goalie-01']")
    expect(goalie).to_contain_text("‘새벽 골목 순찰’ 중, 돌아와 이어감")
    goalie.click()
    shot(page, "send-ko")
    dialog.get_by_test_id("send").click()
    expect(dialog).to_have_count(0)
    (asked,) = server.diversions.asked
    assert (asked.incident_id, asked.serial_number) == ("incident-1", "goalie-01")
    row = page.locator(GOALIE_ROW)
    expect(row.locator("[data-diversion]")).to_have_text("현장으로 가는 중")
    page.get_by_role("button", name="goalie-01: 현장으로 가는 중").click()
    tell(server, "waiting")
    expect(row.locator("[data-diversion]")).to_have_text("현장에서 대기 중")
    vehicle = server.world.vehicles["sunra/goalie-01"]
    vehicle.waiting_for, vehicle.waiting_for_ko = Waiting.OPERATOR, Waiting.OPERATOR.text_ko
    vehicle.awaits_operator = True
    row.get_by_role("button", name="출발 지시").scroll_into_view_if_needed()
    shot(page, "waiting-ko")
    row.get_by_role("button", name="출발 지시").click()
    tell(server, "returning")
    expect(row.locator("[data-diversion]")).to_have_text("순찰하던 자리로 돌아가는 중")


def test_in_english_too(page: Page, server: Any) -> None:
    on_patrol(page)
    server.call(lambda: server.report(AnomalyKind.COLLAPSED_PERSON, 212))
    page.get_by_role("button", name="English").click()
    page.get_by_test_id("send-to-incident").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Quickest")
    expect(dialog.locator("[data-sendable='sunra/goalie-01']")).to_contain_text(
        "on “Night alleys”, comes back to it"
    )
    expect(dialog.locator("[data-sendable='sunra/light-05']")).to_contain_text("not connected")
    shot(page, "send-en")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert server.diversions.asked == []


def test_a_place_on_the_map_is_clicked(page: Page, server: Any) -> None:
    on_patrol(page)
    place = page.get_by_role("button", name="지도에서 고른 곳으로 차량 보내기")
    place.click()
    hint = page.get_by_text("차량을 보낼 곳을 지도에서 누르십시오.")
    expect(hint).to_be_visible()
    shot(page, "place-ko")
    page.keyboard.press("Escape")
    expect(hint).to_have_count(0)
    place.click()
    page.locator(".maplibregl-canvas").click(position={"x": 300, "y": 300})
    dialog = page.get_by_role("dialog")
    dialog.locator("[data-sendable='sunra/goalie-01']").click()
    dialog.get_by_test_id("send").click()
    expect(dialog).to_have_count(0)
    (asked,) = server.diversions.asked
    assert asked.incident_id is None
    west, south, east, north = map_view(server.world.map).bounds_wgs84
    assert asked.map_id == "sillim"
    assert west < asked.longitude_deg < east
    assert south < asked.latitude_deg < north


def test_the_next_checkpoint_is_left_out_after_a_question(page: Page, server: Any) -> None:
    on_patrol(page)
    row = page.locator(GOALIE_ROW)
    row.get_by_role("button", name="건너뛰기").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("방문하지 않고 다음으로 갑니다")
    dialog.get_by_role("button", name="그대로 두기").click()
    assert server.diversions.skipped == []
    row.get_by_role("button", name="건너뛰기").click()
    dialog.get_by_role("button", name="건너뛰기").click()
    expect(row.locator(".beads .skipped")).to_have_count(1)
    assert server.diversions.skipped == ["cp-03"]
    shot(page, "skipped-ko")


def test_leaving_out_is_offered_only_where_it_can_be_done(page: Page, server: Any) -> None:
    on_patrol(page)
    row = page.locator(GOALIE_ROW)
    button = row.get_by_role("button", name="건너뛰기")
    expect(button).to_be_visible()
    (assignment,) = server.world.assignments.values()
    vehicle = server.world.vehicles["sunra/goalie-01"]

    def tell(**changes: Any) -> None:
        def change() -> None:
            for name, value in changes.items():
                setattr(assignment, name, value)
            server.send({"type": "assignment", "assignment": assignment.model_dump(mode="json")})

        server.call(change)

    tell(skippable=False)  # its vehicle is just getting another order
    expect(button).to_have_count(0)
    tell(skippable=True, next_checkpoint_id="cp-05")  # the best order is not the list's
    expect(button).to_be_visible()
    expect(row.locator(".next-checkpoint")).to_contain_text("14가길 사거리")
    vehicle.operating_mode = "MANUAL"
    expect(button).to_have_count(0)
    vehicle.operating_mode = "AUTOMATIC"
    expect(button).to_be_visible()
    vehicle.emergency_stop = "MANUAL"
    expect(button).to_have_count(0)


def test_who_only_looks_is_offered_none_of_it(page: Page, server: Any) -> None:
    server.user.role = "viewer"
    page.fill("[name=username]", "operator")
    page.fill("[name=password]", "night-watch")
    page.click("button[type=submit]")
    expect(page.locator("[data-vehicle='sunra/goalie-01']")).to_be_visible()
    server.call(lambda: server.report(AnomalyKind.COLLAPSED_PERSON, 212))
    expect(page.locator(".incident-detail")).to_be_visible()
    expect(page.get_by_test_id("send-to-incident")).to_have_count(0)
    expect(page.get_by_role("button", name="지도에서 고른 곳으로 차량 보내기")).to_have_count(0)
    expect(page.get_by_test_id("acknowledge")).to_have_count(0)
    page.keyboard.press("a")
    page.locator(GOALIE_ROW).locator("button").first.click()
    expect(page.locator(".vehicle-detail")).to_be_visible()
    expect(page.locator(".vehicle-detail").get_by_role("button")).to_have_text(
        ["지도에서 보기", "따라가기"]
    )
    page.get_by_role("tab", name="순찰").click()
    expect(page.locator("[data-patrol='patrol-1']")).to_be_visible()
    expect(page.locator(".panel.left [role=tabpanel]").get_by_role("button")).to_have_count(0)
    posted = [path for method, path in server.requests if method != "GET"]
    assert posted == ["/api/v1/session"]
