"""The map in force for the fence: read at the start, and again when the vehicle takes another.

The supervisor writes the files that a vehicle runs on into `parameters.yaml` of the state folder
before it starts navigation anew on another map, and again where it goes back. The safety process
is never stopped for that: it follows the file. While a map is read, and where it cannot be, there
is no ground to drive on.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import yaml

from navigation.safety.fence import Fence
from patrol.errors import SunraError
from patrol.map_geojson import load_map
from patrol.vehicle import VehicleSpec

LOOK_EVERY_S = 1.0


class FenceMap:
    """`fence` is the one to drive by; `look` is called once a second, and returns at once.

    Without a state folder (`ros2 launch`, where no map is switched) the first map stays. Raises
    MapError where that cannot be read.
    """

    def __init__(self, spec: VehicleSpec, map_file: Path, state_dir: Path | None) -> None:
        self._spec = spec
        self._parameters = state_dir / "parameters.yaml" if state_dir else None
        self._written_ns: int | None = None
        self._worker = ThreadPoolExecutor(1, "fence-map")
        self._reading: Future[Fence] | None = None
        self.map_file = map_file
        self.error = ""
        self.fence = _read(spec, map_file)

    def look(self) -> bool:
        """Whether `fence` is another one now."""
        wanted = self._wanted()
        if wanted is not None and wanted != self.map_file:
            self.map_file, self.error = wanted, ""
            self._reading = self._worker.submit(_read, self._spec, wanted)
            self.fence = Fence(self._spec, None)
            return True
        if self._reading is None or not self._reading.done():
            return False
        reading, self._reading = self._reading, None
        try:
            self.fence = reading.result()
        except (SunraError, OSError) as error:
            self.error = str(error)
            return False
        return True

    def close(self) -> None:
        """Wait for a map that is being read."""
        self._worker.shutdown()

    def _wanted(self) -> Path | None:
        """The map that the parameters name; None where they are as before, or not there."""
        if self._parameters is None:
            return None
        try:
            written_ns = self._parameters.stat().st_mtime_ns
            if written_ns == self._written_ns:
                return None
            values = yaml.safe_load(self._parameters.read_text(encoding="utf-8"))
            map_file = Path(values["/**"]["ros__parameters"]["map_file"])
        except (OSError, yaml.YAMLError, KeyError, TypeError):
            return None
        self._written_ns = written_ns
        return map_file


def _read(spec: VehicleSpec, map_file: Path) -> Fence:
    return Fence(spec, load_map(map_file))
