"""Whether seals are as they were made: what was changed, is missing or came in, by name."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fleet_client.black_box.seals import EXPIRED, MANIFEST, OPENING
from fleet_client.black_box.segment import sha256_of_file
from patrol.errors import LogError
from patrol.hash_chain import record_hash
from patrol.whole_file import read_object

_OWN = {MANIFEST, EXPIRED}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found; `problems` and `notes` are lines for a person."""

    seals: int
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()


def verify(folder: Path) -> Verdict:
    """Check one seal, or a folder of them with their chain; raises LogError for neither."""
    if not folder.is_dir():
        raise LogError(f"{folder}: no such folder")
    if (folder / MANIFEST).is_file():
        problems, notes = _check_seal(folder)
        return Verdict(1, tuple(problems), tuple(notes))
    seals = sorted(path for path in folder.iterdir() if path.is_dir())
    if not any((seal / MANIFEST).is_file() or (seal / OPENING).is_file() for seal in seals):
        raise LogError(f"{folder}: holds no seal: neither {MANIFEST} nor folders that have one")
    return _check_all(folder, seals)


def _check_all(folder: Path, seals: list[Path]) -> Verdict:
    problems: list[str] = []
    notes: list[str] = []
    chained: list[tuple[str, dict[str, Any]]] = []
    for seal in seals:
        if not (seal / MANIFEST).is_file() and (seal / OPENING).is_file():
            notes.append(f"{seal.name}: is still open")
            continue
        found, said = _check_seal(seal)
        problems += found
        notes += said
        manifest = read_object(seal / MANIFEST)
        if isinstance(manifest.get("sequence"), int):
            chained.append((seal.name, manifest))
    problems += [f"{p.name}: is no part of the seals" for p in folder.iterdir() if p.is_file()]
    chained.sort(key=lambda item: item[1]["sequence"])
    problems += _check_chain(chained)
    if chained and chained[0][1]["sequence"] > 0:
        notes.append(f"{chained[0][1]['sequence']} older seals have expired")
    return Verdict(len(seals), tuple(problems), tuple(notes))


def _check_chain(chained: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    """Every seal must follow the one before, by number and by hash."""
    for (_, before), (name, after) in itertools.pairwise(chained):
        expected = before["sequence"] + 1
        if after["sequence"] > expected:
            yield f"{name}: seal number {expected} before it is missing"
        elif after["sequence"] < expected or after.get("previous") != before.get("hash"):
            yield f"{name}: the chain is broken here"


def _check_seal(seal: Path) -> tuple[list[str], list[str]]:
    manifest = read_object(seal / MANIFEST)
    try:
        listed = {str(f["name"]): str(f["sha256"]) for f in manifest["files"]}
        is_whole = manifest["hash"] == record_hash(manifest)
    except (KeyError, TypeError):
        return [f"{seal.name}/{MANIFEST}: is missing or no manifest"], []
    problems = [] if is_whole else [f"{seal.name}/{MANIFEST}: was changed"]
    notes = []
    expired = read_object(seal / EXPIRED)
    for name, digest in listed.items():
        path = seal / name
        if path.is_file():
            if sha256_of_file(path) != digest:
                problems.append(f"{seal.name}/{name}: was changed")
        elif name in expired:
            notes.append(f"{seal.name}/{name}: expired: {_why(expired[name])}")
        else:
            problems.append(f"{seal.name}/{name}: is missing")
    inside = {path.name for path in seal.iterdir()}
    problems += [f"{seal.name}/{n}: was inserted" for n in sorted(inside - set(listed) - _OWN)]
    return problems, notes


def _why(entry: Any) -> str:
    known = isinstance(entry, dict) and "why" in entry
    return str(entry["why"]) if known else "no reason given"
