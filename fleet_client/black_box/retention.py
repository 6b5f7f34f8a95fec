"""What becomes of seals in time: pictures go first, then what there is no room for, then all."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fleet_client.black_box.limits import Limits
from fleet_client.black_box.reasons import SealKind
from fleet_client.black_box.seals import EXPIRED, MANIFEST
from fleet_client.black_box.segment import DAY_S, MB, is_picture_file, sequence_of
from patrol.clock import iso_utc, parse_iso_utc
from patrol.whole_file import read_object, write_whole

log = logging.getLogger(__name__)

_WORTH = {kind.value: worth for worth, kind in enumerate(SealKind)}


@dataclass(frozen=True, slots=True)
class _Seal:
    folder: Path
    manifest: dict[str, Any]
    opened_s: float

    @property
    def worth(self) -> int:
        return _WORTH.get(str(self.manifest.get("reason")), 0)

    @property
    def contents(self) -> list[Path]:
        kept = (MANIFEST, EXPIRED)
        return [path for path in sorted(self.folder.iterdir()) if path.name not in kept]


def expire(sealed: Path, limits: Limits, wall_s: float) -> None:
    """Hold a folder of finished seals to its limits; raises OSError.

    A seal keeps its manifest until its days are over, so the chain stays whole.
    """
    seals = _seals(sealed)
    for seal in list(seals):
        age_days = (wall_s - seal.opened_s) / DAY_S
        if age_days > limits.seal_days:
            _delete(seal)
            seals.remove(seal)
            log.info("seal_expired folder=%s", seal.folder.name)
        elif age_days > limits.picture_days:
            _drop(seal, _pictures(seal), f"older than {limits.picture_days:g} days", wall_s)
    _make_room(seals, limits, wall_s)


def _seals(sealed: Path) -> list[_Seal]:
    """Finished ones, oldest first."""
    found = []
    for path in sorted(sealed.glob(f"*/{MANIFEST}")):
        manifest = read_object(path)
        try:
            found.append(_Seal(path.parent, manifest, parse_iso_utc(manifest["opened_utc"])))
        except (KeyError, TypeError, ValueError):
            continue  # damaged: for a person to look at
    return sorted(found, key=lambda seal: seal.opened_s)


def _pictures(seal: _Seal) -> list[Path]:
    return [path for path in seal.contents if is_picture_file(path.name)]


def _recordings(seal: _Seal) -> list[Path]:
    return [path for path in seal.contents if sequence_of(path.name) is not None]


def _all(seal: _Seal) -> list[Path]:
    return seal.contents


def size_mb(folders: Iterable[Path]) -> float:
    """Of all files in folders; what several share counts once."""
    sizes = {}
    for folder in folders:
        for path in folder.iterdir():
            status = path.stat()
            sizes[status.st_ino] = status.st_size
    return sum(sizes.values()) / MB


def _make_room(seals: list[_Seal], limits: Limits, wall_s: float) -> None:
    """The least worthy and oldest first; of each, pictures before recordings before the rest."""
    why = f"more than {limits.sealed_mb:g} MB are sealed"
    in_turn = sorted(seals, key=lambda seal: (seal.worth, seal.opened_s))
    folders = [seal.folder for seal in seals]
    sealed_mb = size_mb(folders)
    for choose in (_pictures, _recordings, _all):
        for seal in in_turn:
            if sealed_mb <= limits.sealed_mb:
                return
            if _drop(seal, choose(seal), why, wall_s):
                sealed_mb = size_mb(folders)


def _delete(seal: _Seal) -> None:
    """The manifest last: what a kill leaves is deleted the next time."""
    for path in (*seal.contents, seal.folder / EXPIRED, seal.folder / MANIFEST):
        path.unlink(missing_ok=True)
    seal.folder.rmdir()


def _drop(seal: _Seal, paths: list[Path], why: str, wall_s: float) -> bool:
    """Delete files, having written down that they go by rule; whether there were any."""
    if not paths:
        return False
    gone = read_object(seal.folder / EXPIRED)
    gone |= {path.name: {"at_utc": iso_utc(wall_s), "why": why} for path in paths}
    write_whole(seal.folder / EXPIRED, json.dumps(gone, indent=1).encode())
    for path in paths:
        path.unlink(missing_ok=True)
    log.info("sealed_files_expired folder=%s files=%d why=%r", seal.folder.name, len(paths), why)
    return True
