"""An operator's night, in a real browser against a scripted server."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from patrol.incident import AnomalyKind

GOALIE = "[data-vehicle='sunra/goalie-01']"
GOALIE_ROW = "[data-vehicle-row='sunra/goalie-01']"
ALLEY_NODE = 212
DROPPED_FEED_MS = 15_000


def log_in(page: Page, password: str = "night-watch") -> None:
    page.fill("[name=username]", "operator")
    page.fill("[name=password]", password)
    page.click("button[type=submit]")


def assign_by_hand(page: Page) -> None:
    """Through the panel: a patrol, a vehicle, start."""
    page.get_by_role("tab", name="순찰").click()
    page.locator("[data-patrol='patrol-1']").get_by_role("button", name="배정").click()
    page.locator("[data-candidate='sunra/goalie-01']").click()
    page.get_by_role("button", name="순찰 시작").click()


def place_of(page: Page) -> tuple[float, float]:
    box = page.locator(GOALIE).bounding_box()
    assert box is not None
    return box["x"], box["y"]


def test_wrong_password_is_said_clearly_and_right_one_enters(page: Page) -> None:
    log_in(page, "guess")
    expect(page.get_by_role("alert")).to_have_text("사용자 이름 또는 비밀번호가 맞지 않습니다.")
    log_in(page)
    expect(page.locator(".topbar")).to_contain_text("순라 관제")
    expect(page.locator(GOALIE)).to_be_visible()


def test_session_survives_a_reload_and_ends_with_log_out(page: Page) -> None:
    log_in(page)
    expect(page.locator(GOALIE)).to_be_visible()
    page.reload()
    expect(page.locator(GOALIE)).to_be_visible()
    page.get_by_test_id("logout").click()
    expect(page.locator(".login-card")).to_be_visible()
    page.reload()
    expect(page.locator(".login-card")).to_be_visible()


def test_session_that_ended_on_the_server_leads_back_to_the_log_in(
    page: Page, server: Any
) -> None:
    log_in(page)
    expect(page.locator(GOALIE)).to_be_visible()
    server.call(server.log_out)
    page.get_by_role("tab", name="순찰").click()
    page.locator("[data-patrol='patrol-1']").get_by_role("button", name="삭제").click()
    page.get_by_role("dialog").get_by_role("button", name="삭제").click()
    expect(page.get_by_role("alert")).to_have_text("로그인이 만료되었습니다. 다시 로그인하십시오.")


def test_map_draws_the_neighbourhood_and_a_vehicle_drives_over_it(page: Page) -> None:
    log_in(page)
    expect(page.locator("canvas.maplibregl-canvas")).to_be_visible()
    expect(page.locator("[data-vehicle]")).to_have_count(6)
    assign_by_hand(page)
    expect(page.locator(GOALIE_ROW)).to_have_attribute("data-condition", "driving")
    expect(page.locator(GOALIE_ROW)).to_contain_text("5.0 km/h")
    before = place_of(page)
    for _ in range(100):
        page.wait_for_timeout(100)
        if math.dist(place_of(page), before) > 6:
            return
    pytest.fail("it stays where it was")


def test_states_are_in_words_and_trouble_stands_first(page: Page) -> None:
    log_in(page)
    rows = page.locator("[data-vehicle-row]")
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text("비상정지")
    expect(rows.last).to_contain_text("연결 끊김")
    expect(rows.last).to_contain_text("21분 전")
    page.locator("[data-vehicle-row='sunra/light-03']").click()
    expect(page.locator("[data-vehicle-row='sunra/light-03']")).to_contain_text(
        "배터리가 부족합니다"
    )


def test_language_switches_everything_at_once_and_is_remembered(page: Page) -> None:
    log_in(page)
    expect(page.get_by_role("tab", name="차량")).to_be_visible()
    page.get_by_test_id("language").click()
    expect(page.get_by_role("tab", name="Vehicles")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".topbar")).to_contain_text("Sunra control room")
    page.get_by_role("tab", name="Patrols").click()
    expect(page.locator("[data-patrol='patrol-1']")).to_contain_text("Night alleys")
    page.reload()
    expect(page.get_by_role("tab", name="Vehicles")).to_be_visible()


def test_assigning_explains_who_cannot_go_and_shows_the_length(page: Page) -> None:
    log_in(page)
    page.get_by_role("tab", name="순찰").click()
    page.locator("[data-patrol='patrol-1']").get_by_role("button", name="배정").click()
    for vehicle, reason in {
        "light-03": "배터리가 부족합니다",
        "light-04": "비상정지 상태입니다",
        "light-05": "연결이 끊겼습니다",
    }.items():
        option = page.locator(f"[data-candidate='sunra/{vehicle}']")
        expect(option).to_contain_text(reason)
        expect(option.locator("input")).to_be_disabled()
    page.locator("[data-candidate='sunra/goalie-01']").click()
    expect(page.locator(".preview .facts")).to_contain_text(re.compile(r"\d+ m"))
    expect(page.locator(".preview li")).to_have_count(5)
    page.get_by_role("button", name="순찰 시작").click()
    expect(page.locator(GOALIE_ROW)).to_contain_text("확인 지점 0/5")
    expect(page.get_by_text("goalie-01에 ‘새벽 골목 순찰", exact=False)).to_be_visible()


def test_vehicle_is_paused_resumed_and_cancelled_only_after_a_question(page: Page) -> None:
    log_in(page)
    assign_by_hand(page)
    row = page.locator(GOALIE_ROW)
    row.get_by_role("button", name="일시 정지").click()
    expect(row).to_have_attribute("data-condition", "paused")
    row.get_by_role("button", name="다시 출발").click()
    expect(row).to_have_attribute("data-condition", "driving")
    row.get_by_role("button", name="순찰 취소").click()
    page.get_by_role("dialog").get_by_role("button", name="그대로 두기").click()
    expect(row).to_have_attribute("data-condition", "driving")
    row.get_by_role("button", name="순찰 취소").click()
    page.get_by_role("dialog").get_by_role("button", name="순찰 취소").click()
    expect(row).to_have_attribute("data-condition", "idle")


def test_patrol_is_made_from_checkpoints(page: Page, server: Any) -> None:
    log_in(page)
    page.get_by_role("tab", name="순찰").click()
    page.get_by_role("button", name="새 순찰 만들기").click()
    page.get_by_role("button", name="순찰 저장").click()
    expect(page.get_by_role("alert")).to_have_text("이름을 입력하십시오.")
    page.get_by_label("이름").fill("공원 순찰")
    page.get_by_role("button", name="순찰 저장").click()
    expect(page.get_by_role("alert")).to_have_text("확인 지점을 하나 이상 고르십시오.")
    page.locator(".add-checkpoint").select_option("cp-09")
    page.locator(".add-checkpoint").select_option("cp-08")
    page.get_by_text("정한 순서").click()
    page.get_by_role("button", name="별빛공원 입구 앞으로").click()
    page.get_by_role("button", name="순찰 저장").click()
    expect(page.locator("[data-patrol='patrol-3']")).to_contain_text("공원 순찰")
    assert server.world.patrols["patrol-3"].checkpoint_ids == ["cp-08", "cp-09"]


def click_light_01_on_the_map(page: Page) -> None:
    """light-01 stands on checkpoint 3: its marker tells where that is on the screen."""
    box = page.locator("[data-vehicle='sunra/light-01'] svg").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_checkpoint_is_chosen_by_a_click_on_the_map(page: Page) -> None:
    log_in(page)
    expect(page.locator(GOALIE)).to_be_visible()
    page.get_by_role("tab", name="순찰").click()
    page.get_by_role("button", name="새 순찰 만들기").click()
    # The map has an answer once it has drawn the place, which nothing outside it can see; a click
    # is taken at once or not at all, so one that met nothing is made again.
    for _ in range(20):
        click_light_01_on_the_map(page)
        page.wait_for_timeout(250)
        if page.locator(".chosen li").count():
            break
    expect(page.locator(".chosen li")).to_have_count(1)
    expect(page.locator(".chosen li")).to_contain_text("12길 중턱")


def test_critical_incident_is_unmissable_and_goes_quiet_when_acknowledged(
    page: Page, server: Any
) -> None:
    log_in(page)
    expect(page.locator(GOALIE)).to_be_visible()
    server.call(lambda: server.report(AnomalyKind.COLLAPSED_PERSON, ALLEY_NODE))
    alarm = page.get_by_test_id("alarm")
    expect(alarm).to_contain_text("쓰러진 사람")
    expect(page).to_have_title(re.compile(r"^\(1\) ⚠ 쓰러진 사람"))
    expect(page.get_by_test_id("open-count")).to_have_text("1")
    detail = page.locator("[data-incident-row='incident-1']")
    expect(detail).to_contain_text("12나길 골목")
    expect(detail).to_contain_text("87%")
    expect(page.locator(".still img").first).not_to_have_js_property("naturalWidth", 0)
    alarm.get_by_role("button", name="바로 보기").click()
    expect(page.locator("[data-incident='incident-1']")).to_be_visible()
    page.keyboard.press("a")
    expect(alarm).to_be_hidden()
    expect(page).to_have_title("순라 관제")
    expect(page.get_by_test_id("open-count")).to_have_text("0")
    expect(detail).to_contain_text("operator 확인")
    assert server.world.incidents["incident-1"].status == "acknowledged"


def test_acknowledged_incident_is_resolved_with_a_verdict_and_a_note(
    page: Page, server: Any
) -> None:
    log_in(page)
    expect(page.locator(GOALIE)).to_be_visible()
    server.call(lambda: server.report(AnomalyKind.COLLAPSED_PERSON, ALLEY_NODE))
    page.get_by_test_id("acknowledge").click()
    row = page.locator("[data-incident-row='incident-1']")
    expect(row.get_by_role("button", name="사건 종결")).to_be_disabled()
    row.get_by_text("실제 상황").click()
    row.get_by_label("메모").fill("119 신고, 구급차 도착")
    row.get_by_role("button", name="사건 종결").click()
    expect(row).to_be_hidden()
    page.get_by_role("button", name="전체", exact=True).click()
    expect(row).to_contain_text("119 신고, 구급차 도착")
    assert server.world.incidents["incident-1"].verdict == "true_alarm"


def test_queue_is_walked_with_the_keyboard_worst_first(page: Page, server: Any) -> None:
    log_in(page)
    expect(page.locator(GOALIE)).to_be_visible()
    server.call(lambda: server.report(AnomalyKind.LOITERING, 131))
    server.call(lambda: server.report(AnomalyKind.COLLAPSED_PERSON, ALLEY_NODE))
    rows = page.locator("[data-incident-row]")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("쓰러진 사람")
    page.keyboard.press("ArrowDown")
    expect(rows.last.locator(".incident-row")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowUp")
    expect(rows.first.locator(".incident-row")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".incident-detail")).to_have_count(0)


def test_dropped_feed_looks_old_counts_up_and_comes_back_by_itself(
    page: Page, server: Any
) -> None:
    log_in(page)
    assign_by_hand(page)
    expect(page.locator(GOALIE_ROW)).to_have_attribute("data-condition", "driving")
    server.call(lambda: server.set_up(False))
    expect(page.locator(".feed")).to_have_text(re.compile(r"연결 끊김 [1-9]\d*초"))
    expect(page.get_by_test_id("feed-lost")).to_contain_text("실시간 연결이 끊겼습니다")
    expect(page.locator(GOALIE_ROW)).to_have_attribute(
        "data-condition", "stale", timeout=DROPPED_FEED_MS
    )
    server.call(lambda: server.set_up(True))
    expect(page.locator(".feed")).to_have_text("실시간", timeout=DROPPED_FEED_MS)
    expect(page.get_by_test_id("feed-lost")).to_be_hidden()
    expect(page.locator(GOALIE_ROW)).to_have_attribute("data-condition", "driving")


def test_incident_that_came_while_the_feed_was_down_raises_the_alarm_after(
    page: Page, server: Any
) -> None:
    log_in(page)
    expect(page.locator(GOALIE)).to_be_visible()
    server.call(lambda: server.set_up(False))
    expect(page.get_by_test_id("feed-lost")).to_be_visible()
    server.call(lambda: server.report(AnomalyKind.COLLAPSED_PERSON, ALLEY_NODE))
    server.call(lambda: server.set_up(True))
    expect(page.get_by_test_id("alarm")).to_be_visible(timeout=DROPPED_FEED_MS)
    expect(page.locator("[data-incident-row='incident-1']")).to_be_visible()


def test_small_screen_has_no_sideways_scroll(page: Page) -> None:
    page.set_viewport_size({"width": 1100, "height": 700})
    log_in(page)
    expect(page.locator(GOALIE)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1100
    topbar = page.locator(".topbar").bounding_box()
    log_out = page.get_by_test_id("logout").bounding_box()
    assert topbar is not None
    assert log_out is not None
    assert log_out["x"] + log_out["width"] <= 1100
