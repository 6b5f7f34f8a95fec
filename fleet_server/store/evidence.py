"""Evidence: chunks wait in the database until a file is whole, then it goes to disk."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fleet_server.ingest.decode import MEDIA_SUFFIX, EvidenceItem
from fleet_server.store import tables as t
from fleet_server.store.database import insert_new
from patrol.incident import EvidenceKind

LOOKS_SHOWN = 500
IDENTITY = ("incident_id", "vehicle_id", "sha256", "size_bytes", "chunk_count", "media_type")


class ForeignEvidenceError(ValueError):
    """A chunk does not belong to the file it names."""


def store_chunks(connection: sa.Connection, item: EvidenceItem, now_s: float) -> bool:
    """Keep a chunk; False where it was there. Raises ForeignEvidenceError."""
    message = item.message
    row = {
        "evidence_id": message.evidence_id,
        "incident_id": message.incident_id,
        "vehicle_id": item.vehicle_id,
        "kind": message.kind,
        "media_type": message.media_type,
        "sha256": message.sha256,
        "size_bytes": message.size_bytes,
        "captured_at_s": item.captured_at_s,
        "received_at_s": now_s,
        "blurred": message.blurred,
        "chunk_count": message.chunk_count,
        "status": "receiving",
    }
    insert_new(connection, t.evidence, [row])
    stored = (
        connection.execute(
            sa.select(t.evidence).where(t.evidence.c.evidence_id == message.evidence_id)
        )
        .mappings()
        .one()
    )
    for name in IDENTITY:
        if stored[name] != row[name]:
            raise ForeignEvidenceError(
                f"evidence {message.evidence_id}: {name} {row[name]!r} differs from "
                f"{stored[name]!r}"
            )
    if stored["status"] != "receiving":
        return False
    chunk = {
        "evidence_id": message.evidence_id,
        "chunk_index": message.chunk_index,
        "data": message.data,
    }
    return insert_new(connection, t.evidence_chunks, [chunk]) > 0


def whole_files(connection: sa.Connection) -> list[str]:
    """Evidence of which every chunk is there and no file yet."""
    e, k = t.evidence.c, t.evidence_chunks.c
    counted = (
        sa.select(k.evidence_id, sa.func.count().label("chunks"))
        .group_by(k.evidence_id)
        .subquery()
    )
    query = sa.select(e.evidence_id).join_from(
        t.evidence, counted, counted.c.evidence_id == e.evidence_id
    )
    query = query.where(e.status == "receiving", counted.c.chunks == e.chunk_count)
    return list(connection.execute(query).scalars())


def assemble(connection: sa.Connection, evidence_id: str, folder: Path) -> tuple[str, str]:
    """Write the file, verify it, drop the chunks; (new status, incident id)."""
    row = (
        connection.execute(sa.select(t.evidence).where(t.evidence.c.evidence_id == evidence_id))
        .mappings()
        .one()
    )
    if row["status"] != "receiving":
        return str(row["status"]), str(row["incident_id"])
    k = t.evidence_chunks.c
    mine = k.evidence_id == evidence_id
    content = b"".join(
        connection.execute(sa.select(k.data).where(mine).order_by(k.chunk_index)).scalars()
    )
    sound = (
        len(content) == row["size_bytes"] and hashlib.sha256(content).hexdigest() == row["sha256"]
    )
    values: dict[str, Any] = {"status": "complete" if sound else "corrupt"}
    if sound:
        values["path"] = _write(folder, evidence_id, MEDIA_SUFFIX[row["media_type"]], content)
    connection.execute(
        sa.update(t.evidence).where(t.evidence.c.evidence_id == evidence_id).values(**values)
    )
    connection.execute(sa.delete(t.evidence_chunks).where(mine))
    return values["status"], str(row["incident_id"])


def _write(folder: Path, evidence_id: str, suffix: str, content: bytes) -> str:
    """On disk before the commit says so; the path below `folder`."""
    relative = Path(hashlib.sha256(evidence_id.encode()).hexdigest()[:2]) / (evidence_id + suffix)
    path = folder / relative
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return str(relative)


def select_visit_pictures(
    connection: sa.Connection, assignment_id: str
) -> list[Mapping[str, Any]]:
    """The whole pictures that an assignment's orders asked for, oldest first.

    Their names begin with the order's id, and that with the assignment's (docs/protocol.md).
    """
    e = t.evidence.c
    query = sa.select(t.evidence).where(
        e.kind == EvidenceKind.CHECKPOINT.value,
        e.status == "complete",
        e.incident_id.startswith(f"{assignment_id}-", autoescape=True),
    )
    return [dict(row) for row in connection.execute(query.order_by(e.captured_at_s)).mappings()]


def find_evidence(connection: sa.Connection, evidence_id: str) -> Mapping[str, Any] | None:
    """One file's row."""
    query = sa.select(t.evidence).where(t.evidence.c.evidence_id == evidence_id)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def select_looks(
    connection: sa.Connection, incident_ids: Sequence[str], actions: Sequence[str]
) -> list[Mapping[str, Any]]:
    """Lines of the trail about the evidence of incidents, with each file's kind; the newest first,
    `LOOKS_SHOWN` at most."""
    a, e = t.audit.c, t.evidence.c
    query = sa.select(t.audit, e.kind).join(t.evidence, e.evidence_id == a.subject)
    query = query.where(e.incident_id.in_(incident_ids), a.action.in_(actions))
    rows = connection.execute(query.order_by(a.id.desc()).limit(LOOKS_SHOWN)).mappings()
    return [dict(row) for row in rows]
