"""One vehicle of a publication: what its last state means, and what to send it. Pure.

What counts is the state's `maps`: a vehicle lists a version only after working its content hash
out again. An instant action is sent again under its id until a state shows it, and under a new id
once it has failed; so a killed server, broker or vehicle loses nothing and does nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from fleet_server.vehicle_maps import spare_versions, status_of
from patrol.vda5050.map_transfer import DELETE_MAP, DOWNLOAD_MAP, ENABLE_MAP, map_link
from patrol.vda5050.messages import Action, ActionParameter, ActionState, State

TRIES = 3  # failures of one step before the vehicle is given up
UNHEARD_SENDS = 4  # of one action id that no state ever shows; then a new id
MAPS_LEFT = 5  # versions on a vehicle above which the oldest unused are deleted
SETTLED = ("ready", "enabled", "failed")


class Target(msgspec.Struct, frozen=True):
    """How far a vehicle is: waiting, downloading, ready, enabling, enabled, failed."""

    status: str = "waiting"
    reason: str | None = None
    step: str = DOWNLOAD_MAP  # of the action last sent
    attempt: int = 1
    sends: int = 0
    sent_at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a publication asks of each of its vehicles."""

    publication_id: str
    map_id: str
    version: str
    may_enable: bool
    current: str  # the version that orders are planned on: never deleted
    resend_after_s: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What the server knows of a vehicle now."""

    state: State | None
    online: bool


def look(target: Target, wanted: Wanted, seen: Seen, now_s: float) -> tuple[Target, list[Action]]:
    """The target after a look at its vehicle, and the instant actions to send."""
    state = seen.state
    have = status_of(state, wanted.map_id, wanted.version) if state else None
    if have == "ENABLED":
        return msgspec.structs.replace(target, status="enabled", reason=None), []
    if target.status == "failed":
        return target, []
    if state is None or not seen.online:
        return msgspec.structs.replace(target, status="waiting", reason="not connected"), []
    if have == "DISABLED" and not wanted.may_enable:
        return Target("ready"), []
    step, status = (ENABLE_MAP, "enabling") if have else (DOWNLOAD_MAP, "downloading")
    if target.step != step or target.status == "ready":
        target = Target(step=step)
    target = msgspec.structs.replace(target, status=status)
    if step == DOWNLOAD_MAP and _is_elsewhere(state, wanted):
        return msgspec.structs.replace(target, status="failed", reason="drives another map"), []
    return _pursue(target, wanted, state, now_s)


def _is_elsewhere(state: State, wanted: Wanted) -> bool:
    return bool(state.maps) and all(m.map_id != wanted.map_id for m in state.maps or [])


def _pursue(
    target: Target, wanted: Wanted, state: State, now_s: float
) -> tuple[Target, list[Action]]:
    """Send the step's action, again where nothing was heard of it; count its failures."""
    if target.sent_at_s is None:
        return _send(target, wanted, state, now_s)
    action_id = _action_id(target, wanted)
    shown = next((a for a in state.action_states if a.action_id == action_id), None)
    if shown is not None and shown.action_status == "FAILED":
        return _failed(target, shown.result_description or "the vehicle gave no reason"), []
    if shown is not None and shown.action_status != "FINISHED":
        return msgspec.structs.replace(target, reason=_progress(shown)), []
    if now_s - target.sent_at_s < wanted.resend_after_s:
        return target, []
    if shown is not None:  # finished, and yet the state does not show it: ask anew
        return _failed(
            target, f"{target.step} is finished, but the state's maps say otherwise"
        ), []
    if target.sends >= UNHEARD_SENDS:
        return _failed(target, f"no answer to {target.step}"), []
    return _send(target, wanted, state, now_s)


def _failed(target: Target, reason: str) -> Target:
    if target.attempt >= TRIES:
        return msgspec.structs.replace(target, status="failed", reason=reason)
    return Target(target.status, reason, target.step, target.attempt + 1)


def _progress(shown: ActionState) -> str:
    text = f": {shown.result_description}" if shown.result_description else ""
    return f"{shown.action_status.lower()}{text}"


def _send(
    target: Target, wanted: Wanted, state: State, now_s: float
) -> tuple[Target, list[Action]]:
    sent = msgspec.structs.replace(target, sends=target.sends + 1, sent_at_s=now_s)
    action = _map_action(target.step, _action_id(target, wanted), wanted, wanted.version)
    if target.step == ENABLE_MAP:
        return sent, [action]
    link = map_link(wanted.map_id, wanted.version)
    more = [("mapDownloadLink", link), ("mapHash", wanted.version)]
    assert action.action_parameters is not None
    action.action_parameters += [ActionParameter(key=key, value=value) for key, value in more]
    keep = {wanted.version, wanted.current}
    spare = spare_versions(state, wanted.map_id, keep, MAPS_LEFT)
    deletions = [
        _map_action(DELETE_MAP, f"{wanted.publication_id}-drop-{old[:12]}", wanted, old)
        for old in spare
    ]
    return sent, [*deletions, action]


def _action_id(target: Target, wanted: Wanted) -> str:
    return f"{wanted.publication_id}-{target.step}-{target.attempt}"


def _map_action(kind: str, action_id: str, wanted: Wanted, version: str) -> Action:
    return Action(
        action_type=kind,
        action_id=action_id,
        blocking_type="SOFT" if kind == ENABLE_MAP else "NONE",
        action_parameters=[
            ActionParameter(key="mapId", value=wanted.map_id),
            ActionParameter(key="mapVersion", value=version),
        ],
    )
