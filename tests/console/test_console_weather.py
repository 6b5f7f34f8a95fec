"""The weather that vehicles drive by: in the top bar, and reported by hand."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Locator, Page, expect

from fleet_server.api.weather_models import NewWeather


def chip(console: Page) -> Locator:
    return console.get_by_test_id("weather")


def observed(server: Any, age_s: float, **values: float) -> None:
    """Somebody has reported; the console asks again when it is loaded anew."""
    asked = NewWeather(observed_at=time.time() - age_s, **values)
    server.call(lambda: server.weather.report(asked, "kma (service)"))


def test_it_says_what_counts_how_old_and_for_how_many_vehicles(console: Page, server: Any) -> None:
    expect(chip(console)).to_contain_text("아직 보고된 적 없음")
    observed(server, 300, rain_mmph=12.5, gust_mps=8, temperature_c=-1)
    console.reload()
    expect(chip(console)).to_contain_text("비 12.5 mm/h · 돌풍 8 m/s · 기온 -1 °C")
    expect(chip(console)).to_contain_text("5분 전")
    expect(chip(console)).to_contain_text(f"차량 1/{len(server.world.vehicles)}대 전달")
    expect(chip(console)).not_to_contain_text("시정")
    console.get_by_test_id("language").click()
    expect(chip(console)).to_contain_text("Rain 12.5 mm/h")
    expect(chip(console)).to_contain_text("5 min ago")


def test_it_says_for_how_long_nobody_has_reported(console: Page, server: Any) -> None:
    observed(server, 7500, rain_mmph=40)
    console.reload()
    expect(chip(console)).to_contain_text("날씨 모름")
    expect(chip(console)).to_contain_text("2시간 5분 동안 보고 없음")
    expect(chip(console)).not_to_contain_text("비 40")


def test_an_operator_reports_what_it_is_and_nothing_else(console: Page, server: Any) -> None:
    chip(console).click()
    dialog = console.get_by_role("dialog")
    dialog.locator("[name=rain_mmph]").fill("31")
    dialog.locator("[name=temperature_c]").fill("-2.5")
    console.get_by_test_id("report-weather").click()
    expect(dialog).to_have_count(0)
    expect(chip(console)).to_contain_text("비 31 mm/h · 기온 -2.5 °C")
    expect(console.locator(".toasts")).to_contain_text("날씨를 보고했습니다")
    (sent,) = server.weather.reported
    assert abs(sent.observed_at - time.time()) < 30
    assert sent.model_dump(exclude_unset=True).keys() == {
        "observed_at", "rain_mmph", "temperature_c",
    }  # fmt: skip


def test_what_the_server_would_refuse_is_marked_and_not_sent(console: Page, server: Any) -> None:
    chip(console).click()
    dialog = console.get_by_role("dialog")
    send = console.get_by_test_id("report-weather")
    send.click()
    expect(dialog.get_by_role("alert")).to_have_text("적어도 한 칸을 채우십시오.")
    dialog.locator("[name=rain_mmph]").fill("301")
    dialog.locator("[name=gust_mps]").fill("5")
    send.click()
    expect(dialog.locator("[name=rain_mmph]")).to_have_attribute("aria-invalid", "true")
    expect(dialog.locator("[name=gust_mps]")).to_have_attribute("aria-invalid", "false")
    expect(dialog.locator(".wrong")).to_have_text("0에서 300까지의 수")
    assert server.weather.reported == []
    dialog.locator("[name=rain_mmph]").fill("30")
    server.weather.problem = ("a newer report is there already", "더 새로운 관측이 이미 있습니다")
    send.click()
    expect(dialog.get_by_role("alert")).to_contain_text("더 새로운 관측이 이미 있습니다")


def test_who_may_only_look_sees_it_without_the_form(console: Page, server: Any) -> None:
    observed(server, 60, visibility_m=80)
    server.weather.service = "fails"
    server.user.role = "viewer"
    console.reload()
    chip(console).click()
    counts = console.get_by_test_id("weather-counts")
    expect(counts).to_contain_text("시정 80 m")
    expect(counts).to_contain_text("kma (service)")
    expect(counts).to_contain_text("기상청 서비스에서 값을 받지 못하고 있습니다")
    expect(console.get_by_test_id("report-weather")).to_have_count(0)
    console.get_by_role("button", name="닫기").click()
    expect(console.get_by_role("dialog")).to_have_count(0)


def test_on_a_phone_it_has_a_line_of_its_own_within_the_screen(console: Page, server: Any) -> None:
    observed(server, 60, rain_mmph=12.5, gust_mps=8, visibility_m=1500, temperature_c=-1)
    console.set_viewport_size({"width": 360, "height": 740})
    console.reload()
    expect(chip(console)).to_contain_text("시정 1500 m")
    box = chip(console).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert console.evaluate("document.documentElement.scrollWidth") <= 360
    chip(console).click()
    dialog = console.get_by_role("dialog").bounding_box()
    assert dialog is not None
    assert dialog["x"] >= 0
    assert dialog["x"] + dialog["width"] <= 360
