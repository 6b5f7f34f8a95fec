"""What of a scenario can be played upon the product's ROS processes; the rest is refused.

Sensors, base and body are the simulator's, so what breaks there breaks through ROS as well. Its
hands do not reach into the vehicle's own processes, machine and radio: tests kill those.
"""

from __future__ import annotations

from simulation.scenarios.events import Fault, LetTimePass
from simulation.scenarios.injections import Layer
from simulation.scenarios.scenario import Scenario
from simulation.world import ScenarioError

PLAYED_FILE = "played.pickle"  # the end: (Outcome, Trace), in the vehicle's state folder
REACHED = frozenset({Layer.SENSOR, Layer.BASE, Layer.BODY})


def is_reached(fault: Fault) -> bool:
    """Whether a fault can be injected through ROS."""
    return fault.row.layer in REACHED or fault.inject == "server_killed"


def check_through_ros(scenario: Scenario) -> None:
    """Raises ScenarioError naming the first event or fault that only a run without ROS has."""
    for fault in scenario.faults:
        if not is_reached(fault):
            raise ScenarioError(
                f"{scenario.path}: fault {fault.title!r}: {fault.inject} is of the vehicle's own"
                f" {fault.row.layer}, which --ros does not reach; run it without --ros"
            )
    for event in scenario.events:
        if isinstance(event, LetTimePass):
            raise ScenarioError(
                f"{scenario.path}: event {event.title!r}: hours cannot be skipped with --ros;"
                " run it without --ros"
            )
