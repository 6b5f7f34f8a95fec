"""Sealed originals: the privacy officer asks for them with a reason; nobody else sees the form."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fleet_server.api.incident_models import EvidenceView
from patrol.incident import AnomalyKind

ALLEY_NODE = 212


def evidence(kind: str, media_type: str) -> EvidenceView:
    return EvidenceView(
        evidence_id=f"ev-{kind}",
        kind=kind,
        media_type=media_type,
        url=f"/api/v1/evidence/ev-{kind}",
        blurred=kind != "original",
        sha256="0" * 64,
    )


@pytest.fixture
def incident(page: Page, server: Any, request: pytest.FixtureRequest) -> Page:
    """An incident with its record and an original, opened by a user of some role."""
    server.user.role = request.param
    page.fill("[name=username]", "operator")
    page.fill("[name=password]", "night-watch")
    page.click("button[type=submit]")
    expect(page.locator("[data-vehicle='sunra/goalie-01']")).to_be_visible()
    server.call(lambda: server.report(AnomalyKind.LOITERING, ALLEY_NODE))
    (told,) = server.world.incidents.values()
    told.evidence += [
        evidence("record", "application/json"), evidence("original", "application/age"),
    ]  # fmt: skip
    server.call(
        lambda: server.send({"type": "incident", "incident": told.model_dump(mode="json")})
    )
    page.locator("[data-incident='incident-1']").click()
    return page


@pytest.mark.parametrize("incident", ["privacy_officer"], indirect=True)
def test_the_officer_asks_with_a_reason(incident: Page, server: Any) -> None:
    form = incident.get_by_test_id("originals")
    ask = form.get_by_role("button", name="원본 요청")
    expect(ask).to_be_disabled()
    form.get_by_label("요청 사유").fill("112")
    expect(ask).to_be_disabled()
    form.get_by_label("요청 사유").fill("112 사건 4711, 관악경찰서 공문")
    ask.click()
    expect(incident.get_by_text("원본을 요청했습니다: sunra/goalie-01")).to_be_visible()
    expect(form.get_by_label("요청 사유")).to_have_value("")
    assert server.world.reasons == ["112 사건 4711, 관악경찰서 공문"]
    link = form.get_by_role("link", name="봉인된 원본 받기")
    expect(link).to_have_attribute("download", "ev-original.mp4.age")
    expect(incident.get_by_test_id("acknowledge")).to_have_count(0)


@pytest.mark.parametrize("incident", ["operator", "viewer", "admin"], indirect=True)
def test_nobody_else_is_offered_them(incident: Page) -> None:
    record = incident.get_by_role("link", name="증거 기록")
    expect(record).to_have_attribute("href", "/api/v1/evidence/ev-record")
    expect(incident.get_by_test_id("originals")).to_have_count(0)
