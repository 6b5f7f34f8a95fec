"""Plans for a team and versions of the map, in a real browser against a scripted server."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from fleet_server.wording import korean

ROOT = Path(__file__).resolve().parents[2]
HANGUL = re.compile("[가-힣]")


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def ask_for_a_plan(page: Page) -> None:
    """Of three vehicles, for all checkpoints, now."""
    open_tab(page, "팀 계획")
    page.get_by_role("button", name="새 팀 계획").click()
    page.get_by_label("이름").fill("밤 순찰 (Night)")
    page.get_by_role("button", name="출동 가능 모두").click()


def make_a_plan(page: Page) -> None:
    ask_for_a_plan(page)
    page.get_by_role("button", name="계획 세우기").click()
    expect(page.locator("[data-plan-vehicle]")).to_have_count(3)


def upload(page: Page, name: str, content: str) -> None:
    file = {"name": name, "mimeType": "application/geo+json", "buffer": content.encode()}
    page.get_by_test_id("map-file").set_input_files(file)  # type: ignore[arg-type]


def new_map() -> str:
    """The map with one name changed: another version of it."""
    content = (ROOT / "maps" / "sillim.geojson").read_text(encoding="utf-8")
    return content.replace("별빛공원 입구", "별빛공원 정문", 1)


# ------------------------------------------------------------------------------- plans


def test_a_form_says_what_is_missing(console: Page, server: Any) -> None:
    open_tab(console, "팀 계획")
    console.get_by_role("button", name="새 팀 계획").click()
    for fill, message in (
        (lambda: None, "이름을 입력하십시오."),
        (lambda: console.get_by_label("이름").fill("밤"), "차량을 한 대 이상 고르십시오."),
        (
            lambda: (
                console.locator("[data-team='sunra/goalie-01']").click(),
                console.get_by_label("길이").fill("30"),
            ),
            "길이는 0보다 크고 24시간 이하여야 합니다.",
        ),
    ):
        fill()
        console.get_by_role("button", name="계획 세우기").click()
        expect(console.get_by_role("alert").first).to_have_text(message)
    expect(console.locator("[data-team='sunra/light-04'] input")).to_be_disabled()
    assert server.plans.asked == []


def test_a_plan_is_asked_for_with_its_start_in_local_time(console: Page, server: Any) -> None:
    ask_for_a_plan(console)
    console.get_by_text("계속 순찰", exact=True).click()
    console.locator(".add-checkpoint").select_option("cp-09")
    console.locator(".add-checkpoint").select_option("cp-08")
    console.get_by_text("나중에").click()
    console.get_by_label("시작").fill("2099-03-02T22:00")
    console.get_by_label("길이").fill("1.5")
    console.get_by_role("button", name="계획 세우기").click()
    expect(console.locator("[data-plan-vehicle]")).to_have_count(3)
    (asked,) = server.plans.asked
    assert asked.start.isoformat() == "2099-03-02T22:00:00+09:00"
    assert (asked.mode, asked.hours) == ("persistent", 1.5)
    assert asked.checkpoint_ids == ["cp-09", "cp-08"]
    assert len(asked.vehicle_ids) == 3


def test_a_plan_shows_steps_reasons_and_what_it_leaves_out_with_a_remedy(console: Page) -> None:
    make_a_plan(console)
    card = console.locator("[data-plan-vehicle='sunra/goalie-01']")
    expect(card).to_contain_text("유일한 차량")
    card.get_by_role("button").click()
    expect(card.locator("tbody tr")).to_have_count(5)
    expect(card.locator("tbody tr").first).to_contain_text(re.compile(r"\d\d:\d\d"))
    left = console.locator(".left-out")
    expect(left).to_contain_text("07:00까지 닫힌 구역")
    expect(left.locator(".remedy")).to_have_text("그 길을 열거나 확인 지점을 빼십시오")
    expect(console.locator(".notes")).to_contain_text("마지막 차량은")
    console.get_by_test_id("language").click()
    page_text = console.locator(".plan").inner_text()
    assert not HANGUL.search(page_text), page_text


def test_a_plan_is_started_after_a_question(console: Page, server: Any) -> None:
    make_a_plan(console)
    console.get_by_role("button", name="계획 시작").click()
    console.get_by_role("dialog").get_by_role("button", name="아직 아님").click()
    assert not server.plans.plans["plan-1"].started
    console.get_by_role("button", name="계획 시작").click()
    console.get_by_role("dialog").get_by_role("button", name="계획 시작").click()
    expect(console.locator(".plan .chip")).to_have_text("시작함")
    expect(console.get_by_text("차량 3대에 계획을 보냈습니다.")).to_be_visible()
    expect(console.get_by_role("button", name="계획 시작")).to_be_hidden()
    open_tab(console, "차량")
    row = console.locator("[data-vehicle-row='sunra/goalie-01']")
    expect(row).to_have_attribute("data-condition", "driving")


def test_a_plan_for_later_starts_by_itself_or_says_aloud_why_not(
    console: Page, server: Any
) -> None:
    ask_for_a_plan(console)
    console.get_by_text("나중에").click()
    console.get_by_label("시작").fill("2099-03-02T22:00")
    console.get_by_role("button", name="계획 세우기").click()
    schedule = console.get_by_role("button", name=re.compile("22:00에 자동 시작"))
    schedule.click()
    dialog = console.get_by_role("dialog")
    expect(dialog).to_contain_text("차량 3대가 출발합니다")
    dialog.get_by_role("button", name=re.compile("22:00에 자동 시작")).click()
    expect(console.locator(".plan .chip")).to_have_text("예약함")
    expect(console.locator(".plan .facts")).to_contain_text("자동 시작 (minji)")
    console.get_by_role("button", name="자동 시작 취소").click()
    expect(console.locator(".plan .chip")).to_have_text("시작 전")
    plan = server.plans.plans["plan-1"]
    plan.start_problem = "sunra/goalie-01 is not connected"
    plan.start_problem_ko = korean(plan.start_problem)
    open_tab(console, "차량")
    server.call(lambda: server.send({"type": "plan", "plan": server.plans.summary(plan)}))
    expect(console.get_by_text("밤 순찰: 시작하지 못했습니다.")).to_be_visible()
    expect(console.get_by_role("tab", name="팀 계획")).to_contain_text("!")
    open_tab(console, "팀 계획")
    expect(console.locator(".plan .chip")).to_have_text("시작 못함")
    expect(console.locator(".plan [role=alert]")).to_contain_text("goalie-01")
    expect(console.locator(".plan [role=alert]")).to_contain_text(HANGUL)


def test_a_failed_vehicle_and_a_closed_street_say_which_promises_moved_and_why(
    console: Page, server: Any
) -> None:
    make_a_plan(console)
    console.get_by_role("button", name="재계획").click()
    console.get_by_role("button", name="남은 일 다시 계획").click()
    expect(console.get_by_role("alert").first).to_have_text(
        "무엇이 바뀌었는지 하나 이상 고르십시오."
    )
    console.get_by_label("goalie-01에 생긴 일").select_option("failed")
    console.get_by_label("light-01에 생긴 일").select_option("away")
    console.get_by_role("button", name="남은 일 다시 계획").click()
    expect(console.get_by_role("alert").first).to_have_text("호출할 장소를 고르십시오.")
    console.get_by_label("light-01 호출 장소").select_option(index=2)
    console.get_by_label("길 전체 닫기").select_option(label="신림로 12가길")
    expect(console.get_by_test_id("closed-streets")).to_contain_text("신림로 12가길")
    console.get_by_role("button", name="남은 일 다시 계획").click()
    moved = console.get_by_test_id("moved")
    expect(moved.locator("li")).to_have_count(4)
    expect(moved.locator("li").first).to_contain_text("goalie-01 → light-01")
    expect(moved.locator("li").first).to_contain_text("goalie-01 고장")
    expect(console.locator(".plan")).to_contain_text("그대로인 차량: light-02")
    (changes,) = server.plans.changes
    assert changes.failed == ["sunra/goalie-01"]
    assert changes.away[0].until_s == 20 * 60
    names = {server.world.map.edges[edge_id].name for edge_id in changes.closed}
    assert names == {"신림로 12가길"}


def test_kept_plans_are_listed_and_opened_again_after_a_reload(console: Page) -> None:
    make_a_plan(console)
    console.reload()
    open_tab(console, "팀 계획")
    console.locator("[data-plan='plan-1']").click()
    expect(console.locator("[data-plan-vehicle]")).to_have_count(3)
    console.get_by_role("button", name="뒤로").click()
    expect(console.locator("[data-plan='plan-1']")).to_contain_text("빠진 곳 1")


def test_a_plan_is_made_with_the_keyboard_alone(console: Page, server: Any) -> None:
    console.get_by_role("tab", name="팀 계획").focus()
    console.keyboard.press("Enter")
    console.get_by_role("button", name="새 팀 계획").focus()
    console.keyboard.press("Enter")
    console.keyboard.type("night")
    console.keyboard.press("Tab")  # the mode
    console.keyboard.press("ArrowDown")
    console.keyboard.press("Tab")  # all that are ready
    console.keyboard.press("Enter")
    console.get_by_label("이름").focus()
    console.keyboard.press("Enter")
    expect(console.locator("[data-plan-vehicle]")).to_have_count(3)
    assert server.plans.asked[0].mode == "coverage"
    console.keyboard.press("Escape")


# ------------------------------------------------------------------------------- maps


def test_a_bad_map_is_refused_in_the_servers_own_words(console: Page, server: Any) -> None:
    open_tab(console, "지도")
    upload(console, "bad.geojson", json.dumps({"type": "FeatureCollection", "features": []}))
    result = console.locator(".upload-result.bad")
    expect(result).to_contain_text("bad.geojson")
    expect(result.locator("li")).to_have_text(
        ["the map: the 'sunra' object with map_id and origin is missing"]
    )
    assert len(server.maps.versions) == 1


def test_a_new_version_is_published_in_two_steps_with_every_vehicles_progress(
    console: Page, server: Any
) -> None:
    open_tab(console, "지도")
    expect(console.locator("[data-version]")).to_have_count(1)
    upload(console, "new.geojson", new_map())
    expect(console.locator(".upload-result.good")).to_contain_text("아직 차량에 보내지 않았습니다")
    expect(console.locator(".upload-result.good li")).to_contain_text("확인 지점이 이 버전에 없")
    expect(console.locator("[data-version]")).to_have_count(2)
    console.locator("[data-version]").first.get_by_role("button", name="배포").click()
    console.locator("[data-target='sunra/light-05']").click()
    console.get_by_role("button", name="5대에 배포").click()
    card = console.locator("[data-publication]")
    expect(card).to_have_attribute("data-publication", "downloading")
    waiting = [("waiting", "not connected")] * 3
    server.call(
        lambda: server.maps.move(
            "downloading", ("ready", None), ("downloading", "running: 3 of 9 pieces"), *waiting
        )
    )
    expect(card).to_contain_text("1/5")
    expect(card).to_contain_text("진행 중: 9조각 중 3조각")
    server.call(lambda: server.maps.move("enabling", *[("ready", None)] * 5))
    expect(card).to_contain_text("5/5")
    server.call(
        lambda: server.maps.move(
            "failed", *[("enabled", None)] * 4, ("failed", "no answer to enableMap"),
            reason="1 of 5 did not take the map",
        )
    )  # fmt: skip
    expect(card).to_have_attribute("data-publication", "failed")
    expect(card).to_contain_text("5대 중 1대가 지도를 바꾸지 못했습니다")
    expect(card.locator("[data-target-status='failed']")).to_contain_text("enableMap에 답이")
    (publication,) = server.maps.publications
    assert publication.content_hash == server.maps.versions[0].content_hash
    assert publication.together


def test_a_publication_is_cancelled_only_after_a_question(console: Page, server: Any) -> None:
    open_tab(console, "지도")
    console.locator("[data-version]").get_by_role("button", name="배포").click()
    console.get_by_role("button", name="6대에 배포").click()
    console.get_by_role("button", name="배포 취소").click()
    console.get_by_role("dialog").get_by_role("button", name="배포 취소").click()
    expect(console.locator("[data-publication]")).to_have_attribute(
        "data-publication", "cancelled"
    )


def test_the_pages_fit_a_small_screen(console: Page) -> None:
    console.set_viewport_size({"width": 1280, "height": 800})
    make_a_plan(console)
    assert console.evaluate("document.documentElement.scrollWidth") <= 1280
    panel = console.locator(".panel.left .panel-body")
    assert panel.evaluate("e => e.scrollWidth <= e.clientWidth")
    open_tab(console, "지도")
    expect(console.locator("[data-version]")).to_have_count(1)
    assert panel.evaluate("e => e.scrollWidth <= e.clientWidth")
