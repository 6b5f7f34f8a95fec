"""Why evidence is looked at: filled in while an incident waits, asked once when it is over."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fleet_server.api.incident_models import EvidenceView
from patrol.incident import AnomalyKind

ALLEY_NODE = 212
PICTURE = ".incident-detail .evidence img"


def told(server: Any) -> list[tuple[str, str | None, str | None]]:
    return [
        (look.evidence_id, look.purpose, look.note) for _, look in reversed(server.looks.known)
    ]


def show_all(page: Page) -> None:
    """What is over leaves the list of what is to do: it is in nobody's way there."""
    page.get_by_role("button", name="전체", exact=True).click()


@pytest.fixture
def resolved(console: Page, server: Any) -> Page:
    """An incident that was answered and judged just now."""
    server.call(lambda: server.report(AnomalyKind.LOITERING, ALLEY_NODE))
    console.locator("[data-incident-row='incident-1'] .incident-row").click()
    expect(console.locator(PICTURE).first).to_be_visible()
    console.get_by_test_id("acknowledge").click()
    console.locator(".verdict-harmless").first.click()
    console.get_by_role("button", name="사건 종결").click()
    show_all(console)
    expect(console.get_by_test_id("purpose")).to_be_visible()
    return console


def test_nobody_is_asked_while_the_incident_is_being_answered(console: Page, server: Any) -> None:
    server.call(lambda: server.report(AnomalyKind.COLLAPSED_PERSON, ALLEY_NODE))
    expect(console.locator(PICTURE).first).to_be_visible()
    console.get_by_test_id("acknowledge").click()
    expect(console.get_by_role("button", name="사건 종결")).to_be_visible()
    expect(console.get_by_test_id("purpose")).to_have_count(0)
    assert {purpose for _, purpose, _ in told(server)} == {"answering"}


def test_of_what_is_over_nothing_is_fetched_before_a_purpose_is_given_once(
    resolved: Page, server: Any
) -> None:
    expect(resolved.locator(PICTURE)).to_have_count(0)
    before = len(told(server))
    form = resolved.get_by_test_id("purpose")
    show = form.get_by_role("button", name="열람")
    expect(show).to_be_disabled()
    form.get_by_label("열람 목적").select_option("other")
    expect(show).to_be_disabled()
    form.get_by_label("내용").fill("교육")
    expect(show).to_be_disabled()
    assert len(told(server)) == before
    form.get_by_label("내용").fill("신입 교육 자료")
    show.click()
    expect(resolved.locator(PICTURE).first).to_be_visible()
    expect(form).to_have_count(0)
    assert {look[1:] for look in told(server)[before:]} == {("other", "신입 교육 자료")}
    resolved.reload()
    show_all(resolved)
    resolved.locator("[data-incident-row='incident-1'] .incident-row").click()
    expect(resolved.get_by_test_id("purpose")).to_be_visible()  # another session of the page


def test_it_is_kept_while_another_incident_is_read(resolved: Page, server: Any) -> None:
    form = resolved.get_by_test_id("purpose")
    form.get_by_label("열람 목적").select_option("handover")
    form.get_by_role("button", name="열람").click()
    expect(resolved.locator(PICTURE).first).to_be_visible()
    server.call(lambda: server.report(AnomalyKind.INTRUSION, 215))
    show_all(resolved)
    resolved.locator("[data-incident-row='incident-2'] .incident-row").click()
    expect(resolved.get_by_test_id("acknowledge")).to_be_visible()
    show_all(resolved)
    resolved.locator("[data-incident-row='incident-1'] .incident-row").click()
    expect(resolved.locator(PICTURE).first).to_be_visible()
    expect(resolved.get_by_test_id("purpose")).to_have_count(0)


def test_the_record_says_who_looked_and_why(resolved: Page, server: Any) -> None:
    form = resolved.get_by_test_id("purpose")
    form.get_by_label("열람 목적").select_option("subject_request")
    form.get_by_label("내용").fill("열람 청구 2027-3")
    form.get_by_role("button", name="열람").click()
    expect(resolved.locator(PICTURE).first).to_be_visible()
    record = resolved.get_by_test_id("looks")
    record.locator("summary").click()
    first = record.locator("li").first
    expect(first).to_contain_text("operator")
    expect(first).to_contain_text("정보주체의 열람 요구")
    expect(first).to_contain_text("열람 청구 2027-3")
    expect(record.locator("li").last).to_contain_text("사건 대응")
    resolved.keyboard.press("Escape")


def test_files_beside_the_picture_wait_for_the_purpose_too(resolved: Page, server: Any) -> None:
    (incident,) = server.world.incidents.values()
    incident.evidence.append(
        EvidenceView(
            evidence_id="ev-record", kind="record", media_type="application/json",
            url="/api/v1/evidence/ev-record", blurred=True, sha256="0" * 64,
        )
    )  # fmt: skip
    message = {"type": "incident", "incident": incident.model_dump(mode="json")}
    server.call(lambda: server.send(message))
    record = resolved.get_by_role("link", name="증거 기록 (JSON)")
    expect(record).to_have_count(0)
    form = resolved.get_by_test_id("purpose")
    expect(form).to_have_count(1)
    form.get_by_label("열람 목적").select_option("review")
    form.get_by_role("button", name="열람").click()
    expect(record).to_have_attribute("href", "/api/v1/evidence/ev-record?purpose=review")


def test_it_is_asked_in_english_as_well(resolved: Page) -> None:
    resolved.get_by_role("button", name="English").click()
    form = resolved.get_by_test_id("purpose")
    expect(form.get_by_label("Purpose", exact=True)).to_contain_text("Request of the person shown")
    expect(form.get_by_role("button", name="Show", exact=True)).to_be_disabled()
