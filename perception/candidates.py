"""Which incidents are candidates of person searches, and whose search is over.

The evidence of those is due (`evidence_expiry.py`). A file beside it holds ids and times alone,
nothing of who is looked for; so a vehicle that was off when a search ended, or has no link, still
knows.
A search is over when a list comes without it, or when it expires by this machine's clock.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from patrol.incident import AnomalyKind, Incident
from patrol.person_search import LONGEST_S, PersonSearch
from patrol.whole_file import write_whole

CANDIDATES_FILE = "candidates.json"  # in the evidence folder
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An incident that was reported for a search; epoch seconds of the vehicle's clock."""

    incident_id: str
    case_id: str
    ends_at_s: float  # when the search expires, as it was last told
    over_at_s: float | None = None  # since when it is over; None: it is open


class _Told(msgspec.Struct, frozen=True):
    """What a record of evidence says that a candidate is known by."""

    incident: Incident


class Candidates:
    """All candidates on board; `search` as lists come, `step` as time passes.

    What is not known of a search is taken for the longest that one lasts: a week.
    """

    def __init__(self, file: Path, kept: Collection[str], records: Sequence[Path]) -> None:
        """`kept`: incidents of which evidence is on board; a candidate beyond them is forgotten
        when its search is over. `records`: theirs, read where the file says nothing."""
        self._file = file
        self._listed: dict[str, float] | None = None  # case → end; None: no list has come
        known = _load(file)
        found = _recovered(records) if known is None else known
        self._known = {
            one.incident_id: one
            for one in found
            if one.over_at_s is None or one.incident_id in kept
        }
        if known is None:
            self._save()

    def search(self, searches: Sequence[PersonSearch]) -> None:
        """Take ALL open searches; one that is not among them is over with the next step."""
        self._listed = {search.case_id: search.expires_at_s for search in searches}

    def note(self, incident: Incident) -> None:
        """Remember an incident, on disk, before anything is kept of it; no-op for other kinds."""
        case_id = _case_of(incident)
        if case_id is None:
            return
        ends_at_s = (self._listed or {}).get(case_id, incident.detected_at_s + LONGEST_S)
        one = Candidate(incident.incident_id, case_id, ends_at_s)
        self._known[one.incident_id] = one
        self._save()

    def step(self, now_s: float) -> None:
        """Note whose search is over, or goes on longer, or is listed again."""
        changed = {
            one.incident_id: new
            for one in self._known.values()
            if (new := self._as_of(one, now_s)) != one
        }
        if not changed:
            return
        for new in changed.values():
            if new.over_at_s is not None:
                _LOG.info("candidate_over incident=%s case=%s", new.incident_id, new.case_id)
        self._known |= changed
        self._save()

    @property
    def over(self) -> dict[str, float]:
        """Incidents whose search is over → since when."""
        return {
            one.incident_id: one.over_at_s
            for one in self._known.values()
            if one.over_at_s is not None
        }

    def _as_of(self, one: Candidate, now_s: float) -> Candidate:
        if self._listed is not None and one.case_id in self._listed:
            ends_at_s = self._listed[one.case_id]
            is_over = now_s >= ends_at_s
        else:
            ends_at_s = one.ends_at_s
            is_over = self._listed is not None or one.over_at_s is not None or now_s >= ends_at_s
        if not is_over:
            return replace(one, ends_at_s=ends_at_s, over_at_s=None)
        since_s = now_s if one.over_at_s is None else min(one.over_at_s, now_s)
        return replace(one, ends_at_s=ends_at_s, over_at_s=since_s)

    def _save(self) -> None:
        """Replace the file at once; a disk that refuses is logged, and memory goes on knowing."""
        try:
            write_whole(self._file, msgspec.json.encode(list(self._known.values())))
        except OSError as error:
            _LOG.error("candidates_not_kept file=%s error=%s", self._file, error)


def _case_of(incident: Incident) -> str | None:
    case_id = incident.details.get("case_id")
    is_candidate = incident.kind is AnomalyKind.MISSING_PERSON and isinstance(case_id, str)
    return str(case_id) if is_candidate else None


def _load(file: Path) -> list[Candidate] | None:
    """None where the file is missing or cannot be read."""
    if not file.exists():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[Candidate])
    except (OSError, msgspec.DecodeError) as error:
        _LOG.warning("candidates_unreadable file=%s error=%s", file, error)
        return None


def _recovered(records: Sequence[Path]) -> list[Candidate]:
    """Candidates by the records of their evidence; the end of their search is not in them."""
    found = []
    for path in records:
        try:
            incident = msgspec.json.decode(path.read_bytes(), type=_Told).incident
        except (OSError, msgspec.DecodeError) as error:
            _LOG.warning("candidate_record_unreadable file=%s error=%s", path, error)
            continue
        case_id = _case_of(incident)
        if case_id is not None:
            ends_at_s = incident.detected_at_s + LONGEST_S
            found.append(Candidate(incident.incident_id, case_id, ends_at_s))
    return found
