"""`sunra evidence`: whether a vehicle's evidence is as it was when it was written."""

from __future__ import annotations

import sys
from pathlib import Path

import click

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group("evidence")
def evidence_group() -> None:
    """Look into a vehicle's evidence (docs/operations.md)."""


@evidence_group.command("verify")
@click.argument("folder", type=_FOLDER)
def verify_command(folder: Path) -> None:
    """Check FOLDER (STATE_DIR/evidence) by its hash chain; exit status 1 where something is wrong.

    A line names the chain's line and the file; what has expired is noted and is not wrong.
    """
    from perception.evidence_check import check_chain

    verdict = check_chain(folder)
    for note in verdict.notes:
        click.echo(f"note: {note}")
    for problem in verdict.problems:
        click.echo(f"WRONG: {problem}")
    count = len(verdict.problems)
    state = f"{count} problem{'s' if count != 1 else ''}" if count else "as written"
    click.echo(f"{folder}: {verdict.kept} kept, {verdict.expired} expired: {state}")
    sys.exit(1 if count else 0)
