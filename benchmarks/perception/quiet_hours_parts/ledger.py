"""The ledger: a JSON line for each finished stretch, so that hours add up over several runs.

Rows say which perception and which scenes they were made with; those of others do not count.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from patrol.errors import SunraError

ROOT = Path(__file__).parents[3]
PERCEPTION = ("perception", "config/perception.yaml", "config/models.yaml")
PARTS = "benchmarks/perception/quiet_hours_parts"
SCENES = (
    *(f"{PARTS}/{part}.py" for part in ("habits", "stretch", "traffic", "truth", "ways", "zones")),
    "maps",
    "simulation/actors",
    "simulation/camera",
)
SUFFIXES = frozenset({".py", ".yaml", ".geojson"})


class LedgerError(SunraError):
    """A ledger that cannot be read: names file and line."""


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident; `event` says which true event it is about, empty: a false one."""

    kind: str
    at_s: float  # from the start of the stretch
    x_m: float
    y_m: float
    sigma_m: float
    confidence: float
    life_safety: bool
    event: str
    repeats: bool  # there was one of the same kind about the same before
    near: tuple[str, ...]  # actors within 3 m, nearest first
    robot: tuple[float, float, float]  # true x, y, yaw
    speed_mps: float
    still: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StretchRow:
    """One finished stretch; `failed` says why it does not count."""

    seed: int
    number: int
    minutes: float
    perception: str
    scenes: str
    map: str = ""
    hour_h: float = 0.0
    weather: str = ""
    duration_s: float = 0.0
    moved_m: float = 0.0
    wall_s: float = 0.0
    actors: int = 0
    watched: tuple[str, ...] = ()  # kinds whose rules had what they need
    incidents: tuple[IncidentRow, ...] = ()
    events: dict[str, int] = field(default_factory=dict)  # true ones within 15 m, by kind
    stopped: str = ""  # what the vehicle touched, where that ended the patrol early
    failed: str = ""

    @property
    def key(self) -> tuple[int, int, float]:
        """What is driven once only."""
        return self.seed, self.number, self.minutes


def fingerprint(paths: Iterable[str]) -> str:
    """12 hexadecimal digits of the files below some paths of the repository."""
    digest = hashlib.sha256()
    for path in paths:
        root = ROOT / path
        files = [root] if root.is_file() else sorted(root.rglob("*"))
        for file in files:
            if file.suffix in SUFFIXES and file.is_file():
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def append(path: Path, row: StretchRow) -> None:
    """Add a row, whole: one write of one line, in place of one that a dying run cut off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        whole = path.read_bytes().rpartition(b"\n")
        if whole[2]:
            path.write_bytes(whole[0] + whole[1])
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")


def read(path: Path) -> list[StretchRow]:
    """All rows, none where there is no file; a last line that was cut off is left out.

    Raises LedgerError for any other line that is no row.
    """
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        is_cut = number == len(text.splitlines()) and not text.endswith("\n")
        try:
            rows.append(_row(json.loads(line)))
        except (ValueError, TypeError) as error:
            if is_cut:
                break
            raise LedgerError(
                f"{path}:{number}: is no row of quiet_hours ({error}); remove the line"
            ) from None
    return rows


def _row(data: Any) -> StretchRow:
    if not isinstance(data, dict):
        raise TypeError(f"{data!r} is no mapping")
    incidents = tuple(
        IncidentRow(**{**one, "near": tuple(one["near"]), "robot": tuple(one["robot"])})
        for one in data.pop("incidents", ())
    )
    watched = tuple(data.pop("watched", ()))
    return StretchRow(**data, incidents=incidents, watched=watched)
