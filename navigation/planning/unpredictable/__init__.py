"""Unpredictable patrols: random moves with a proven bound on idleness."""

from navigation.planning.unpredictable.planner import PatrolMove, UnpredictablePatrol
from navigation.planning.unpredictable.rules import LoneRules, Rules, rules_for
from navigation.planning.unpredictable.seating import Whereabouts
from navigation.planning.unpredictable.simulate import moves, simulate_unpredictable

__all__ = [
    "LoneRules",
    "PatrolMove",
    "Rules",
    "UnpredictablePatrol",
    "Whereabouts",
    "moves",
    "rules_for",
    "simulate_unpredictable",
]
