"""`sunra blackbox`: what a vehicle has sealed, and whether it is as it was."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from patrol.errors import LogError

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group("blackbox")
def blackbox_group() -> None:
    """Look into a vehicle's black box (docs/black-box.md)."""


@blackbox_group.command("list")
@click.argument("folder", type=_FOLDER)
def list_command(folder: Path) -> None:
    """What is sealed in FOLDER (STATE_DIR/black_box/sealed): when, why, how much."""
    from fleet_client.black_box.retention import size_mb
    from fleet_client.black_box.seals import manifests

    if not folder.is_dir():
        raise LogError(f"{folder}: no such folder")
    found = manifests(folder)
    for seal in sorted(found, key=lambda manifest: int(manifest["sequence"])):
        click.echo(
            f"{seal['sequence']:>5}  {seal['opened_utc']}  {seal['reason']:<8}  "
            f"{seal['subject']}  {_count(len(seal['files']), 'file')}"
        )
    size = size_mb(path for path in folder.iterdir() if path.is_dir())
    click.echo(f"{_count(len(found), 'seal')}, {size:.1f} MB")


@blackbox_group.command("verify")
@click.argument("folder", type=_FOLDER)
def verify_command(folder: Path) -> None:
    """Check a seal, or a folder of seals; exit status 1 where a file is not as it was."""
    from fleet_client.black_box.verify import verify

    verdict = verify(folder)
    for note in verdict.notes:
        click.echo(f"note: {note}")
    for problem in verdict.problems:
        click.echo(f"WRONG: {problem}")
    state = _count(len(verdict.problems), "problem") if verdict.problems else "as sealed"
    click.echo(f"{folder}: {_count(verdict.seals, 'seal')}: {state}")
    sys.exit(1 if verdict.problems else 0)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
