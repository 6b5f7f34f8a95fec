"""What a pipeline cannot be made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import painted_world as world
import pytest

from patrol.errors import ConfigError
from perception.factory import build_pipeline


def test_a_vehicle_without_cameras_is_told_so_in_one_line(tmp_path: Path) -> None:
    blind = replace(world.SPEC, cameras=())
    config = world.REPOSITORY / "config" / "perception.yaml"
    with pytest.raises(ConfigError, match=r"vehicle goalie: cameras: it has none") as raised:
        build_pipeline(config, blind, "sillim", tmp_path)
    assert "\n" not in str(raised.value)
