"""The open search of a scenario: by its definition, and told as a vehicle's node would be."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from patrol.person_search import AgeGroup, Build, PersonSearch
from simulation.actors.kinds import BODY_HEIGHT_M, Body
from simulation.scenarios.collect import collect
from simulation.scenarios.define_people import Lies, Sought
from simulation.scenarios.searches import searches_of
from simulation.vehicle.bus import Bus
from simulation.vehicle.perception_stage import PerceptionStage

ROOT = Path(__file__).parents[4]
NOW_S = 1_774_062_000.0
RED, GREY = (0.8, 0.15, 0.12), (0.5, 0.5, 0.5)


def scenario(definition: object) -> SimpleNamespace:
    return SimpleNamespace(truth=SimpleNamespace(definition=definition))


@pytest.mark.parametrize(
    ("body", "age_group", "build"),
    [
        (Body.CHILD, AgeGroup.CHILD, Build.AVERAGE),
        (Body.OLD_WOMAN, AgeGroup.OLD, Build.AVERAGE),
        (Body.HEAVY_MAN, AgeGroup.ADULT, Build.HEAVY),
    ],
)
def test_a_search_describes_whom_the_definition_means(
    body: Body, age_group: AgeGroup, build: Build
) -> None:
    (search,) = searches_of(scenario(Sought(body=body, top=RED, trousers=GREY)), NOW_S)
    assert (search.top_rgb, search.trousers_rgb) == (RED, GREY)
    assert (search.age_group, search.build) == (age_group, build)
    assert search.height_m is not None
    assert search.height_m[0] < BODY_HEIGHT_M[body] < search.height_m[1]
    assert search.is_open(NOW_S)


def test_other_scenarios_search_for_nobody() -> None:
    assert searches_of(scenario(Lies()), NOW_S) == ()
    assert searches_of(SimpleNamespace(truth=None), NOW_S) == ()


def test_look_alikes_of_the_table_are_searched_for_as_well() -> None:
    scenarios = collect([ROOT / "config" / "scenarios" / "seeing"], [0])
    cases = [one for one in scenarios if "/missing_person/" in one.id]
    assert len(cases) == 6
    for case in cases:
        (search,) = searches_of(case, NOW_S)
        assert search.top_rgb == case.truth.definition.top


class Eyes:
    """Notes what it is told to look for."""

    def __init__(self) -> None:
        self.told: list[tuple[PersonSearch, ...]] = []

    def search(self, searches: tuple[PersonSearch, ...]) -> None:
        self.told.append(searches)

    def step_all(self, *_: object) -> SimpleNamespace:
        return SimpleNamespace(faults=frozenset(), incidents=[])


def test_perception_hears_of_searches_when_they_change_and_after_a_restart() -> None:
    bus, pipelines = Bus(), [Eyes(), Eyes()]
    left = iter(pipelines)
    stage = PerceptionStage(bus, lambda: next(left))
    searches = searches_of(scenario(Sought(body=Body.MAN, top=RED, trousers=GREY)), NOW_S)
    stage.cycle(0.0)
    bus.searches.put(searches, 1.0)
    stage.cycle(1.0)
    stage.cycle(2.0)
    stage.open(3.0)
    stage.cycle(3.0)
    bus.searches.put((), 4.0)
    stage.cycle(4.0)
    assert pipelines[0].told == [searches]
    assert pipelines[1].told == [searches, ()]


def test_perception_that_starts_after_the_end_hears_that_nobody_is_looked_for() -> None:
    bus, eyes = Bus(), Eyes()
    stage = PerceptionStage(bus, lambda: eyes)
    stage.open(0.0)
    stage.cycle(0.0)
    assert eyes.told == [], "nothing was told yet"
    bus.searches.put((), 1.0)
    stage.cycle(1.0)
    stage.cycle(2.0)
    assert eyes.told == [()]
