"""Seals: what the ring holds around an incident, kept under a manifest that a chain secures.

sealed/UTC-SUBJECT/manifest.json   why, when, every file with its SHA-256, the seal before
sealed/UTC-SUBJECT/*.mcap          second names (hard links) of the ring's files: no copies
sealed/UTC-SUBJECT/vehicle.yaml    and map.geojson: with them a replay needs nothing else
sealed/UTC-SUBJECT/opening.json    of a seal whose time is not over yet
sealed/UTC-SUBJECT/expired.json    which files went because their time was over, and when
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fleet_client.black_box.limits import Limits
from fleet_client.black_box.reasons import SealKind, SealReason
from fleet_client.black_box.segment import (
    ClosedFile,
    Segment,
    hashed,
    sequence_of,
    sha256_of_file,
)
from patrol.clock import iso_utc
from patrol.hash_chain import GENESIS, record_hash
from patrol.whole_file import read_object, write_whole

log = logging.getLogger(__name__)

MANIFEST, OPENING, EXPIRED = "manifest.json", "opening.json", "expired.json"
FORMAT = 1
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")


Companions = Callable[[], Sequence[Path]]  # the vehicle file and the map, as they are now


def nothing_more() -> Sequence[Path]:
    """No companions."""
    return ()


@dataclass(slots=True)
class _Opening:
    """A seal whose time is not over."""

    reason: SealReason
    folder: Path
    opened_wall_s: float
    until_s: float
    files: list[ClosedFile] = field(default_factory=list)


class Seals:
    """Seals of one folder; goes on where an earlier process ended. Raises OSError throughout."""

    def __init__(
        self, folder: Path, limits: Limits, companions: Companions = nothing_more
    ) -> None:
        self._folder, self._limits, self._companions = folder, limits, companions
        self._openings: list[_Opening] = []
        folder.mkdir(parents=True, exist_ok=True)
        last = max(manifests(folder), key=lambda m: int(m["sequence"]), default=None)
        self._next = 0 if last is None else int(last["sequence"]) + 1
        self._last_hash = GENESIS if last is None else str(last["hash"])

    @property
    def is_due_s(self) -> float:
        """When (monotonic) the next open seal must be finished; inf without one."""
        return min((opening.until_s for opening in self._openings), default=float("inf"))

    def open(
        self,
        reason: SealReason,
        now_s: float,
        wall_s: float,
        segments: Sequence[Segment],
        under_way: int,
    ) -> None:
        """Begin a seal: what is closed is kept at once, what comes is added.

        `under_way` is the sequence number of the open segment. A reason that has an open seal
        gets no second one.
        """
        if any(opening.reason == reason for opening in self._openings):
            return
        opening = _Opening(
            reason, self._new_folder(reason, wall_s), wall_s, now_s + self._limits.after_s
        )
        facts = {
            "reason": reason.kind.value,
            "subject": reason.subject,
            "opened_s": wall_s,
            "under_way": under_way,
        }
        _begin(opening.folder, facts)
        self._openings.append(opening)
        for segment in segments:
            if segment.ended_s >= now_s - self._limits.before_s:
                _keep(opening, segment)
        log.info("seal_opened reason=%s subject=%s", reason.kind.value, reason.subject)

    def add(self, segment: Segment) -> None:
        """A segment was closed: open seals keep it."""
        self._forget_deleted()
        for opening in self._openings:
            _keep(opening, segment)

    def finish_due(self, now_s: float) -> None:
        """Close the seals whose time is over; the segment under way must have been added."""
        self._forget_deleted()
        for opening in [o for o in self._openings if o.until_s <= now_s]:
            self._finish(opening)
            self._openings.remove(opening)

    def _forget_deleted(self) -> None:
        """Somebody cleaned up: nothing is left to finish, and the others must not wait for it."""
        for opening in [o for o in self._openings if not o.folder.is_dir()]:
            log.warning("seal_deleted folder=%s", opening.folder.name)
            self._openings.remove(opening)

    def take_up(self, segments: Sequence[Segment]) -> None:
        """Finish the seals that an earlier process left open, with what it recorded."""
        for folder in sorted(path for path in self._folder.iterdir() if path.is_dir()):
            if (folder / MANIFEST).exists():
                (folder / OPENING).unlink(missing_ok=True)
            elif (folder / OPENING).exists():
                self._take_up_one(folder, segments)
            elif {path.name for path in folder.iterdir()} <= {f".{OPENING}.tmp"}:
                shutil.rmtree(folder)  # a kill came between the folder and what it is for

    def _take_up_one(self, folder: Path, segments: Sequence[Segment]) -> None:
        facts = read_object(folder / OPENING)
        try:
            reason = SealReason(SealKind(facts["reason"]), str(facts["subject"]))
            opened_s, under_way = float(facts["opened_s"]), int(facts["under_way"])
        except (KeyError, TypeError, ValueError):
            log.warning("seal_unreadable folder=%s", folder.name)
            return
        opening = _Opening(reason, folder, opened_s, 0.0)
        kept = [path for path in folder.iterdir() if sequence_of(path.name) is not None]
        opening.files = [ClosedFile(p, p.stat().st_size, "") for p in sorted(kept)]
        for segment in segments:
            if segment.sequence >= under_way:
                _keep(opening, segment)
        self._finish(opening)

    def _new_folder(self, reason: SealReason, wall_s: float) -> Path:
        utc = datetime.fromtimestamp(wall_s, UTC).strftime("%Y%m%dT%H%M%SZ")
        base = f"{utc}-{_NO_NAME.sub('-', reason.subject)[:40]}"
        names = (base, *(f"{base}-{number}" for number in range(2, 1000)))
        return next(self._folder / name for name in names if not (self._folder / name).exists())

    def _finish(self, opening: _Opening) -> None:
        files = [hashed(file) for file in opening.files]
        files += [_copied(path, opening.folder) for path in self._companions() if path.is_file()]
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "sequence": self._next,
            "reason": opening.reason.kind.value,
            "subject": opening.reason.subject,
            "opened_utc": iso_utc(opening.opened_wall_s),
            "from_utc": iso_utc(opening.opened_wall_s - self._limits.before_s),
            "to_utc": iso_utc(opening.opened_wall_s + self._limits.after_s),
            "files": [
                {"name": f.path.name, "size_bytes": f.size_bytes, "sha256": f.sha256}
                for f in sorted(files, key=lambda f: f.path.name)
            ],
            "previous": self._last_hash,
        }
        manifest["hash"] = record_hash(manifest)
        content = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        write_whole(opening.folder / MANIFEST, content)
        (opening.folder / OPENING).unlink(missing_ok=True)
        self._next, self._last_hash = self._next + 1, str(manifest["hash"])
        log.info("sealed folder=%s files=%d", opening.folder.name, len(files))


def manifests(folder: Path) -> list[dict[str, Any]]:
    """Every readable manifest of a folder of seals."""
    found = (read_object(path) for path in sorted(folder.glob(f"*/{MANIFEST}")))
    return [manifest for manifest in found if _is_manifest(manifest)]


class NewestSeal:
    """Follows which finished seal of a folder is the newest; reads every manifest once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[str] = set()
        self._sequence, self._hash = -1, ""

    def hash(self) -> str:
        """The hash of the seal with the highest number; empty without one."""
        try:
            names = set(os.listdir(self._folder))
        except OSError:
            names = set()
        self._read &= names
        for name in names - self._read:
            manifest = read_object(self._folder / name / MANIFEST)
            if not _is_manifest(manifest):
                continue
            self._read.add(name)
            if manifest["sequence"] > self._sequence:
                self._sequence, self._hash = manifest["sequence"], str(manifest["hash"])
        return self._hash


def _is_manifest(content: dict[str, Any]) -> bool:
    is_one = isinstance(content.get("sequence"), int) and isinstance(content.get("files"), list)
    return is_one and content.keys() >= {"opened_utc", "reason", "subject", "hash"}


def _begin(folder: Path, facts: dict[str, Any]) -> None:
    """A folder that says what it is for, or none at all."""
    folder.mkdir(parents=True)
    try:
        write_whole(folder / OPENING, json.dumps(facts).encode())
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _keep(opening: _Opening, segment: Segment) -> None:
    """Give a segment's files a second name in the seal."""
    known = {file.path.name for file in opening.files}
    for file in segment.files:
        if file.path.name in known or not file.path.exists():
            continue
        target = opening.folder / file.path.name
        try:
            os.link(file.path, target)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            shutil.copyfile(file.path, target)
        opening.files.append(ClosedFile(target, file.size_bytes, file.sha256))


def _copied(source: Path, folder: Path) -> ClosedFile:
    name = "map.geojson" if source.suffix == ".geojson" else "vehicle.yaml"
    content = source.read_bytes()
    write_whole(folder / name, content)
    return ClosedFile(folder / name, len(content), sha256_of_file(folder / name))
