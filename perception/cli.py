"""`sunra models fetch|verify|list` and `sunra detect`."""

from __future__ import annotations

import click

from patrol.errors import ModelError
from perception import models


@click.group("models")
def models_group() -> None:
    """Fetch and verify model weights (config/models.yaml)."""


def _specs(names: tuple[str, ...]) -> list[models.ModelSpec]:
    manifest = models.load_manifest()
    return [manifest.model(name) for name in names] if names else list(manifest.models)


@models_group.command("fetch")
@click.argument("names", nargs=-1)
def fetch_command(names: tuple[str, ...]) -> None:
    """Download the weights that are missing (all, or NAMES), each checked by its hash."""
    folder = models.models_dir()
    for spec in _specs(names):
        path, new = models.fetch(spec, folder)
        click.echo(f"{spec.name}: {'fetched' if new else 'ready'} {path} ({spec.licence})")


@models_group.command("verify")
@click.argument("names", nargs=-1)
def verify_command(names: tuple[str, ...]) -> None:
    """Check the weights that are there against the manifest's hashes."""
    for spec in _specs(names):
        click.echo(f"{spec.name}: good {models.verify(spec, models.models_dir())}")


@models_group.command("list")
def list_command() -> None:
    """One line a model: name, state, licence, hash, sources."""
    folder = models.models_dir()
    for spec in models.load_manifest().models:
        try:
            models.verify(spec, folder)
            state = "ready"
        except ModelError:
            state = "altered" if (folder / spec.file).exists() else "missing"
        sources = ", ".join(source.wheel for source in spec.sources)
        click.echo(f"{spec.name}  {state}  {spec.licence}  sha256:{spec.sha256}  {sources}")
