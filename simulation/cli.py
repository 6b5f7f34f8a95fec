"""The simulator's commands of `sunra simulate …`: scenarios, suites, the rehearsal, a fleet."""

from __future__ import annotations

from patrol.lazy_group import CommandTable

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
