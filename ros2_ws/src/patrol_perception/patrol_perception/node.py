"""perception: the PerceptionPipeline between ROS topics."""

from __future__ import annotations

import math
import time
from collections import deque
from functools import partial

from nav_msgs.msg import Odometry
from patrol_interfaces.msg import CaptureRequest, PerceptionState, PersonSearchArray
from patrol_interfaces.srv import ReleaseOriginal
from sensor_msgs.msg import Image, LaserScan

from patrol.faults import FaultKind
from patrol.incident import Evidence
from patrol.map_geojson import load_map
from patrol.topics import RELEASE_SERVICE, TOPICS, camera_topic, debug_topic, thermal_topic
from patrol.vehicle import CameraSpec, load_vehicle
from patrol_perception.convert import (
    Picture,
    Warmth,
    message_of_detections,
    message_of_incident,
    message_of_picture,
    message_of_tracks,
    picture_of,
    warmth_of,
)
from patrol_perception.pipelines import open_pipeline
from patrol_perception.searches import searches_of
from patrol_ros.convert import pose_of, scan_of
from patrol_ros.fault_names import names_of
from patrol_ros.node import VehicleNode
from patrol_ros.stamps import header_of
from patrol_ros.waiting import waiting
from perception.evidence import NoPictureError
from perception.types import Frame, PerceptionOutput, ThermalPicture, looks_along

STATE_HZ = TOPICS["/perception/state"].rate_hz or 2
_RATE_PICTURES = 26  # 5 s at 5 Hz
_RATE_SILENT_S = 5.0
POSES_WAIT, SCANS_WAIT = 60, 30  # 3 s of each: a step that takes longer is a hung one
STEP_HZ = 10.0  # looks for a new picture; the camera's rate decides how often there is one


class PerceptionNode(VehicleNode):
    """Pictures of all cameras, pose, /scan → /perception/tracks, incident, state."""

    def __init__(self) -> None:
        super().__init__("perception")
        spec = load_vehicle(self.path("vehicle_file"))
        patrol_map = load_map(self.path("map_file"))
        self._cameras = {camera.name: camera for camera in spec.cameras}
        self._thermal_cameras = {camera.name: camera for camera in spec.thermal_cameras}
        self._pipeline = open_pipeline(
            self.text("detector", "yolo"),
            self.path("perception_file"),
            spec,
            patrol_map,
            self.path("state_dir") / "evidence",
        )
        self._pictures: dict[str, Picture] = {}  # not looked at yet, by camera
        self._warmth: dict[str, Warmth] = {}  # the newest, by thermal camera
        self._last_picture_s = -math.inf
        self._faults: frozenset[FaultKind] = frozenset()
        self._told: tuple[object, object] = (frozenset(), {})  # of faults, by the log
        self._frames, self._step_s = 0, 0.0
        self._drops, self._sweeps_left_out = 0, 0
        self._looked_s: deque[float] = deque(maxlen=_RATE_PICTURES)  # of the first camera
        self._publish_tracks = self.topic_publisher("/perception/tracks")
        self._publish_detections = self.topic_publisher("/perception/detections")
        self._debug = {
            name: self.create_lifecycle_publisher(Image, debug_topic(name, number), 1)
            for number, name in enumerate(self._cameras)
        }
        self._publish_incident = self.topic_publisher("/perception/incident")
        self._publish_state = self.topic_publisher("/perception/state")
        for name in self._cameras:
            heard = partial(self._on_picture, name)
            self.topic_subscription(camera_topic(name), heard, raw=True)
        for name in self._thermal_cameras:
            warmed = partial(self._on_warmth, name)
            self.topic_subscription(thermal_topic(name), warmed, raw=True)
        # between two pictures whose step takes long there are many poses and some scans
        self._poses = self.topic_subscription(
            "/localization/odometry", self._on_pose, depth=POSES_WAIT
        )
        self._scans = self.topic_subscription("/scan", self._on_scan, depth=SCANS_WAIT)
        self._capture_id, self._capture_failure = "", ""
        self.topic_subscription("/perception/capture", self._on_capture)
        self.topic_subscription("/perception/searches", self._on_searches)
        self.create_service(ReleaseOriginal, RELEASE_SERVICE, self._on_release)
        self.every(STEP_HZ, self._step)
        self.every(STATE_HZ, self._tell_state)

    def _on_picture(self, camera: str, cdr: bytes) -> None:
        self._drops += camera in self._pictures
        self._pictures[camera] = picture_of(cdr)

    def _on_warmth(self, camera: str, cdr: bytes) -> None:
        try:
            self._warmth[camera] = warmth_of(cdr)
        except ValueError as error:  # the eyes do without; what is old does not count any more
            self.get_logger().error(f"thermal_refused {error}", throttle_duration_sec=60.0)

    def _thermal(self, camera: CameraSpec) -> ThermalPicture | None:
        """The newest picture of a thermal camera that looks the way a camera does."""
        for name, thermal in self._thermal_cameras.items():
            if name in self._warmth and looks_along(thermal, camera):
                return ThermalPicture(*self._warmth[name], thermal)
        return None

    def _on_pose(self, message: Odometry) -> None:
        self._pipeline.hear(pose_of(message))

    def _on_scan(self, message: LaserScan) -> None:
        self._pipeline.hear(None, scan_of(message))

    def _on_searches(self, message: PersonSearchArray) -> None:
        searches = searches_of(message)
        for problem in searches.problems:
            self.get_logger().error(f"person_search_refused {problem}")
        self._pipeline.search(searches.opened)

    def _step(self) -> None:
        pictures, self._pictures = self._pictures, {}
        frames = [
            Frame(picture.stamp_s, picture.image_bgr, camera, self._thermal(camera))
            for name, camera in self._cameras.items()
            if (picture := pictures.get(name)) is not None
        ]
        for pose in waiting(self._poses):
            self._on_pose(pose)
        for scan in waiting(self._scans):
            self._on_scan(scan)
        started_s = time.monotonic()
        output = self._pipeline.step_all(frames, None, None, self.now_s())
        if frames:
            self._step_s = time.monotonic() - started_s
            self._sweeps_left_out += output.sweep_left_out
            self._publish_tracks(message_of_tracks(output.tracks, output.stamp_s))
        for frame in frames:
            self._show(frame, output)
            self._count(frame)
        self._report(output)

    def _count(self, frame: Frame) -> None:
        """The state tells rate and age of the first camera's pictures, the number of all."""
        self._frames += 1
        if frame.camera.name == next(iter(self._cameras)):
            self._last_picture_s = frame.stamp_s
            self._looked_s.append(frame.stamp_s)

    def _show(self, frame: Frame, output: PerceptionOutput) -> None:
        """Boxes for whoever wants them, and the debug picture while somebody looks."""
        camera, name = frame.camera.name, f"{frame.camera.name}_optical"
        if camera in output.found:
            boxes = output.found[camera]
            self._publish_detections(message_of_detections(boxes, frame.stamp_s, name))
        if self._debug[camera].get_subscription_count():
            picture = self._pipeline.debug_picture(camera)
            if picture is not None:
                self._debug[camera].publish(message_of_picture(picture, frame.stamp_s, name))

    def _rate_hz(self, now_s: float) -> float:
        """Pictures a second, over the last ones; 0 where they have stopped coming."""
        if len(self._looked_s) < 2 or now_s - self._looked_s[-1] > _RATE_SILENT_S:
            return 0.0
        return (len(self._looked_s) - 1) / max(self._looked_s[-1] - self._looked_s[0], 1e-3)

    def _on_capture(self, message: CaptureRequest) -> None:
        """Take a picture once for each id, and say at once what came of it."""
        if not self.is_active or message.capture_id in ("", self._capture_id):
            return
        now_s, failure = self.now_s(), ""
        try:
            self._send_files(self._pipeline.capture(message.capture_id, now_s), now_s)
        except NoPictureError as error:
            failure = str(error)
        self._capture_id, self._capture_failure = message.capture_id, failure
        self.event("capture", id=message.capture_id, failure=repr(failure))
        self._tell_state()

    def _on_release(
        self, request: ReleaseOriginal.Request, response: ReleaseOriginal.Response
    ) -> ReleaseOriginal.Response:
        """Send the sealed originals of an incident; the evidence chain keeps who asked and why."""
        if not self.is_active:
            response.failure = "perception is not active"
            return response
        now_s = self.now_s()
        asked = (request.incident_id, request.requested_by, request.reason)
        try:
            self._send_files(self._pipeline.release(*asked, now_s), now_s)
        except NoPictureError as error:
            response.failure = str(error)
        self.event("release", id=request.incident_id, failure=repr(response.failure))
        return response

    def _report(self, output: PerceptionOutput) -> None:
        self._faults = output.faults
        told = (output.faults, output.faults_by_camera)
        if told != self._told:
            self._told = told
            self.event(
                "perception_faults",
                faults=",".join(names_of(output.faults)) or "none",
                cameras=",".join(output.faults_by_camera) or "none",
            )
        files = list(output.evidence)
        for incident in output.incidents:
            own = [item for item in files if item.incident_id == incident.incident_id]
            files = [item for item in files if item not in own]
            self._publish_incident(message_of_incident(incident, own, output.stamp_s))
            self.event(
                "incident",
                id=incident.incident_id,
                kind=incident.kind,
                phase=incident.phase,
                revision=incident.revision,
            )
        self._send_files(files, output.stamp_s)

    def _send_files(self, files: list[Evidence], stamp_s: float) -> None:
        if files:
            self._publish_incident(message_of_incident(None, files, stamp_s))

    def _tell_state(self) -> None:
        now_s = self.now_s()
        self._publish_state(
            PerceptionState(
                header=header_of(now_s),
                frames=self._frames,
                step_s=self._step_s,
                rate_hz=self._rate_hz(now_s),
                drops=self._drops,
                sweeps_left_out=self._sweeps_left_out,
                frame_age_s=now_s - self._last_picture_s,
                faults=names_of(self._faults),
                capture_id=self._capture_id,
                capture_failure=self._capture_failure,
            )
        )

    def close(self) -> None:
        """Finish evidence that is being written, and send it."""
        self._send_files(self._pipeline.close(), self.now_s())
