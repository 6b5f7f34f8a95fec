"""Where the checkout keeps what scenarios read when they do not say."""

from __future__ import annotations

from pathlib import Path

CONFIG = Path(__file__).parents[2] / "config"
DEFAULT_VEHICLE = CONFIG / "vehicles" / "goalie.yaml"
PERCEPTION_FILE = CONFIG / "perception.yaml"
REHEARSAL = CONFIG / "scenarios" / "rehearsal"
