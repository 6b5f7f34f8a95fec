"""`sunra simulate …`: scenarios, suites of them, the rehearsal, a fleet, a picture."""

from __future__ import annotations

import click

from patrol.lazy_group import CommandTable, LazyGroup

# subcommand → (module, attribute, one line of help)
COMMANDS: CommandTable = {
    "fleet": ("simulation.fleet_cli", "fleet_command", "Run light vehicles against a server."),
    "gazebo": ("simulation.gazebo_cli", "gazebo_command", "Write a world for Gazebo Harmonic."),
    "picture": ("simulation.picture_cli", "picture_command", "Render one camera picture."),
    "rehearsal": (
        "simulation.scenarios.rehearsal_cli",
        "rehearsal_command",
        "Rehearse the outdoor-robot certification, with a report.",
    ),
    "run": ("simulation.scenarios.run_cli", "run_command", "Run one scenario to its verdicts."),
    "suite": ("simulation.scenarios.suite_cli", "suite_command", "Run many scenarios."),
}


class SimulateGroup(LazyGroup):
    """A scenario file alone means `run`: `sunra simulate config/scenarios/first_patrol.yaml`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` before a file."""
        if args and args[0].endswith((".yaml", ".yml")):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group("simulate", cls=SimulateGroup, table=COMMANDS)
def simulate_group() -> None:
    """Simulate a scenario, a suite of them, a fleet, or one picture."""
