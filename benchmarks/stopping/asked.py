"""Which encounters a program is asked to run, with which vehicle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.shared.targets import parser
from patrol.vehicle import VehicleSpec, load_vehicle

GOALIE = Path(__file__).parents[2] / "config" / "vehicles" / "goalie.yaml"


@dataclass(frozen=True, slots=True)
class Asked:
    """The vehicle, the encounters by seed, and the file for the figures."""

    spec: VehicleSpec
    seeds: range
    json: Path | None


def asked(description: str | None, encounters: int) -> Asked:
    """Of the command line; so many encounters unless it says otherwise."""
    arguments = parser(description)
    arguments.add_argument("--encounters", type=int, default=encounters)
    arguments.add_argument("--first", type=int, default=0, help="the first seed")
    given = arguments.parse_args()
    seeds = range(given.first, given.first + given.encounters)
    return Asked(load_vehicle(GOALIE), seeds, given.json)
