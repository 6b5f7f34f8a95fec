"""A server that cannot do its work says so where nobody overlooks it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect


@pytest.mark.parametrize(
    ("health", "korean", "english"),
    [
        ({"database": "down"}, "서버가 지금 저장하지 못합니다", "cannot store at the moment"),
        ({"broker": "down"}, "차량과의 연결(브로커)이 끊겼습니다", "(broker) is down"),
        ({"disk_free_mb": 120.7}, "(120 MB 남음)", "(120 MB left)"),
    ],
    ids=["database", "broker", "disk"],
)
def test_what_is_wrong_stands_above_everything(
    console: Page, server: Any, health: dict[str, Any], korean: str, english: str
) -> None:
    banner = console.get_by_test_id("server-trouble")
    expect(console.get_by_test_id("weather")).to_be_visible()
    expect(banner).to_have_count(0)
    server.health |= {"status": "degraded", **health}
    console.reload()
    expect(banner).to_contain_text(korean)
    console.get_by_test_id("language").click()
    expect(banner).to_contain_text(english)
    server.health |= {"status": "ok"}
    console.reload()
    expect(console.get_by_test_id("weather")).to_be_visible()
    expect(banner).to_have_count(0)
