"""Tables of numbers in text files, gzipped or not."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from patrol.errors import LogError

Array = NDArray[np.float64]


def table(file: Path, columns: int) -> Array:
    """Numbers of a text file, gzipped or not, separated by commas or white space."""
    source = file if file.is_file() else file.with_name(file.name + ".gz")
    reader = gzip.open if source.suffix == ".gz" else open
    try:
        with reader(source, "rt") as text:
            lines = [line.replace(",", " ").split() for line in text if line.strip()]
        rows = np.array([line[:columns] for line in lines], np.float64).reshape(-1, columns)
    except (OSError, EOFError, ValueError):
        raise LogError(
            f"{file}: a readable table of at least {columns} numbers a row is needed"
        ) from None
    if not np.isfinite(rows).all():
        raise LogError(f"{file}: a value is not finite")
    return rows
