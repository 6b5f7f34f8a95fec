"""One vehicle of a publication: what its state means, and what it is sent."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet_server.publishing.publication import Publication, next_phase
from fleet_server.publishing.target import MAPS_LEFT, TRIES, Seen, Target, Wanted, look
from patrol.vda5050.map_transfer import MAP_ACTIONS, map_link
from patrol.vda5050.messages import Action, ActionState, MapInfo

OLD, NEW = "a" * 64, "b" * 64


def wanted(may_enable: bool = False) -> Wanted:
    return Wanted("p1", "square", NEW, may_enable, OLD, 5.0)


def info(version: str, status: Any = "DISABLED", map_id: str = "square") -> MapInfo:
    return MapInfo(map_id=map_id, map_version=version, map_status=status)


class Talk:
    """A vehicle and the server's look at it, second by second."""

    def __init__(self, kit: Any) -> None:
        self.kit = kit
        self.target = Target()
        self.now_s = 0.0
        self.online = True
        self.maps = [info(OLD, "ENABLED")]
        self.states: list[ActionState] = []

    def look(self, seconds: float = 1.0, may_enable: bool = False) -> list[Action]:
        self.now_s += seconds
        state = self.kit.make_state(maps=self.maps, action_states=self.states)
        seen = Seen(state, self.online)
        self.target, actions = look(self.target, wanted(may_enable), seen, self.now_s)
        return actions

    def says(self, action_id: str, status: Any, text: str | None = None) -> None:
        self.states = [
            ActionState(action_id=action_id, action_status=status, result_description=text)
        ]


@pytest.fixture
def talk(kit: Any) -> Talk:
    return Talk(kit)


def test_map_is_downloaded_read_back_and_only_then_enabled(talk: Talk) -> None:
    [action] = talk.look()
    assert action.action_type == "downloadMap"
    assert action.parameters() == {
        "mapId": "square",
        "mapVersion": NEW,
        "mapDownloadLink": map_link("square", NEW),
        "mapHash": NEW,
    }
    talk.says(action.action_id, "RUNNING", "3 of 9 pieces")
    assert talk.look(9.0) == []
    assert (talk.target.status, talk.target.reason) == ("downloading", "running: 3 of 9 pieces")
    talk.maps.append(info(NEW))
    assert talk.look() == []
    assert talk.target.status == "ready"
    [action] = talk.look(may_enable=True)
    assert (action.action_type, action.blocking_type) == ("enableMap", "SOFT")
    talk.says(action.action_id, "WAITING", "order o1 is under way")
    assert talk.look(60.0, may_enable=True) == []
    assert talk.target.reason == "waiting: order o1 is under way"
    talk.maps = [info(NEW, "ENABLED"), info(OLD)]
    talk.look(may_enable=True)
    assert talk.target == Target("enabled", None, "enableMap", 1, 1, talk.target.sent_at_s)


def test_finished_action_alone_proves_nothing(talk: Talk) -> None:
    [action] = talk.look()
    talk.says(action.action_id, "FINISHED")
    talk.look(1.0)
    assert talk.target.status == "downloading"
    talk.look(6.0)
    assert talk.target.attempt == 2


def test_action_that_no_state_shows_is_sent_again_under_its_id(talk: Talk) -> None:
    [first] = talk.look()
    assert talk.look(4.0) == []
    [again] = talk.look(2.0)
    assert again.action_id == first.action_id


def test_failure_is_tried_again_under_a_new_id_and_then_given_up(talk: Talk) -> None:
    ids = []
    for _ in range(TRIES):
        [action] = talk.look()
        ids.append(action.action_id)
        talk.says(action.action_id, "FAILED", "arrived damaged")
        assert talk.look() == []
    assert len(set(ids)) == TRIES
    assert (talk.target.status, talk.target.reason) == ("failed", "arrived damaged")
    assert talk.look(100.0) == []


def test_vehicle_that_never_answers_is_given_up(talk: Talk) -> None:
    for _ in range(200):
        talk.look(6.0)
    assert (talk.target.status, talk.target.reason) == ("failed", "no answer to downloadMap")


def test_vehicle_that_is_away_is_waited_for(talk: Talk) -> None:
    talk.online = False
    for _ in range(200):
        assert talk.look(60.0) == []
    assert (talk.target.status, talk.target.reason) == ("waiting", "not connected")
    talk.online = True
    assert len(talk.look()) == 1


def test_vehicle_of_another_area_fails_at_once(talk: Talk) -> None:
    talk.maps = [info(OLD, "ENABLED", "elsewhere")]
    assert talk.look() == []
    assert talk.target.reason == "drives another map"


def test_vehicle_that_has_it_already_is_asked_for_nothing(talk: Talk) -> None:
    talk.maps = [info(NEW, "ENABLED")]
    assert talk.look(may_enable=True) == []
    assert talk.target.status == "enabled"


def test_old_versions_make_room(talk: Talk) -> None:
    spare = [f"{n:064x}" for n in range(1, MAPS_LEFT + 2)]
    talk.maps += [info(version) for version in spare]
    actions = talk.look()
    assert [a.action_type for a in actions] == ["deleteMap", "deleteMap", "downloadMap"]
    assert [a.parameters()["mapVersion"] for a in actions[:2]] == spare[:2]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # `kit` is a module
)
@given(rng=st.randoms(use_true_random=False))
def test_vehicle_that_obeys_ends_enabled_whatever_gets_lost(kit: Any, rng: random.Random) -> None:
    """Sends and states are lost at random; the vehicle enables nothing before it may."""
    maps, states, target, now_s = {OLD: "ENABLED"}, {}, Target(), 0.0
    may_enable = False
    for _ in range(400):
        now_s += rng.choice([1.0, 6.0])
        shown = [ActionState(action_id=k, action_status=v) for k, v in states.items()]
        there = [info(version, status) for version, status in maps.items()]
        seen = Seen(kit.make_state(maps=there, action_states=shown), rng.random() < 0.8)
        target, actions = look(target, wanted(may_enable), seen, now_s)
        may_enable |= target.status == "ready"
        if target.status == "enabled":
            break
        assert target.status != "failed"
        for action in actions if rng.random() < 0.7 else []:
            assert action.action_type in MAP_ACTIONS
            assert action.action_type != "enableMap" or may_enable
            states[action.action_id] = "FINISHED"
            if action.action_type == "downloadMap":
                maps.setdefault(NEW, "DISABLED")
            else:
                maps = {OLD: "DISABLED", NEW: "ENABLED"}
    assert target.status == "enabled"


def phase_of(*statuses: str, phase: str = "downloading", together: bool = True) -> str:
    targets = {str(i): Target(status) for i, status in enumerate(statuses)}
    made = Publication("p", "square", NEW, together, "minji", 0.0, targets, phase)
    return next_phase(made)[0]


def test_no_vehicle_switches_before_all_have_read_it_back() -> None:
    assert phase_of("ready", "downloading") == "downloading"
    assert phase_of("ready", "waiting") == "downloading"
    assert phase_of("ready", "ready", "enabled") == "enabling"
    assert phase_of("ready", "failed") == "failed"
    assert phase_of("downloading", "failed") == "downloading"


def test_one_by_one_the_first_may_go_ahead() -> None:
    assert phase_of("ready", "downloading", together=False) == "enabling"
    assert phase_of("failed", "ready", together=False) == "enabling"
    assert phase_of("failed", "failed", together=False) == "failed"


def test_publication_is_over_when_every_vehicle_is() -> None:
    assert phase_of("enabled", "enabling", phase="enabling") == "enabling"
    assert phase_of("enabled", "enabled", phase="enabling") == "done"
    assert phase_of("enabled", "failed", phase="enabling") == "failed"
