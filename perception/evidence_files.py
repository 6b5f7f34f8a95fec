"""Evidence files: each appears under its final name when it is complete, and is chained then."""

from __future__ import annotations

import hashlib
import logging
import os
import uuid
from collections.abc import Callable
from pathlib import Path

from patrol.incident import Evidence, EvidenceKind
from perception.evidence_chain import EvidenceChain, inside

_LOG = logging.getLogger(__name__)

# kind → (ending of the file's name, media type)
FORMATS: dict[EvidenceKind, tuple[str, str]] = {
    EvidenceKind.STILL: (".jpg", "image/jpeg"),
    EvidenceKind.CHECKPOINT: (".jpg", "image/jpeg"),
    EvidenceKind.CLIP: (".mp4", "video/mp4"),
    EvidenceKind.RECORD: (".record.json", "application/json"),
    EvidenceKind.ORIGINAL: (".mp4.age", "application/age"),
}


def new_uuid() -> str:
    """A random UUID as text."""
    return str(uuid.uuid4())


class EvidenceFiles:
    """Writes files into one folder, a folder for each incident; raises OSError."""

    def __init__(self, folder: Path, new_id: Callable[[], str] = new_uuid) -> None:
        self.chain = EvidenceChain(folder)
        self._folder = folder
        self._new_id = new_id
        self._delete_parts()

    def _delete_parts(self) -> None:
        """Clips that were being written when perception was killed: no line of the chain knows
        them, so nothing else would ever delete them."""
        for part in sorted(self._folder.glob("*/.*.part")):
            try:
                part.unlink()
            except OSError as error:
                _LOG.error("evidence_part_not_deleted file=%s error=%s", part, error)

    def on_board(self) -> tuple[set[str], list[Path]]:
        """The incidents of which files are kept, and the files of their records."""
        kept = list(self.chain.kept.values())
        records = [inside(self._folder, e.file) for e in kept if e.kind == EvidenceKind.RECORD]
        return {e.incident_id for e in kept}, [path for path in records if path is not None]

    def part(self, incident_id: str, kind: EvidenceKind) -> Path:
        """Where a file may be written until it is complete."""
        folder = self._folder / incident_id
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f".{self._new_id()}{FORMATS[kind][0]}.part"

    def write(
        self, incident_id: str, kind: EvidenceKind, content: bytes, stamp_s: float, blurred: bool
    ) -> Evidence:
        """A file of this content."""
        part = self.part(incident_id, kind)
        part.write_bytes(content)
        return self.keep(part, incident_id, kind, stamp_s, blurred)

    def keep(
        self, part: Path, incident_id: str, kind: EvidenceKind, stamp_s: float, blurred: bool
    ) -> Evidence:
        """Give a complete file its name and enter it in the chain."""
        content = part.read_bytes()
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        ending, media_type = FORMATS[kind]
        evidence_id = self._new_id()
        path = part.with_name(evidence_id + ending)
        os.replace(part, path)
        evidence = Evidence(
            evidence_id,
            incident_id,
            kind,
            media_type,
            hashlib.sha256(content).hexdigest(),
            len(content),
            stamp_s,
            str(path),
            blurred,
        )
        self.chain.append(evidence)
        _LOG.info("evidence_kept incident=%s kind=%s bytes=%d", incident_id, kind, len(content))
        return evidence

    def release(
        self, incident_id: str, requested_by: str, reason: str, now_s: float
    ) -> list[Evidence]:
        """An incident's originals, each noted in the chain as released before it is given."""
        released = []
        for entry in list(self.chain.kept.values()):
            if entry.incident_id != incident_id or entry.kind != EvidenceKind.ORIGINAL:
                continue
            self.chain.release(entry, requested_by, reason, now_s)
            released.append(
                Evidence(
                    entry.evidence_id,
                    incident_id,
                    EvidenceKind.ORIGINAL,
                    FORMATS[EvidenceKind.ORIGINAL][1],
                    entry.sha256,
                    entry.size_bytes,
                    entry.captured_at_s,
                    str(self._folder / entry.file),
                    blurred=False,
                )
            )
            _LOG.info("original_released incident=%s by=%s", incident_id, requested_by)
        return released
