"""perception: the PerceptionPipeline between ROS topics."""

from __future__ import annotations

import math
import time
from collections import deque

from nav_msgs.msg import Odometry
from patrol_interfaces.msg import CaptureRequest, PerceptionState, PersonSearchArray
from patrol_interfaces.srv import ReleaseOriginal
from sensor_msgs.msg import Image, LaserScan

from patrol.faults import FaultKind
from patrol.geometry import Scan, StampedPose
from patrol.incident import Evidence
from patrol.map_geojson import load_map
from patrol.topics import DEBUG_IMAGE_TOPIC, RELEASE_SERVICE, TOPICS
from patrol.vehicle import load_vehicle
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
from patrol_ros.latest import Latest
from patrol_ros.node import VehicleNode
from patrol_ros.stamps import header_of
from perception.evidence import NoPictureError
from perception.types import Frame, PerceptionOutput, ThermalPicture

STATE_HZ = TOPICS["/perception/state"].rate_hz or 2
_RATE_PICTURES = 26  # 5 s at 5 Hz
_RATE_SILENT_S = 5.0
STEP_HZ = 10.0  # looks for a new picture; the camera's rate decides how often there is one


class PerceptionNode(VehicleNode):
    """Pictures (/camera/*/image_raw), pose, /scan → /perception/tracks, incident, state."""

    def __init__(self) -> None:
        super().__init__("perception")
        spec = load_vehicle(self.path("vehicle_file"))
        patrol_map = load_map(self.path("map_file"))
        self._camera = spec.cameras[0]
        self._pipeline = open_pipeline(
            self.text("detector", "yolo"),
            self.path("perception_file"),
            spec,
            patrol_map,
            self.path("state_dir") / "evidence",
        )
        self._picture: Picture | None = None
        self._warmth: Warmth | None = None
        self._last_picture_s = -math.inf
        self._pose: Latest[StampedPose] = Latest()
        self._scan: Latest[Scan] = Latest()
        self._faults: frozenset[FaultKind] = frozenset()
        self._frames, self._step_s = 0, 0.0
        self._drops, self._sweeps_left_out = 0, 0
        self._looked_s: deque[float] = deque(maxlen=_RATE_PICTURES)
        self._publish_tracks = self.topic_publisher("/perception/tracks")
        self._publish_detections = self.topic_publisher("/perception/detections")
        self._debug = self.create_lifecycle_publisher(Image, DEBUG_IMAGE_TOPIC, 1)
        self._publish_incident = self.topic_publisher("/perception/incident")
        self._publish_state = self.topic_publisher("/perception/state")
        image_topic = f"/camera/{self._camera.name}/image_raw"
        self.topic_subscription(image_topic, self._on_picture, raw=True)
        self._thermal_camera = next(iter(spec.thermal_cameras), None)
        if self._thermal_camera is not None:
            thermal_topic = f"/camera/{self._thermal_camera.name}/image_raw"
            self.topic_subscription(thermal_topic, self._on_warmth, raw=True)
        self.topic_subscription("/localization/odometry", self._on_pose)
        self.topic_subscription("/scan", self._on_scan)
        self._capture_id, self._capture_failure = "", ""
        self.topic_subscription("/perception/capture", self._on_capture)
        self.topic_subscription("/perception/searches", self._on_searches)
        self.create_service(ReleaseOriginal, RELEASE_SERVICE, self._on_release)
        self.every(STEP_HZ, self._step)
        self.every(STATE_HZ, self._tell_state)

    def _on_picture(self, cdr: bytes) -> None:
        self._drops += self._picture is not None
        self._picture = picture_of(cdr)

    def _on_warmth(self, cdr: bytes) -> None:
        try:
            self._warmth = warmth_of(cdr)
        except ValueError as error:  # the eyes do without; what is old does not count any more
            self.get_logger().error(f"thermal_refused {error}", throttle_duration_sec=60.0)

    def _thermal(self) -> ThermalPicture | None:
        if self._warmth is None or self._thermal_camera is None:
            return None
        return ThermalPicture(*self._warmth, self._thermal_camera)

    def _on_pose(self, message: Odometry) -> None:
        stamped = pose_of(message)
        self._pose.put(stamped, stamped.stamp_s)

    def _on_scan(self, message: LaserScan) -> None:
        scan = scan_of(message)
        self._scan.put(scan, scan.stamp_s)

    def _on_searches(self, message: PersonSearchArray) -> None:
        searches = searches_of(message)
        for problem in searches.problems:
            self.get_logger().error(f"person_search_refused {problem}")
        self._pipeline.search(searches.opened)

    def _step(self) -> None:
        picture, self._picture = self._picture, None
        frame = None
        if picture is not None:
            self._last_picture_s = picture.stamp_s
            frame = Frame(picture.stamp_s, picture.image_bgr, self._camera, self._thermal())
        started_s = time.monotonic()
        output = self._pipeline.step(frame, self._pose.value, self._scan.value, self.now_s())
        if frame is not None:
            self._frames += 1
            self._step_s = time.monotonic() - started_s
            self._sweeps_left_out += output.sweep_left_out
            self._looked_s.append(frame.stamp_s)
            self._show(frame, output)
            self._publish_tracks(message_of_tracks(output.tracks, output.stamp_s))
        self._report(output)

    def _show(self, frame: Frame, output: PerceptionOutput) -> None:
        """Boxes for whoever wants them, and the debug picture while somebody looks."""
        name = f"{frame.camera.name}_optical"
        if output.found is not None:
            self._publish_detections(message_of_detections(output.found, frame.stamp_s, name))
        if self._debug.get_subscription_count():
            picture = self._pipeline.debug_picture()
            if picture is not None:
                self._debug.publish(message_of_picture(picture, frame.stamp_s, name))

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
            self._send_files([self._pipeline.capture(message.capture_id, now_s)], now_s)
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
        if output.faults != self._faults:
            self._faults = output.faults
            self.event("perception_faults", faults=",".join(names_of(output.faults)) or "none")
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
