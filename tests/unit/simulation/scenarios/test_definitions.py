"""When an event counts as there, and what only looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.actors.kinds import ActorKind, Body, Posture
from simulation.actors.spec import ActorSpec
from simulation.actors.state import ActorState, Motion
from simulation.conditions import Conditions
from simulation.scenarios.define_people import (
    AloneAtNight,
    Crowds,
    Fights,
    Lies,
    Runs,
    SitsOnRoad,
    Sought,
    Tampers,
)
from simulation.scenarios.define_places import Intrudes, Loiters, OnCarriageway
from simulation.scenarios.define_things import (
    Blocks,
    Changed,
    Grown,
    LampDark,
    LeftAlone,
    ParksBadly,
)
from simulation.scenarios.definitions import AnyDefinition
from simulation.scenarios.expect_seeing import DoesNotShow, Shows
from simulation.scenarios.places import Place
from simulation.scenarios.trace import Trace
from tests.unit.simulation.scenarios.acting import DAY, LYING, STREET, at, person, trace_of

NIGHT = Conditions(23.0)
ROAD, ZEBRA = (60.0, 7.0), (40.0, 7.0)
ALLEY, PAVEMENT = (40.0, 25.0), (85.0, -25.0)
ZONE = tuple(Place(105, f, left) for f, left in ((0.5, 1.0), (0.8, 1.0), (0.8, 3.0), (0.5, 3.0)))


def met(trace: Trace, definition: AnyDefinition, *who: str) -> bool:
    return Shows(definition, who or ("eva",)).check(trace)[0]


def test_lying_counts_after_its_time_from_when_the_fall_is_over() -> None:
    def falls(t_s: float) -> ActorState:
        if t_s < 3:
            return at()
        return replace(LYING, motion=Motion.FALLING) if t_s < 4 else LYING

    trace = trace_of([(person(), falls)])
    assert Shows(Lies(), ("eva",)).check(trace) == (True, "from 4.0 s, there at 9.0 s")


@given(seconds=st.floats(0.4, 12.0))
def test_an_event_is_there_exactly_when_it_lasts(seconds: float) -> None:
    trace = trace_of([(person(), lambda t: LYING if 2 <= t < 2 + seconds else at())])
    lasted = sum(2 <= m.t_s < 2 + seconds for m in trace.scene.moments) - 1
    assert met(trace, Lies()) is (lasted * 0.2 >= 5.0 - 1e-6)


def test_a_pause_begins_the_time_anew() -> None:
    trace = trace_of([(person(), lambda t: at() if 4.0 <= t <= 4.5 else LYING)], 9.0)
    assert not met(trace, Lies())


SITTING = at(posture=Posture.SITTING)
CASES: tuple[tuple[AnyDefinition, ActorSpec, ActorState, Conditions, bool], ...] = (
    (SitsOnRoad(), person(), SITTING, NIGHT, True),
    (SitsOnRoad(), person(), SITTING, DAY, False),
    (SitsOnRoad(), person(), at((70.0, 60.0), posture=Posture.SITTING), NIGHT, False),
    (SitsOnRoad(), person(), at(posture=Posture.SITTING_BENCH), NIGHT, False),
    (Loiters(zone=ZONE, for_s=15), person(), at(), DAY, True),
    (Loiters(zone=ZONE, for_s=15), person(), at((60.0, -2.0)), DAY, False),
    (Loiters(zone=ZONE, for_s=15), person(kind=ActorKind.CAT), at(), DAY, False),
    (Intrudes(zone=ZONE, hours=(22.0, 6.0)), person(), at(), NIGHT, True),
    (Intrudes(zone=ZONE, hours=(22.0, 6.0)), person(), at(), DAY, False),
    (Intrudes(zone=ZONE), person(kind=ActorKind.PLASTIC_BAG), at(), DAY, False),
    (OnCarriageway(), person(), at(ROAD), DAY, True),
    (OnCarriageway(), person(), at(ZEBRA), DAY, False),
    (OnCarriageway(), person(), at(STREET), DAY, False),
    (OnCarriageway(), person(kind=ActorKind.CYCLIST), at(ROAD), DAY, False),
    (Runs(), person(), at(speed_mps=3.0), DAY, True),
    (Runs(), person(), at(speed_mps=2.1), DAY, False),
    (Runs(), person(kind=ActorKind.SCOOTER), at(speed_mps=4.0), DAY, False),
    (AloneAtNight(), person(body=Body.CHILD), at(), NIGHT, True),
    (AloneAtNight(), person(body=Body.OLD_MAN), at(), NIGHT, True),
    (AloneAtNight(), person(body=Body.CHILD), at(), DAY, False),
    (AloneAtNight(), person(body=Body.WOMAN), at(), NIGHT, False),
    (Grown(what=ActorKind.FIRE), person(kind=ActorKind.FIRE), at(amount=0.5), DAY, True),
    (Grown(what=ActorKind.FIRE), person(kind=ActorKind.FIRE), at(amount=0.2), DAY, False),
    (Grown(what=ActorKind.SMOKE), person(kind=ActorKind.FIRE), at(amount=0.5), DAY, False),
    (Changed(), person(kind=ActorKind.DOOR), at(amount=-1.2), DAY, True),
    (Changed(), person(kind=ActorKind.DOOR), at(amount=0.1), DAY, False),
    (Changed(), person(kind=ActorKind.BOX), at((62.0, 2.0)), DAY, True),
    (Changed(), person(kind=ActorKind.BOX), at(), DAY, False),
    (ParksBadly(), person(kind=ActorKind.CAR), at((45.0, 2.3)), DAY, True),
    (ParksBadly(), person(kind=ActorKind.CAR), at(PAVEMENT), DAY, True),
    (ParksBadly(), person(kind=ActorKind.CAR), at((65.0, 2.3)), DAY, False),
    (ParksBadly(), person(kind=ActorKind.CAR), at((45.0, 2.3), speed_mps=4.0), DAY, False),
    (Blocks(), person(kind=ActorKind.BOX), at(ALLEY), DAY, True),
    (Blocks(), person(kind=ActorKind.BOX), at((40.7, 25.0)), DAY, False),
    (Blocks(), person(), at(ALLEY, speed_mps=1.0), DAY, False),
    (Blocks(), person(kind=ActorKind.CAR), at((60.0, 2.3)), DAY, False),
    (Tampers(), person(), at(motion=Motion.REACHING), DAY, True),
    (Tampers(), person(), at(), DAY, False),
    (Sought(body=Body.MAN, top=(0.9, 0.1, 0.1), trousers=(0.1, 0.1, 0.1)),
     person(body=Body.MAN, top=(0.9, 0.1, 0.1), trousers=(0.1, 0.1, 0.1)), at(), DAY, True),
    (Sought(body=Body.MAN, top=(0.9, 0.1, 0.1), trousers=(0.1, 0.1, 0.1)),
     person(body=Body.MAN, top=(0.1, 0.1, 0.9), trousers=(0.1, 0.1, 0.1)), at(), DAY, False),
    (Sought(body=Body.CHILD, top=(0.9, 0.1, 0.1), trousers=(0.1, 0.1, 0.1)),
     person(body=Body.MAN, top=(0.9, 0.1, 0.1), trousers=(0.1, 0.1, 0.1)), at(), DAY, False),
)  # fmt: skip


@pytest.mark.parametrize(("definition", "spec", "state", "conditions", "is_event"), CASES)
def test_a_definition_tells_an_event_from_what_looks_like_it(
    definition: AnyDefinition,
    spec: ActorSpec,
    state: ActorState,
    conditions: Conditions,
    is_event: bool,
) -> None:
    trace = trace_of([(spec, lambda _: state)], conditions=conditions)
    assert met(trace, definition) is is_event
    assert DoesNotShow(definition).check(trace)[0] is not is_event


def test_somebody_with_company_is_not_alone() -> None:
    child, parent = person("child", body=Body.CHILD), person("parent")
    trace = trace_of([(child, lambda _: at()), (parent, lambda _: at((62.0, 2.0)))], 15, NIGHT)
    assert not met(trace, AloneAtNight(), "child")


def test_a_fight_needs_two_within_reach() -> None:
    blows = at(motion=Motion.FIGHTING)
    for apart_m, is_fight in ((0.9, True), (3.0, False)):
        there = replace(blows, x_m=STREET[0] + apart_m)
        both = [
            (person("a"), lambda _: blows),
            (person("b"), lambda _, there=there: there),  # type: ignore[misc]
        ]
        assert met(trace_of(both), Fights(), "a", "b") is is_fight


def test_a_crowd_is_a_number_within_a_circle() -> None:
    for gap_m, is_crowd in ((0.5, True), (1.2, False)):  # a knot of people, a queue
        plays = [
            (person(str(i)), lambda _, x=60 + gap_m * i: at((x, 2.0)))  # type: ignore[misc]
            for i in range(8)
        ]
        assert met(trace_of(plays), Crowds(), *map(str, range(8))) is is_crowd


def test_a_thing_is_abandoned_only_after_somebody_carried_it() -> None:
    def carried(t_s: float) -> ActorState:
        return at(z_offset_m=0.4, speed_mps=1.0) if t_s < 3 else at()

    def leaves(t_s: float) -> ActorState:
        return at((60.0 + max(0.0, t_s - 4), 2.0))

    bag = person("bag", ActorKind.BAG)
    owner = person("owner")
    left = trace_of([(bag, carried), (owner, leaves)], 45)
    assert Shows(LeftAlone(), ("bag",)).check(left) == (True, "from 7.2 s, there at 37.2 s")
    assert not met(trace_of([(bag, carried), (owner, lambda _: at())], 45), LeftAlone(), "bag")
    assert not met(trace_of([(bag, lambda _: at())], 45), LeftAlone(), "bag")


def test_a_lamp_is_dark_only_when_it_should_burn() -> None:
    out = frozenset({"lamp 1"})
    assert met(trace_of([], conditions=NIGHT, dark=out), LampDark(), "lamp 1")
    assert not met(trace_of([], conditions=DAY, dark=out), LampDark(), "lamp 1")
    assert DoesNotShow(LampDark()).check(trace_of([], conditions=NIGHT))[0]


@pytest.mark.parametrize("kind", [Loiters, Intrudes])
def test_a_zone_has_at_least_three_corners(kind: type[Loiters] | type[Intrudes]) -> None:
    with pytest.raises(ValueError, match="zone: 2 corners are no area"):
        kind(zone=ZONE[:2])
