"""A thousand light vehicles: how fast they move, and whether as many real clients keep pace.

Named alternative in the same run: each vehicle in motion arrays of its own.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.shared.targets import Target, finish, parser
from benchmarks.simulating.kinematic import real_time_factors
from benchmarks.simulating.linked import MAP, VEHICLE, run_linked
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

VEHICLES = 1000
KINEMATIC_S, LINKED_S = 600.0, 30.0


def measure() -> list[Target]:
    """All figures of this program."""
    together, alone = real_time_factors(
        load_map(MAP), load_vehicle(VEHICLE), VEHICLES, KINEMATIC_S
    )
    run = run_linked(VEHICLES, LINKED_S)
    print(
        f"clients: {run.connected} of {run.vehicles} connected, {run.states / run.wall_s:.0f}"
        f" states a second, {run.acked / run.wall_s:.0f} acknowledged, {run.driven_m:.0f} m,"
        f" {run.process_s / run.wall_s:.2f} of a core"
    )
    # a fleet in real time cannot be ahead of it: 1.0, but for microseconds between two clocks
    kept = round(run.simulated_s / run.wall_s, 3)
    return [
        Target("1,000 kinematic vehicles, real-time factor", together, 100.0),
        Target("ratio to one motion array for each vehicle", together / alone, 10.0),
        Target("1,000 VDA 5050 clients, simulated seconds a second", kept, 1.0),
        Target("1,000 VDA 5050 clients, real-time factor of one core",
               run.simulated_s / run.process_s, 1.0),
        Target("clients connected", run.connected / run.vehicles, 1.0),
        Target("states acknowledged after the commit", run.acked / run.states, 0.99),
    ]  # fmt: skip


def main() -> int:
    """Print a line for each target; 0 when all were met."""
    arguments = parser(__doc__).parse_args()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return finish(measure(), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
