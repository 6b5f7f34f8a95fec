"""An operator looks for a missing person: from the form to the candidate who is found."""

from __future__ import annotations

import base64
import io
import re
import time
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from fleet_server.api.person_search_models import ClosePersonSearch, NewPersonSearch

PLACE_NODES = (212, 131)
RED = (0.753, 0.157, 0.176)


def picture_file() -> bytes:
    """A JPEG of a phone's size, with a place in its EXIF."""
    tags = Image.Exif()
    tags[0x010E] = "37.4832N 126.9301E"
    out = io.BytesIO()
    Image.new("RGB", (1500, 2000), (190, 40, 45)).save(out, "JPEG", exif=tags)
    return out.getvalue()


def open_case(server: Any, hours: float = 24.0) -> str:
    """A case that another operator has opened."""
    new = NewPersonSearch(
        reference="112-2026-0301-0042", top_rgb=RED, expires_at=time.time() + 3600 * hours
    )
    case_id: str = server.call(lambda: server.searches.open(new)).case_id
    return case_id


def go_to_searches(page: Page) -> None:
    page.get_by_role("tab", name=re.compile("실종자")).click()


def test_a_case_is_opened_with_colours_place_and_a_picture(console: Page, server: Any) -> None:
    go_to_searches(console)
    panel = console.locator(".panel.left")
    expect(panel.get_by_role("note")).to_contain_text("얼굴은 인식하지 않으며")
    console.get_by_role("button", name="새 수색 시작").click()
    console.get_by_role("button", name="수색 시작", exact=True).click()
    expect(panel.get_by_role("alert")).to_contain_text("하나는 있어야 합니다")
    console.get_by_label("경찰 접수 번호 (112)").fill("112-2026-0301-0042")
    top = console.get_by_role("group", name=re.compile("^상의"))
    top.get_by_role("radio", name="빨강").check()
    expect(top).to_contain_text("상의 빨강")
    trousers = console.get_by_role("group", name=re.compile("^하의"))
    trousers.get_by_label("하의: 직접 고르기").fill("#123456")
    expect(trousers).to_contain_text("#123456")
    console.get_by_label("키 (cm) 최소").fill("150")
    console.get_by_label("키 (cm) 최대").fill("165")
    console.get_by_text("노인", exact=True).click()
    console.locator("canvas.maplibregl-canvas").click(position={"x": 330, "y": 330})
    expect(console.get_by_test_id("last-seen-place")).to_be_visible()
    expect(console.locator(".last-seen-marker")).to_be_visible()
    phone = {"name": "phone.jpg", "mimeType": "image/jpeg", "buffer": picture_file()}
    text = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    console.get_by_test_id("search-pictures").set_input_files([phone, text])
    expect(console.get_by_alt_text("실종자 사진 1")).to_be_visible()
    expect(panel).to_contain_text("읽을 수 없는 사진입니다: notes.txt")
    console.get_by_role("button", name="수색 시작", exact=True).click()
    expect(console.locator(".toasts")).to_contain_text("수색 2026-0001을(를) 시작했습니다")
    expect(console.get_by_role("tab", name=re.compile("실종자"))).to_contain_text("1")

    (body,) = server.searches.bodies
    assert body["top_rgb"] == list(RED)
    assert body["trousers_rgb"] == pytest.approx([0x12 / 255, 0x34 / 255, 0x56 / 255], abs=1e-3)
    assert (body["height_m"], body["age_group"], body["build"]) == ([1.5, 1.65], "old", None)
    assert body["last_seen"]["map_id"] == server.world.map.map_id
    west, south, east, north = 126.91, 37.46, 126.95, 37.50
    assert west < body["last_seen"]["longitude_deg"] < east
    assert south < body["last_seen"]["latitude_deg"] < north
    (sent,) = (base64.b64decode(text) for text in body["pictures"])
    assert b"37.4832N" not in sent
    pixels = cv2.imdecode(np.frombuffer(sent, np.uint8), cv2.IMREAD_COLOR)
    assert pixels.shape[:2] == (1280, 960)


def test_candidates_come_ranked_and_the_right_one_ends_the_search(
    console: Page, server: Any
) -> None:
    case_id = open_case(server)
    go_to_searches(console)
    console.locator(f"[data-search='{case_id}']").click()
    page = console.locator(".search-page")
    expect(page).to_contain_text("아직 후보가 없습니다")
    low, high = PLACE_NODES
    server.call(lambda: server.searches.see(case_id, low, 0.41, "top"))
    server.call(lambda: server.searches.see(case_id, high, 0.83, "top, height"))
    cards = console.locator(".candidate")
    expect(cards).to_have_count(2)
    expect(cards.first).to_contain_text("닮은 정도 83%")
    expect(cards.first).to_contain_text("맞는 점 상의, 키")
    expect(cards.first).to_contain_text("키 약 174 cm")
    expect(cards.last).to_contain_text("다른 점 키")
    expect(cards.first.locator("img")).to_be_visible()
    cards.last.get_by_role("button", name="다른 사람").click()
    expect(cards.last).to_contain_text("operator: 다른 사람")
    cards.first.get_by_role("button", name="사건 보기").click()
    expect(console.locator(".incident-detail")).to_contain_text(f"수색 {case_id} 보기")
    cards.first.get_by_role("button", name="이 사람이 맞음").click()
    question = console.get_by_role("dialog")
    expect(question).to_contain_text("수색을 ‘찾음’으로 종료할까요?")
    assert server.searches.known[case_id].state == "open", "a person closes it, not a verdict"
    question.get_by_role("button", name="찾음으로 종료").click()
    expect(console.get_by_test_id("search-ended")).to_contain_text("찾음")
    verdicts = {i.incident_id: i.verdict for i in server.world.incidents.values()}
    assert list(verdicts.values()) == ["wrong", "true_alarm"]
    assert server.searches.known[case_id].outcome == "found"


def test_a_confirmed_candidate_may_leave_the_search_open(console: Page, server: Any) -> None:
    case_id = open_case(server)
    server.call(lambda: server.searches.see(case_id, PLACE_NODES[0], 0.7, "top"))
    go_to_searches(console)
    expect(console.locator(f"[data-search='{case_id}']")).to_contain_text("확인할 후보 1명")
    console.locator(f"[data-search='{case_id}']").click()
    console.get_by_role("button", name="이 사람이 맞음").click()
    console.get_by_role("dialog").get_by_role("button", name="계속 수색").click()
    expect(console.locator(".candidate")).to_contain_text("operator: 이 사람이 맞음")
    assert server.searches.known[case_id].state == "open"


def test_a_search_is_changed_and_closed_and_its_log_says_who_looked(
    console: Page, server: Any
) -> None:
    case_id = open_case(server)
    go_to_searches(console)
    console.locator(f"[data-search='{case_id}']").click()
    console.get_by_role("button", name="수색 내용 고치기").click()
    console.get_by_role("group", name=re.compile("^하의")).get_by_role(
        "radio", name="남색"
    ).check()
    phone = {"name": "phone.jpg", "mimeType": "image/jpeg", "buffer": picture_file()}
    console.get_by_test_id("search-pictures").set_input_files([phone])
    expect(console.get_by_alt_text("실종자 사진 1")).to_be_visible()
    console.get_by_role("button", name="고친 내용 보내기").click()
    expect(console.locator(".toasts")).to_contain_text("고쳤습니다")
    assert set(server.searches.bodies[-1]) == {"trousers_rgb", "add_pictures"}
    assert [m for m, path in server.requests if path.endswith("/picture-1")] == []
    console.get_by_role("button", name="사진 1장 보기 (열람이 기록됩니다)").click()
    expect(console.get_by_alt_text("실종자 사진 1")).to_be_visible()
    console.get_by_role("button", name="수색 종료").click()
    console.get_by_text("취소됨", exact=True).click()
    console.get_by_role("textbox", name="메모 (함께 지워집니다)").fill("보호자가 취소")
    console.get_by_role("button", name="수색 종료").click()
    expect(console.get_by_test_id("search-ended")).to_contain_text("취소됨")
    expect(console.get_by_test_id("search-ended")).to_contain_text("지워집니다")
    log = console.locator(".access-log")
    log.locator("summary").click()
    expect(log).to_contain_text("1번째 사진 열람")
    expect(log).to_contain_text("내용 변경")
    console.keyboard.press("Escape")
    expect(console.locator(f"[data-search='{case_id}']")).to_contain_text("취소됨")


def test_what_another_screen_changes_is_seen_here(console: Page, server: Any) -> None:
    go_to_searches(console)
    case_id = open_case(server)
    console.locator(f"[data-search='{case_id}']").click()
    expect(console.locator(".search-page")).to_be_visible()
    server.call(lambda: server.searches.close(case_id, ClosePersonSearch(outcome="other")))
    expect(console.get_by_test_id("search-ended")).to_contain_text("기타 종료")


def test_who_may_only_watch_sees_no_search(page: Page, server: Any) -> None:
    server.user.role = "viewer"
    open_case(server)
    page.fill("[name=username]", "operator")
    page.fill("[name=password]", "night-watch")
    page.click("button[type=submit]")
    expect(page.locator("[data-vehicle='sunra/goalie-01']")).to_be_visible()
    expect(page.get_by_role("tab", name=re.compile("실종자"))).to_have_count(0)
    assert [path for _, path in server.requests if "person-searches" in path] == []
