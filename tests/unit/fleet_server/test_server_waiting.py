"""What a vehicle says that it waits for: words in both languages, for people only."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_server.fleet import attention_of, awaits_operator, waiting_of
from patrol.vda5050.messages import (
    ActionState,
    ActionStatus,
    AgvPosition,
    Information,
    Reference,
)
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


@pytest.mark.parametrize(
    ("action_type", "status", "awaits"),
    [
        ("waitForOperator", "RUNNING", True),
        ("waitForOperator", "WAITING", False),
        ("waitForOperator", "FINISHED", False),
        ("waitForOperator", "FAILED", False),
        ("patrolCheckpoint", "RUNNING", False),
    ],
)
def test_an_operator_is_awaited_while_the_action_runs(
    kit: Any, action_type: str, status: ActionStatus, awaits: bool
) -> None:
    action = ActionState(action_id="a", action_status=status, action_type=action_type)
    assert awaits_operator(kit.make_state(action_states=[action])) is awaits


def test_words_alone_await_no_operator(kit: Any) -> None:
    said = Information(
        info_type="waiting", info_level="INFO", info_description=Waiting.OPERATOR.value
    )
    assert not awaits_operator(kit.make_state(information=[said]))


@pytest.mark.anyio
@pytest.mark.parametrize("is_sure", [True, False])
async def test_a_vehicle_is_localised_when_its_state_says_so(
    client: Any, rig: Any, kit: Any, is_sure: bool
) -> None:
    place = AgvPosition(x=0, y=0, theta=0, map_id="square", position_initialized=is_sure)
    await rig.take("state", kit.make_state(agv_position=place))
    view = (await client.get("/vehicles/sunra/goalie-01")).json()
    assert view["localised"] is is_sure


def test_what_is_lit_is_read_from_the_references(kit: Any) -> None:
    said = Information(
        info_type="attention",
        info_level="INFO",
        info_references=[
            Reference(reference_key="beacon", reference_value="on"),
            Reference(reference_key="siren", reference_value="off"),
        ],
    )
    assert attention_of(kit.make_state(information=[HEALTH, said])) == {
        "beacon": True,
        "siren": False,
    }
    assert attention_of(kit.make_state(information=[HEALTH])) == {}
    assert attention_of(kit.make_state()) == {}
