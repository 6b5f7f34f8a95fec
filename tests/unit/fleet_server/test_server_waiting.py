"""What a vehicle says that it waits for: words in both languages, for people only."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_server.fleet import waiting_of
from patrol.vda5050.messages import Information
from patrol.waiting import Waiting

HEALTH = Information(info_type="health", info_level="INFO")


def test_every_cause_has_korean_words_of_its_own() -> None:
    assert len({cause.text_ko for cause in Waiting}) == len(Waiting)


@pytest.mark.parametrize("cause", list(Waiting))
def test_a_cause_is_found_among_other_information(kit: Any, cause: Waiting) -> None:
    said = Information(info_type="waiting", info_level="INFO", info_description=cause.value)
    assert waiting_of(kit.make_state(information=[HEALTH, said])) is cause


@pytest.mark.parametrize("text", ["patrolCheckpoint", "", None])
def test_words_that_are_no_cause_are_not_shown(kit: Any, text: str | None) -> None:
    said = Information(info_type="waiting", info_level="INFO", info_description=text)
    assert waiting_of(kit.make_state(information=[said])) is None
    assert waiting_of(kit.make_state(information=[HEALTH])) is None
    assert waiting_of(kit.make_state()) is None
