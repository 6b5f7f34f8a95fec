"""What an operator may ask of a vehicle that drives, in a real browser."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from fleet_server.api import incident_models, models
from patrol.faults import FAULTS, FaultKind
from patrol.waiting import Waiting

GOALIE_ROW = "[data-vehicle-row='sunra/goalie-01']"


def on_patrol(page: Page) -> None:
    page.fill("[name=username]", "operator")
    page.fill("[name=password]", "night-watch")
    page.click("button[type=submit]")
    page.get_by_role("tab", name="순찰").click()
    page.locator("[data-patrol='patrol-1']").get_by_role("button", name="배정").click()
    page.locator("[data-candidate='sunra/goalie-01']").click()
    page.get_by_role("button", name="순찰 시작").click()
    expect(page.locator(GOALIE_ROW)).to_have_attribute("data-condition", "driving")


def test_stop_now_needs_no_question(page: Page, server: Any) -> None:
    on_patrol(page)
    row = page.locator(GOALIE_ROW)
    row.get_by_role("button", name="즉시 정지").click()
    expect(row).to_have_attribute("data-condition", "paused")
    expect(row.get_by_role("button", name="즉시 정지")).to_have_count(0)
    assert server.world.asked == ["stop"]
    row.get_by_role("button", name="다시 출발").click()
    expect(row).to_have_attribute("data-condition", "driving")


def test_a_crossing_is_confirmed_only_after_a_look(page: Page, server: Any) -> None:
    on_patrol(page)
    row = page.locator(GOALIE_ROW)
    expect(row.get_by_role("button", name="횡단 확인")).to_have_count(0)
    fault = FAULTS[FaultKind.SIGNAL_UNKNOWN]
    vehicle = server.world.vehicles["sunra/goalie-01"]
    vehicle.errors = [
        models.VehicleErrorView(
            type=FaultKind.SIGNAL_UNKNOWN, level="WARNING", text_ko=fault.text_ko,
            text_en=fault.text_en, description=fault.detection,
        )
    ]  # fmt: skip
    vehicle.waiting_for, vehicle.waiting_for_ko = "the light of the crosswalk", "횡단보도 신호"
    row.get_by_role("button", name="횡단 확인").click()
    expect(page.get_by_role("dialog")).to_contain_text("차가 없는지")
    page.get_by_role("dialog").get_by_role("button", name="그대로 두기").click()
    assert server.world.asked == []
    row.get_by_role("button", name="횡단 확인").click()
    page.get_by_role("dialog").get_by_role("button", name="건너기").click()
    expect(row.get_by_role("button", name="횡단 확인")).to_have_count(0)
    assert server.world.asked == ["confirm_crossing"]


def test_a_vehicle_that_waits_for_an_operator_is_let_go(page: Page, server: Any) -> None:
    on_patrol(page)
    row = page.locator(GOALIE_ROW)
    expect(row.get_by_role("button", name="출발 지시")).to_have_count(0)
    vehicle = server.world.vehicles["sunra/goalie-01"]
    vehicle.waiting_for, vehicle.waiting_for_ko = Waiting.OPERATOR, Waiting.OPERATOR.text_ko
    expect(row.locator("[data-waiting]")).to_contain_text("관제의 출발 지시")
    expect(row.get_by_role("button", name="출발 지시")).to_have_count(
        0
    )  # words alone are no action
    vehicle.awaits_operator = True
    row.get_by_role("button", name="출발 지시").click()
    expect(row.get_by_role("button", name="출발 지시")).to_have_count(0)
    assert server.world.asked == ["release_wait"]


def test_the_light_shows_how_it_stands_and_a_siren_asks_first(page: Page, server: Any) -> None:
    on_patrol(page)
    row = page.locator(GOALIE_ROW)
    row.get_by_role("button", name="경광등 켜기").click()
    light = row.get_by_role("button", name="경광등 끄기")
    expect(light).to_have_attribute("aria-pressed", "true")
    light.click()
    expect(row.get_by_role("button", name="경광등 켜기")).to_be_visible()
    row.get_by_role("button", name="사이렌 울리기").click()
    expect(page.get_by_role("dialog")).to_contain_text("최대 1분")
    page.get_by_role("dialog").get_by_role("button", name="그대로 두기").click()
    assert server.world.asked == ["beacon_on", "beacon_off"]
    row.get_by_role("button", name="사이렌 울리기").click()
    page.get_by_role("dialog").get_by_role("button", name="울리기").click()
    row.get_by_role("button", name="사이렌 끄기").click()
    expect(row.get_by_role("button", name="사이렌 울리기")).to_be_visible()
    assert server.world.asked == ["beacon_on", "beacon_off", "siren_on", "siren_off"]


def test_an_operator_speaks_through_the_vehicle(page: Page, server: Any) -> None:
    on_patrol(page)
    row = page.locator(GOALIE_ROW)
    say = row.get_by_role("button", name="방송")
    expect(say).to_be_disabled()
    words = row.get_by_label("차량이 방송할 말")
    words.fill("길을 비켜 주세요 " + "x" * 300)
    assert len(words.input_value()) == 200
    words.fill("  길을 비켜 주세요  ")
    with page.expect_response("**/actions"):
        words.press("Enter")
    expect(words).to_have_value("")
    assert server.world.spoken == ["길을 비켜 주세요"]


def test_pictures_of_checkpoints_are_links_that_nobody_opens_unasked(
    page: Page, server: Any
) -> None:
    on_patrol(page)
    (assignment,) = server.world.assignments.values()
    first = assignment.checkpoints[0]
    picture = incident_models.VisitPictureView(
        evidence_id="p-1", kind="checkpoint", media_type="image/jpeg",
        url="/api/v1/evidence/p-1", blurred=True, sha256="0" * 64,
        checkpoint_id=first.checkpoint_id, captured_at=1.0,
    )  # fmt: skip
    server.world.pictures[assignment.assignment_id] = [picture]
    opened: list[str] = []
    page.on("request", lambda request: opened.append(request.url))
    page.reload()
    row = page.locator(GOALIE_ROW)
    row.click()
    link = row.get_by_label("확인 지점 사진").get_by_role("link")
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", "/api/v1/evidence/p-1")
    assert not [url for url in opened if "/evidence/" in url]
