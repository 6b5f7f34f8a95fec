"""`sunra simulate …`: the simulator's commands, and two that need the whole product beside."""

from __future__ import annotations

import click

from patrol.lazy_group import CommandTable, LazyGroup
from simulation.cli import COMMANDS as OF_SIMULATION

COMMANDS: CommandTable = {
    **OF_SIMULATION,
    "console": (
        "demo.console_cli",
        "console_command",
        "Run one scenario while the console shows it; the same as run SCENARIO --console.",
    ),
    "ros": (
        "demo.ros_cli",
        "ros_command",
        "Play one scenario upon the ROS 2 processes; the same as run SCENARIO --ros.",
    ),
}
WAYS_TO_RUN = {"--console": "console", "--ros": "ros"}  # option of `run` → the command it means


class SimulateGroup(LazyGroup):
    """A scenario file alone means `run`; `run` with a way to run it means that command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` before a file, or the way to run it that an option asks for."""
        if args and args[0].endswith((".yaml", ".yml")):
            args = ["run", *args]
        asked = [option for option in WAYS_TO_RUN if option in args]
        if len(asked) > 1:
            raise click.UsageError(f"{asked[0]} and {asked[1]} exclude each other", ctx)
        if asked and args[0] == "run":
            rest = [argument for argument in args[1:] if argument not in asked]
            args = [WAYS_TO_RUN[asked[0]], *rest]
        return super().parse_args(ctx, args)


@click.group("simulate", cls=SimulateGroup, table=COMMANDS)
def simulate_group() -> None:
    """Simulate a scenario, a suite of them, a fleet, or one picture."""
