"""`sunra simulate …`: a fleet, a picture, a drive."""

from __future__ import annotations

from importlib import import_module

import click

# subcommand → (module, attribute, one line of help)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "drive": ("simulation.drive_cli", "drive_command", "Drive a patrol without ROS."),
    "fleet": ("simulation.fleet_cli", "fleet_command", "Run light vehicles against a server."),
    "picture": ("simulation.picture_cli", "picture_command", "Render one camera picture."),
}


class _LazyGroup(click.Group):
    """Imports a subcommand when it is used: each needs other heavy packages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][2]) for name in sorted(COMMANDS)])


@click.group("simulate", cls=_LazyGroup)
def simulate_group() -> None:
    """Simulate a vehicle or a fleet."""
