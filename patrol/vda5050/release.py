"""releaseOriginal: the instant action that asks a vehicle for an incident's sealed originals."""

from __future__ import annotations

from dataclasses import dataclass

from patrol.errors import OrderError
from patrol.vda5050.messages import Action, ActionParameter

RELEASE_ORIGINAL = "releaseOriginal"
MOST_CHARS = 500  # of a reason
_KEYS = {"incidentId": "incident_id", "requestedBy": "requested_by", "reason": "reason"}


@dataclass(frozen=True, slots=True)
class Release:
    """Whose originals, who asks for them, and why; the vehicle's evidence chain keeps it."""

    incident_id: str
    requested_by: str
    reason: str


def release_action(release: Release, action_id: str) -> Action:
    """The action on the wire."""
    return Action(
        action_type=RELEASE_ORIGINAL,
        action_id=action_id,
        blocking_type="NONE",
        action_parameters=[
            ActionParameter(key=key, value=getattr(release, name)) for key, name in _KEYS.items()
        ],
    )


def read_release(action: Action) -> Release:
    """What an action asks for; raises OrderError (validationError) naming the parameter."""
    given = action.parameters()
    for key in _KEYS:
        value = given.get(key)
        if not isinstance(value, str) or not 0 < len(value.strip()) <= MOST_CHARS:
            raise OrderError(
                f"{RELEASE_ORIGINAL}: {key} must be a text of 1 to {MOST_CHARS} characters",
                "validationError",
            )
    return Release(**{name: given[key] for key, name in _KEYS.items()})
