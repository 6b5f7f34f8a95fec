"""Korean for every sentence that an operator reads, planners' and vehicles' included."""

from functools import cache

from fleet_server.wording.phrases import Phrasebook
from fleet_server.wording.plan_phrases import PLAN_PHRASES
from fleet_server.wording.server_phrases import SERVER_PHRASES
from fleet_server.wording.vehicle_phrases import VEHICLE_PHRASES

__all__ = ["PLAN_PHRASES", "SERVER_PHRASES", "VEHICLE_PHRASES", "Phrasebook", "korean"]


@cache
def _book() -> Phrasebook:
    return Phrasebook({**SERVER_PHRASES, **PLAN_PHRASES, **VEHICLE_PHRASES})


def korean(sentence: str) -> str | None:
    """The Korean of an English sentence; None for one that the tables do not know."""
    return _book().korean(sentence)
