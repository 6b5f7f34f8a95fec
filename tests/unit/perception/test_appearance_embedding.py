"""The appearance embedding: vectors of length 1, and weights that are checked before they run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from patrol.errors import ModelError
from perception.appearance_embedding import SIDE_PX, MobileNetEmbedder, export_path
from perception.models import load_manifest

SPEC = load_manifest().model("mobilenetv2-appearance")


class Network:
    """Stands for the compiled network: gives the mean of each channel."""

    def __init__(self) -> None:
        self.seen: np.ndarray | None = None

    def __call__(self, batch: np.ndarray) -> list[np.ndarray]:
        self.seen = batch
        return [batch.mean(axis=(2, 3))]


def embedder(folder: Path, network: Network | None = None) -> MobileNetEmbedder:
    made = MobileNetEmbedder(SPEC, folder)
    made._network = network
    return made


def test_a_crop_of_any_shape_becomes_a_vector_of_length_one(tmp_path: Path) -> None:
    network = Network()
    crop = np.full((150, 60, 3), (30, 60, 200), np.uint8)
    vector = embedder(tmp_path, network).embed(crop)
    assert np.linalg.norm(vector) == pytest.approx(1.0)
    assert network.seen is not None
    assert network.seen.shape == (1, 3, SIDE_PX, SIDE_PX)
    # red first, less ImageNet's mean, in its sigmas
    assert network.seen[0, 0, 0, 0] == pytest.approx((200 / 255 - 0.485) / 0.229, abs=1e-3)


def test_an_empty_crop_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\(0, 60, 3\) is empty"):
        embedder(tmp_path, Network()).embed(np.zeros((0, 60, 3), np.uint8))


def test_missing_weights_are_named_when_they_are_first_needed(tmp_path: Path) -> None:
    made = embedder(tmp_path)
    with pytest.raises(ModelError, match="missing; run: sunra models fetch"):
        made.embed(np.zeros((20, 10, 3), np.uint8))


def test_altered_weights_are_not_run_though_an_export_is_there(tmp_path: Path) -> None:
    (tmp_path / SPEC.file).write_bytes(b"other weights")
    path = export_path(SPEC, tmp_path)
    path.parent.mkdir()
    path.write_text("<net/>")
    with pytest.raises(ModelError, match="SHA-256"):
        embedder(tmp_path).embed(np.zeros((20, 10, 3), np.uint8))
