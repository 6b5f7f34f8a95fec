"""recorder: writes the topics of the vehicle to an MCAP file, bytes as they come."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime

from patrol.topics import topic_row, topics_of
from patrol.vehicle import load_vehicle
from patrol_fleet_client.health import DISK_FULL_MB
from patrol_fleet_client.recording import Recording, definition_of, prune, share_folders
from patrol_ros.node import VehicleNode

# Everything but pictures (evidence keeps those that matter) and what follows from other topics.
NOT_RECORDED = ("/camera/front/image_raw", "/camera/front/camera_info", "/tf")
KEEP_BYTES = 2_000_000_000
QUEUE = 200  # of each topic: a recorder that lags must not lose what happened
CHECK_DISK_HZ = 0.2


class RecorderNode(VehicleNode):
    """Every topic of the vehicle but `NOT_RECORDED` → state_dir/recordings/*.mcap."""

    def __init__(self) -> None:
        super().__init__("recorder")
        self._folder = self.path("state_dir") / "recordings"
        self._recording: Recording | None = None
        if not self.flag("record", True):
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        prune(self._folder, KEEP_BYTES)
        name = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        self._recording = Recording(self._folder / f"{name}.mcap")
        folders = share_folders()
        rangers = load_vehicle(self.path("vehicle_file")).ultrasonics
        for topic in topics_of(ranger.name for ranger in rangers):
            if topic in NOT_RECORDED:
                continue
            kind = topic_row(topic).type
            self._recording.add_topic(topic, kind, definition_of(kind, folders))
            self._record(topic)
        self.every(CHECK_DISK_HZ, self._check_disk)
        self.event("recording_started", file=self._recording.path)

    def _record(self, topic: str) -> None:
        def write(cdr: bytes) -> None:
            if self._recording is not None:
                self._recording.write(topic, cdr, time.time(), self.now_s())

        self.topic_subscription(topic, write, raw=True, depth=QUEUE)

    def _check_disk(self) -> None:
        free_mb = shutil.disk_usage(self._folder).free / 1e6
        if free_mb < DISK_FULL_MB and self._recording is not None:
            self.event("recording_stopped", reason="disk_full", free_mb=round(free_mb))
            self.close()

    def close(self) -> None:
        """Finish the file."""
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.close()
            self.event("recording_closed", file=recording.path)
