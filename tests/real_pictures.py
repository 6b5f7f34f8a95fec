"""Photographs of people and things that come with a package of ours; it is not imported for them.

Its import changes how pictures are opened in the whole process.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import cv2
import numpy as np

_PACKAGE = importlib.util.find_spec("ultralytics")
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
ASSETS = Path(_PACKAGE.origin).parent / "assets"


def picture(name: str) -> np.ndarray:
    """`bus.jpg` or `zidane.jpg`, BGR."""
    image = cv2.imread(str(ASSETS / name))
    assert image is not None
    return image
