"""Persistent patrol: the smallest worst idleness for a team, for as long as it runs."""

from navigation.planning.persistent.plan import Beat, Join, PersistentPlan, Relay
from navigation.planning.persistent.planner import plan_persistent
from navigation.planning.persistent.replanning import replan
from navigation.planning.persistent.search import QUICK, Effort
from navigation.planning.persistent.state import team_at
from navigation.planning.persistent.team import TeamVehicle
from navigation.planning.persistent.trace import simulate_plan

__all__ = [
    "QUICK",
    "Beat",
    "Effort",
    "Join",
    "PersistentPlan",
    "Relay",
    "TeamVehicle",
    "plan_persistent",
    "replan",
    "simulate_plan",
    "team_at",
]
