"""The hash chain of evidence: one JSON line a file, each line holding the hash of the one before.

Whoever changes, removes or inserts a file or a line breaks every hash that follows; `verify_chain`
says where. The chain proves order and integrity on this machine, not who wrote it.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from patrol.hash_chain import GENESIS, record_hash
from patrol.incident import Evidence

CHAIN_FILE = "chain.jsonl"


def _lines(path: Path) -> list[str]:
    """Complete lines; a torn last one (power cut while writing) is not a record."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    return text[: text.rfind("\n") + 1].splitlines()


class EvidenceChain:
    """Appends to the chain of one folder; goes on where an earlier run ended."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / CHAIN_FILE
        folder.mkdir(parents=True, exist_ok=True)
        lines = _lines(self._path)
        if self._path.exists():
            with self._path.open("r+b") as stream:
                stream.truncate(sum(len(line.encode()) + 1 for line in lines))
        last: dict[str, Any] = {"sequence": -1, "hash": GENESIS}
        if lines:
            last = json.loads(lines[-1])
        self._sequence, self._previous = int(last["sequence"]) + 1, str(last["hash"])

    def append(self, evidence: Evidence) -> str:
        """Record a file; gives the record's hash. Raises OSError where it cannot be written."""
        record: dict[str, Any] = {
            "sequence": self._sequence,
            "evidence_id": evidence.evidence_id,
            "incident_id": evidence.incident_id,
            "kind": evidence.kind.value,
            "file": Path(evidence.path).relative_to(self._path.parent).as_posix(),
            "sha256": evidence.sha256,
            "size_bytes": evidence.size_bytes,
            "captured_at_s": evidence.captured_at_s,
            "blurred": evidence.blurred,
            "previous": self._previous,
        }
        record["hash"] = record_hash(record)
        line = json.dumps(record, sort_keys=True, ensure_ascii=False) + "\n"
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
        self._sequence, self._previous = self._sequence + 1, str(record["hash"])
        return self._previous


def verify_chain(folder: Path) -> list[str]:
    """What is wrong with a folder's evidence, a line each; empty where nothing is."""
    problems: list[str] = []
    previous = GENESIS
    for number, line in enumerate(_lines(folder / CHAIN_FILE)):
        where = f"{CHAIN_FILE}:{number + 1}"
        try:
            record = json.loads(line)
            file, digest = folder / record["file"], record["sha256"]
            broken = record["hash"] != record_hash(record) or record["previous"] != previous
            broken |= record["sequence"] != number
            previous = record["hash"]
        except (ValueError, KeyError, TypeError):
            problems.append(f"{where}: not a record")
            continue
        if broken:
            problems.append(f"{where}: the chain is broken here")
        if not file.is_file():
            problems.append(f"{where}: {record['file']} is missing")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            problems.append(f"{where}: {record['file']} was changed")
    return problems
