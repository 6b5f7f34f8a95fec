"""`sunra evidence`: whether evidence is as it was written, and what a sealed original holds."""

from __future__ import annotations

import sys
from pathlib import Path

import click

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


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


@evidence_group.command("keygen")
@click.argument("file", type=_FILE)
def keygen_command(file: Path) -> None:
    """Write a new identity to FILE, for its owner's eyes only, and print its recipient.

    The recipient goes into perception.yaml (evidence.originals_for); the identity opens what was
    sealed for it, and stays off every vehicle and server.
    """
    from perception.identity_file import write_identity

    click.echo(write_identity(file))


@evidence_group.command("unseal")
@click.argument("file", type=_FILE)
@click.option("--identity", type=_FILE, required=True, help="What `keygen` wrote.")
@click.option("--to", type=_FILE, required=True, help="The film; must not exist.")
def unseal_command(file: Path, identity: Path, to: Path) -> None:
    """Open FILE, a released original (.mp4.age), and write the film it holds."""
    from perception.identity_file import unseal_file

    click.echo(f"{to}: {unseal_file(file, identity, to)} bytes")
