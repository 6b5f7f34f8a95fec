"""What verdicts have made quiet stays in sight, and rings again by one click."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from fleet_server.api.incident_models import ReportView
from patrol.incident import AnomalyKind

NODE = 212
CAMERA = AnomalyKind.CAMERA_TAMPERING


def quiet_night(server: Any) -> None:
    """Something that was quieted, and something that rings."""
    made = server.suppressions.add(CAMERA, NODE)
    quiet = server.report(CAMERA, NODE)
    server.suppressions.quiet(quiet.incident_id, made)
    server.send({"type": "suppression", "suppression": made.model_dump(mode="json")})
    server.send({"type": "incident", "incident": quiet.model_dump(mode="json")})
    server.report(AnomalyKind.LOITERING, 131)


def test_a_quieted_incident_is_grey_below_the_others_and_says_why(
    console: Page, server: Any
) -> None:
    server.call(lambda: quiet_night(server))
    rows = console.locator("[data-incident-row]")
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("울리지 않음")
    expect(console.get_by_test_id("open-count")).to_have_text("1")
    rows.last.locator(".incident-row").click()
    expect(console.get_by_test_id("quieted")).to_contain_text("판단 3건")
    expect(console.locator(".incident-marker.quieted")).to_be_visible()


def test_an_incident_that_two_vehicles_see_names_both(console: Page, server: Any) -> None:
    def seen_twice() -> None:
        incident = server.world.report_incident(AnomalyKind.COLLAPSED_PERSON, NODE)
        incident.reports = [
            ReportView(
                incident_id=f"r-{vehicle}",
                vehicle_id=vehicle,
                phase="opened",
                x_m=incident.x_m,
                y_m=incident.y_m,
                longitude_deg=incident.longitude_deg,
                latitude_deg=incident.latitude_deg,
                position_sigma_m=0.5,
                position_covariance_m2=(0.25, 0.0, 0.04),
                confidence=0.8,
                detected_at=incident.detected_at,
                updated_at=incident.updated_at,
            )
            for vehicle in ("sunra/goalie-01", "sunra/light-02")
        ]
        server.send({"type": "incident", "incident": incident.model_dump(mode="json")})

    server.call(seen_twice)
    detail = console.locator(".incident-detail")
    expect(detail).to_contain_text("보고 2건을 한 사건으로 묶음")
    detail.get_by_role("button", name="light-02").click()
    expect(console.locator("[data-vehicle-row='sunra/light-02']")).to_have_class(
        re.compile("selected")
    )


def test_the_list_says_from_which_verdicts_and_one_click_ends_it(
    console: Page, server: Any
) -> None:
    server.call(lambda: quiet_night(server))
    console.get_by_role("button", name="무음", exact=True).click()
    card = console.locator("[data-suppression='suppression-1']")
    expect(card).to_contain_text("카메라 방해")
    expect(card).to_contain_text("평일 22:40–01:40")
    card.get_by_text("근거 판단 3건").click()
    expect(card).to_contain_text("minji")
    card.get_by_role("button", name="다시 울리기").click()
    expect(card).to_contain_text("operator 해제")
    expect(console.locator(".toasts")).to_contain_text("다시 울립니다")
    assert server.suppressions.known["suppression-1"].state == "ended"
    expect(console.get_by_test_id("open-count")).to_have_text("2")
