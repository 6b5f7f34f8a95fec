"""What becomes of a plan under way when something happens: one entry for every mode.

`replan_fleet` keeps promises: who has a checkpoint, a street or a round keeps it unless it cannot,
and a vehicle that nothing happened to keeps its very route where that is feasible and not much
worse. The new plan says what moved, and why each vehicle got what it got.
"""

from navigation.planning.fleet.replanning.changes import Away, Changes, Moved
from navigation.planning.fleet.replanning.fleet import replan_fleet
from navigation.planning.fleet.replanning.standing import Standing
from navigation.planning.fleet.replanning.team import RunningPlan

__all__ = ["Away", "Changes", "Moved", "RunningPlan", "Standing", "replan_fleet"]
