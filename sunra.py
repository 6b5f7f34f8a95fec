"""The front door: `sunra COMMAND …`. Each command's code is loaded only when it is called."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from patrol.errors import SunraError
from patrol.lazy_group import CommandTable, LazyGroup

# command → (module, attribute, one line of help)
COMMANDS: CommandTable = {
    "map": ("navigation.map_cli", "map_group", "Make, check, edit, merge and draw patrol maps."),
    "plan": ("navigation.plan_cli", "plan_command", "Plan patrols of one vehicle or a team."),
    "replan": ("navigation.replan_cli", "replan_command", "Plan the rest anew after an event."),
    "localize": ("navigation.localize_cli", "localize_command", "Localize a recorded drive."),
    "replay": ("navigation.replay_cli", "replay_command", "Run the stages on a recording anew."),
    "blackbox": ("fleet_client.black_box_cli", "blackbox_group", "List and verify seals."),
    "evidence": ("perception.evidence_cli", "evidence_group", "Verify a vehicle's evidence."),
    "models": ("perception.cli", "models_group", "Fetch and verify model weights."),
    "detect": ("perception.cli", "detect_command", "Run the detector on pictures or a video."),
    "serve": ("fleet_server.cli", "serve_command", "Run the fleet server."),
    "enroll": ("fleet_server.cli", "enroll_command", "Give a vehicle its credentials."),
    "broker-users": (
        "fleet_server.cli",
        "broker_users_command",
        "Write an outside broker's users.",
    ),
    "passwd": ("fleet_server.cli", "passwd_command", "Give a user a new password."),
    "publish": ("fleet_server.publish_cli", "publish_command", "Give vehicles a new map."),
    "simulate": ("demo.simulate_cli", "simulate_group", "Simulate a vehicle or a fleet."),
    "base": ("patrol_base.check_cli", "base_group", "Try a vehicle's hardware on a bench."),
    "drive": ("patrol_bringup.cli", "drive_command", "Run a vehicle's ROS 2 processes."),
    "prepare": ("demo.prepare", "prepare_command", "Fetch and build what the others need."),
    "demo": ("demo.cli", "demo_command", "Run the whole chain on this machine."),
}


@click.group(
    cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="sunra")
def cli() -> None:
    """Sunra: autonomous patrol robots for a neighbourhood."""


def main() -> None:
    """Run the command line; whatever is wrong with it is one line on stderr and exit status 2."""
    try:
        status = cli(prog_name="sunra", standalone_mode=False)
    except SunraError as error:
        _refuse(str(error), 2)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "sunra"
        _refuse(f"{error.format_message().rstrip('.')} (see: {command} --help)", error.exit_code)
    except click.ClickException as error:
        _refuse(error.format_message(), error.exit_code)
    except OSError as error:
        if error.filename is None:
            raise
        _refuse(f"{error.filename}: {error.strerror}", 2)
    except click.Abort:
        sys.exit(130)  # Ctrl-C, as a shell counts it
    sys.exit(status if isinstance(status, int) else 0)


def _refuse(message: str, status: int) -> NoReturn:
    click.echo(f"sunra: {' '.join(message.split())}", err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
