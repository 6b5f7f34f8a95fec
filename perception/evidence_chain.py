"""The hash chain of evidence: one JSON line a file, each line holding the hash of the one before.

Whoever changes, removes or inserts a file or a line breaks every hash that follows; `check_chain`
(`evidence_check.py`) says where. A file that has expired leaves its line, and a second line says
when and why it went; so the chain outlasts what it speaks of. A sealed original that leaves the
vehicle has a line that says for whom and why.

The chain proves order and integrity on this machine, not who wrote it, and not that its last lines
were not cut off.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from patrol.hash_chain import GENESIS, record_hash
from patrol.incident import Evidence

CHAIN_FILE = "chain.jsonl"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """A file that the chain knows; `file` is relative to the chain's folder."""

    evidence_id: str
    incident_id: str
    file: str
    sha256: str
    size_bytes: int
    captured_at_s: float
    kind: str


def chain_lines(path: Path) -> list[str]:
    """Complete lines; a torn last one (power cut while writing) is not a record."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    return text[: text.rfind("\n") + 1].splitlines()


class EvidenceChain:
    """Appends to the chain of one folder; goes on where an earlier run ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / CHAIN_FILE
        folder.mkdir(parents=True, exist_ok=True)
        lines = chain_lines(self._path)
        if self._path.exists():
            with self._path.open("r+b") as stream:
                stream.truncate(sum(len(line.encode()) + 1 for line in lines))
        last: dict[str, Any] = {"sequence": -1, "hash": GENESIS}
        if lines:
            last = json.loads(lines[-1])
        self._sequence, self._previous = int(last["sequence"]) + 1, str(last["hash"])
        self.kept, self._gone = _read(lines)  # by evidence id: what has not expired

    def delete_leftovers(self) -> None:
        """Delete files that have expired and are there yet, as after a crash; raises OSError."""
        for file in sorted(self._gone):
            path = inside(self.folder, file)
            if path is not None:
                path.unlink(missing_ok=True)
            self._gone.discard(file)

    def append(self, evidence: Evidence) -> str:
        """Record a file; gives the record's hash. Raises OSError where it cannot be written."""
        file = Path(evidence.path).relative_to(self.folder).as_posix()
        digest = self._write(
            {
                "evidence_id": evidence.evidence_id,
                "incident_id": evidence.incident_id,
                "kind": evidence.kind.value,
                "file": file,
                "sha256": evidence.sha256,
                "size_bytes": evidence.size_bytes,
                "captured_at_s": evidence.captured_at_s,
                "blurred": evidence.blurred,
            }
        )
        self.kept[evidence.evidence_id] = ChainEntry(
            evidence.evidence_id,
            evidence.incident_id,
            file,
            evidence.sha256,
            evidence.size_bytes,
            evidence.captured_at_s,
            evidence.kind.value,
        )
        return digest

    def release(self, entry: ChainEntry, requested_by: str, reason: str, now_s: float) -> None:
        """Record that a file may leave the vehicle; raises OSError."""
        self._write(
            {
                "released": entry.evidence_id,
                "file": entry.file,
                "sha256": entry.sha256,
                "released_at_s": now_s,
                "requested_by": requested_by,
                "reason": reason,
            }
        )

    def expire(self, entry: ChainEntry, now_s: float, reason: str) -> None:
        """Record that a file goes, then delete it: a crash in between leaves a leftover.

        Raises OSError. A file whose name leads out of the folder is recorded and left alone.
        """
        self._write(
            {
                "expired": entry.evidence_id,
                "file": entry.file,
                "sha256": entry.sha256,
                "expired_at_s": now_s,
                "reason": reason,
            }
        )
        del self.kept[entry.evidence_id]
        self._gone.add(entry.file)
        self.delete_leftovers()

    def _write(self, fields: dict[str, Any]) -> str:
        record = {"sequence": self._sequence, **fields, "previous": self._previous}
        record["hash"] = record_hash(record)
        line = json.dumps(record, sort_keys=True, ensure_ascii=False) + "\n"
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
        self._sequence, self._previous = self._sequence + 1, str(record["hash"])
        return self._previous


def inside(folder: Path, file: str) -> Path | None:
    """Where a record's file lies; None for a name that leads out of the folder."""
    name = PurePosixPath(file)
    if name.is_absolute() or ".." in name.parts or not name.parts:
        return None
    return folder / name


def _read(lines: list[str]) -> tuple[dict[str, ChainEntry], set[str]]:
    """(what has not expired, by evidence id; files that have)."""
    kept: dict[str, ChainEntry] = {}
    gone: set[str] = set()
    for number, line in enumerate(lines):
        try:
            record = json.loads(line)
            if "released" in record:
                continue
            if "expired" in record:
                gone.add(str(record["file"]))
                kept.pop(record["expired"], None)
                continue
            names = ChainEntry.__dataclass_fields__
            entry = ChainEntry(**{name: record[name] for name in names})
            kept[entry.evidence_id] = entry
        except (ValueError, KeyError, TypeError):
            _LOG.warning("evidence_record_unreadable line=%d", number + 1)
    return kept, gone
