"""What the plan commands share: words of their options, and what they write."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patrol.errors import PlanError, SunraError
from patrol.map import Dock, PatrolMap

if TYPE_CHECKING:
    from navigation.planning.fleet.types import FleetPlan


def percent(text: str, option: str) -> float:
    """A percentage; raises PlanError."""
    return number(text.removesuffix("%"), f"{option}: {text!r} is no percentage")


def number(text: str, otherwise: str) -> float:
    """A finite number; raises PlanError with the sentence given."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PlanError(otherwise)
    return value


def place_of(
    patrol_map: PatrolMap, text: str | None, option: str
) -> tuple[int, float | None, Dock | None]:
    """The node of a dock, checkpoint or node id, with heading and dock if it is a dock.

    Raises PlanError naming the docks.
    """
    for dock in patrol_map.docks:
        if dock.id == text:
            return dock.node_id, dock.heading_rad, dock
    for checkpoint in patrol_map.checkpoints:
        if checkpoint.id == text:
            return checkpoint.node_id, None, None
    if text is not None and text.isdecimal() and int(text) in patrol_map.nodes:
        return int(text), None, None
    docks = ", ".join(dock.id for dock in patrol_map.docks) or "none"
    if text is None:
        raise PlanError(f"{patrol_map.map_id}: has no dock to start from; name a node with --from")
    raise PlanError(
        f"{option}: {text!r} is no dock, checkpoint or node of {patrol_map.map_id}; docks: {docks}"
    )


def listed(text: str) -> list[str]:
    """The words between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def edge_id(text: str, option: str) -> int:
    """An edge's id; raises PlanError."""
    if not text.isdecimal():
        raise PlanError(f"{option}: {text!r} is no edge id")
    return int(text)


def write_json(path: Path, document: dict[str, Any]) -> None:
    """A JSON file, whole or not at all; raises SunraError."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
        os.replace(part, path)
    except OSError as error:
        raise SunraError(f"{path}: cannot be written: {error.strerror}") from None


def draw_plan(patrol_map: PatrolMap, path: Path, plan: FleetPlan) -> None:
    """A picture of the routes."""
    from navigation.map_drawing import draw_map

    draw_map(patrol_map, path, {v.vehicle_id: v.node_ids for v in plan.vehicles if v.steps})
