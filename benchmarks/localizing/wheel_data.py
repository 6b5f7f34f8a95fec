"""Files of a pinned wheel, downloaded with pip into a cache folder; nothing is installed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from patrol.errors import LogError

WHEEL = "gtsam==4.3.0"
CACHE = Path.home() / ".cache" / "sunra"


def unpacked(cache: Path = CACHE) -> Path:
    """The folder into which the wheel is unpacked; raises LogError without a way to it."""
    folder = cache / WHEEL.replace("==", "-")
    if (folder / "gtsam" / "Data").is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", WHEEL, "--no-deps", "-q", "-d", str(cache)]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    wheels = sorted(cache.glob("gtsam-4.3.0-*.whl"))
    if done.returncode != 0 or not wheels:
        raise LogError(
            f"{WHEEL}: pip could not download it; give a folder with its gtsam/Data by --data"
        )
    with zipfile.ZipFile(wheels[0]) as archive:
        archive.extractall(folder)
    return folder
