"""The detector in one process with the simulator's renderer, which came first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
from pathlib import Path
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from perception.detectors.yolo import _import_yolo
from simulation.camera.renderer import open_renderer
from simulation.world import build_world

spec = load_vehicle(Path("config/vehicles/goalie.yaml"))
world = build_world(load_map(Path("maps/proving_ground.geojson")))
renderer = open_renderer(world, spec.cameras)
_import_yolo(Path("var/models/settings"))
import torchvision
renderer.close()
print("both")
"""


def test_both_live_in_one_process() -> None:
    """Mesa's LLVM and triton's, which torchvision loads where it finds it, are one too many."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=300.0
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("both\n")
