"""Why somebody looks at evidence: given with each look at a case that is over, kept on the trail.

While an incident waits for its verdict, whoever looks is answering it, and nobody is asked at
three in the morning. Afterwards a look needs a purpose (Personal Information Protection Act,
art. 3: processed for what it was collected for, and access is accounted for).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fleet_server.api.incident_models import LOOK_PURPOSES, LookPurpose, LookView
from fleet_server.errors import InvalidError

Row = Mapping[str, Any]
LOOKED, REFUSED = "evidence_view", "original_refused"
LEAST_CHARS = 5  # of the words that "other" needs


def purpose_of(
    given: LookPurpose | None, note: str | None, incident: Row | None
) -> dict[str, str]:
    """What the trail keeps of a look's purpose; raises InvalidError naming what is missing.

    `incident` None: a picture of a visit, of no incident, which needs none.
    """
    words = (note or "").strip()
    if incident is not None and incident["status"] == "resolved":
        about = f"incident {incident['incident_id']}"
        if given is None:
            raise InvalidError(
                f"purpose: {about} is resolved; say why it is looked at: {_choice()}",
                "purpose_missing",
                "purpose",
            )
        if given == "answering":
            raise InvalidError(
                f"purpose: {about} is resolved, nobody answers it any more: {_choice()}",
                "purpose_invalid",
                "purpose",
            )
    elif given is None and incident is not None:
        given = "answering"
    if given == "other" and len(words) < LEAST_CHARS:
        raise InvalidError(
            f"note: the purpose other needs words, at least {LEAST_CHARS} characters",
            "purpose_missing",
            "note",
        )
    told = {"purpose": given, "note": words or None}
    return {name: value for name, value in told.items() if value is not None}


def _choice() -> str:
    return ", ".join(purpose for purpose in LOOK_PURPOSES if purpose != "answering")


def look_views(lines: Iterable[Row]) -> list[LookView]:
    """Lines of the trail as the incident's record shows them."""
    return [
        LookView(
            time=line["time_s"],
            username=line["username"],
            evidence_id=line["subject"],
            kind=line["kind"],
            refused=line["action"] == REFUSED,
            purpose=line["details"].get("purpose"),
            note=line["details"].get("note"),
        )
        for line in lines
    ]
