"""Whether a folder's evidence is as its chain says: which line, which file, and what is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from patrol.clock import iso_utc
from patrol.errors import LogError
from patrol.hash_chain import GENESIS, record_hash
from perception.evidence_chain import CHAIN_FILE, chain_lines, inside
from perception.evidence_files import FORMATS

_ENDINGS = tuple({ending for ending, _ in FORMATS.values()})
_SAID = {"expired": "expired", "released": "was released"}
_MOST_BYTES_READ = 1 << 20


@dataclass(slots=True)
class ChainVerdict:
    """How many files should be there and have expired; `problems` and `notes` are for a person."""

    kept: int = 0
    expired: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Known:
    """What the lines so far have said."""

    kept: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)  # id → where, record
    expired: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    released: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


def verify_chain(folder: Path) -> list[str]:
    """What is wrong with a folder's evidence, a line each; empty where nothing is."""
    return check_chain(folder).problems


def check_chain(folder: Path) -> ChainVerdict:
    """Check every line, every file that a line names, and that no file lacks its line.

    Raises LogError where the folder has no chain.
    """
    if not (folder / CHAIN_FILE).is_file():
        raise LogError(f"{folder}: holds no {CHAIN_FILE}; give the vehicle's STATE_DIR/evidence")
    verdict, known = ChainVerdict(), _Known()
    previous = GENESIS
    for number, line in enumerate(chain_lines(folder / CHAIN_FILE)):
        where = f"{CHAIN_FILE}:{number + 1}"
        try:
            record = json.loads(line)
            broken = record["hash"] != record_hash(record) or record["previous"] != previous
            broken |= record["sequence"] != number
            previous = record["hash"]
            problem = _take(known, where, record)
        except (ValueError, KeyError, TypeError, AttributeError):
            verdict.problems.append(f"{where}: not a record")
            continue
        if broken:
            verdict.problems.append(f"{where}: the chain is broken here")
        if problem:
            verdict.problems.append(f"{where}: {problem}")
    _check_files(verdict, known, folder)
    return verdict


def _take(known: _Known, where: str, record: dict[str, Any]) -> str | None:
    """Remember what a line says; what is wrong with it beside its hash."""
    file = str(record["file"])
    known.files.add(file)
    what = next((name for name in _SAID if name in record), None)
    if what is None:
        record["sha256"].encode()  # a record without one is none
        known.kept[record["evidence_id"]] = where, record
        return None
    entry = known.kept.get(record[what])
    if entry is None or entry[1]["file"] != file or entry[1]["sha256"] != record["sha256"]:
        return f"says that {file} {_SAID[what]}, and no entry before it is of that file"
    iso_utc(record[f"{what}_at_s"])
    if what == "released":
        known.released.append((where, record))
        return None
    del known.kept[record["expired"]]
    known.expired.append((entry[0], record))
    return None


def _check_files(verdict: ChainVerdict, known: _Known, folder: Path) -> None:
    for where, record in known.kept.values():
        problem = _file_problem(folder, record)
        if problem:
            verdict.problems.append(f"{where}: {problem}")
    for where, record in known.released:
        at = iso_utc(record["released_at_s"])
        who, why = record["requested_by"], record["reason"]
        verdict.notes.append(f"{where}: {record['file']} released at {at} to {who}: {why}")
    for where, record in known.expired:
        _check_expired(verdict, folder, where, record)
    for file in _others(folder, known.files):
        verdict.problems.append(f"{file}: no entry of {CHAIN_FILE} names it")
    verdict.kept, verdict.expired = len(known.kept), len(known.expired)


def _check_expired(
    verdict: ChainVerdict, folder: Path, where: str, record: dict[str, Any]
) -> None:
    at = iso_utc(record["expired_at_s"])
    verdict.notes.append(
        f"{where}: {record['file']} expired at {at} ({record['reason']}), entry intact"
    )
    path = inside(folder, record["file"])
    if path is None or not path.exists():
        return
    if _sha256(path) != record["sha256"]:
        verdict.problems.append(
            f"{where}: {record['file']} is there though it expired, and was changed"
        )
    else:
        verdict.notes.append(
            f"{where}: {record['file']} is still there; the vehicle deletes it when it next starts"
        )


def _file_problem(folder: Path, record: dict[str, Any]) -> str | None:
    path = inside(folder, record["file"])
    if path is None:
        return f"{record['file']} leads out of the folder"
    if not path.is_file():
        return f"{record['file']} is missing, and no entry says that it expired"
    return f"{record['file']} was changed" if _sha256(path) != record["sha256"] else None


def _others(folder: Path, named: set[str]) -> Iterator[str]:
    """Pictures and clips that no line names; files being written begin with a dot."""
    for path in sorted(folder.rglob("*")):
        file = path.relative_to(folder).as_posix()
        if path.name.endswith(_ENDINGS) and not path.name.startswith(".") and file not in named:
            yield file


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_MOST_BYTES_READ):
            digest.update(block)
    return digest.hexdigest()
