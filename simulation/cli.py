"""`sunra simulate …`: scenarios, suites of them, the rehearsal, a fleet, a picture."""

from __future__ import annotations

import click

from patrol.lazy_group import CommandTable, LazyGroup

# subcommand → (module, attribute, one line of help)
COMMANDS: CommandTable = {
    "fleet": ("simulation.fleet_cli", "fleet_command", "Run light vehicles against a server."),
    "gazebo": ("simulation.gazebo_cli", "gazebo_command", "Write a world for Gazebo Harmonic."),
    "console": (
        "demo.console_cli",
        "console_command",
        "Run one scenario while the console shows it; the same as run SCENARIO --console.",
    ),
    "picture": ("simulation.picture_cli", "picture_command", "Render one camera picture."),
    "rehearsal": (
        "simulation.scenarios.rehearsal_cli",
        "rehearsal_command",
        "Rehearse the outdoor-robot certification, with a report.",
    ),
    "ros": (
        "demo.ros_cli",
        "ros_command",
        "Play one scenario upon the ROS 2 processes; the same as run SCENARIO --ros.",
    ),
    "run": ("simulation.scenarios.run_cli", "run_command", "Run one scenario to its verdicts."),
    "suite": ("simulation.scenarios.suite_cli", "suite_command", "Run many scenarios."),
}


# option of `run` → the subcommand that it stands for; these need more than the libraries
WAYS_TO_RUN = {"--console": "console", "--ros": "ros"}


class SimulateGroup(LazyGroup):
    """A scenario file alone means `run`: `sunra simulate config/scenarios/first_patrol.yaml`."""

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
