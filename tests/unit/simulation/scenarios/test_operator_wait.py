"""A vehicle that waits for an operator in a scenario, and the event that lets it go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from navigation.planning.patrol_tour import plan_patrol
from patrol.map_geojson import load_map
from simulation.scenarios.director import INSTANT_ACTIONS
from simulation.scenarios.events import OperatorAction
from simulation.vehicle.orders import order_of_tour

SILLIM = load_map(Path(__file__).parents[4] / "maps" / "sillim.geojson")


def test_an_order_has_what_its_checkpoint_names_after_the_visit() -> None:
    first, *others = SILLIM.checkpoints
    asks = replace(first, actions=("waitForOperator",))
    patrol_map = replace(SILLIM, checkpoints=(asks, *others))
    tour = plan_patrol(patrol_map, SILLIM.docks[0].node_id, [first.id])
    nodes = order_of_tour(patrol_map, tour, 0.0).nodes
    (acts,) = [
        n.actions for n in nodes if any(a.action_type == "patrolCheckpoint" for a in n.actions)
    ]
    assert [a.action_type for a in acts][:2] == ["patrolCheckpoint", "waitForOperator"]
    ids = [a.action_id for n in nodes for a in n.actions]
    assert len(ids) == len(set(ids))


def test_every_command_of_an_operator_but_the_reset_on_site_travels_over_the_link() -> None:
    assert set(INSTANT_ACTIONS) == set(OperatorAction) - {OperatorAction.RESET}
    assert INSTANT_ACTIONS[OperatorAction.RELEASE_WAIT] == "releaseOperatorWait"
