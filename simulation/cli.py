"""`sunra simulate …`: a fleet, a picture, a drive."""

from __future__ import annotations

import click

from patrol.lazy_group import CommandTable, LazyGroup

# subcommand → (module, attribute, one line of help)
COMMANDS: CommandTable = {
    "drive": ("simulation.drive_cli", "drive_command", "Drive a patrol without ROS."),
    "fleet": ("simulation.fleet_cli", "fleet_command", "Run light vehicles against a server."),
    "picture": ("simulation.picture_cli", "picture_command", "Render one camera picture."),
}


@click.group("simulate", cls=LazyGroup, table=COMMANDS)
def simulate_group() -> None:
    """Simulate a vehicle or a fleet."""
