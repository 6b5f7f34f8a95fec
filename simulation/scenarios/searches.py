"""The open search of a scenario about a missing person, as an operator would have described it."""

from __future__ import annotations

from patrol.person_search import AgeGroup, Build, PersonSearch
from simulation.actors.kinds import BODY_HEIGHT_M, OLD, Body
from simulation.actors.looks import HEIGHT_SIGMA
from simulation.scenarios.define_people import Sought
from simulation.scenarios.scenario import Scenario

OPEN_FOR_S = 24 * 3600.0
HEIGHT_SIGMAS = 1.5  # of people of one sex and age: what a family says of somebody's height


def searches_of(scenario: Scenario, now_s: float) -> tuple[PersonSearch, ...]:
    """What the vehicle is told to look for: by the definition, never by who is there."""
    definition = scenario.truth.definition if scenario.truth is not None else None
    if not isinstance(definition, Sought):
        return ()
    body = definition.body
    height_m, doubt = BODY_HEIGHT_M[body], HEIGHT_SIGMAS * HEIGHT_SIGMA
    search = PersonSearch(
        "sought",
        now_s,
        now_s + OPEN_FOR_S,
        top_rgb=definition.top,
        trousers_rgb=definition.trousers,
        height_m=(height_m * (1 - doubt), height_m * (1 + doubt)),
        age_group=_age_group(body),
        build=Build.HEAVY if body is Body.HEAVY_MAN else Build.AVERAGE,
    )
    return (search,)


def _age_group(body: Body) -> AgeGroup:
    if body is Body.CHILD:
        return AgeGroup.CHILD
    return AgeGroup.OLD if body in OLD else AgeGroup.ADULT
