"""`sunra models fetch|verify|list` and `sunra detect`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import click

from patrol.errors import ModelError, SunraError
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


@click.command("detect")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--model", default="yolov8n", show_default=True, help="Name in the manifest.")
@click.option("--min-score", default=0.25, show_default=True, type=click.FloatRange(0.01, 1))
@click.option("--every", default=1, show_default=True, help="Of a video, each Nth picture.")
@click.option("--draw-to", type=click.Path(path_type=Path), help="Folder for drawn pictures.")
def detect_command(
    paths: tuple[Path, ...], model: str, min_score: float, every: int, draw_to: Path | None
) -> None:
    """Print the boxes in PATHS, pictures or videos, a line each picture."""
    import cv2

    from perception.detect import describe, draw, pictures_in
    from perception.detectors.yolo import YoloDetector, input_size

    spec = models.load_manifest().model(model)

    @lru_cache
    def detector(size_hw: tuple[int, int]) -> YoloDetector:
        return YoloDetector(spec, models.models_dir(), size_hw)

    for path in paths:
        for number, (name, image) in enumerate(pictures_in(path)):
            if number % every:
                continue
            height, width = image.shape[:2]
            found = detector(input_size(width, height, 640)).detect(image, min_score)
            click.echo(f"{name}: {describe(found)}")
            if draw_to is not None:
                draw_to.mkdir(parents=True, exist_ok=True)
                target = draw_to / f"{name.replace('#', '-')}.png"
                if not cv2.imwrite(str(target), draw(image, found)):
                    raise SunraError(f"{target}: cannot be written")
