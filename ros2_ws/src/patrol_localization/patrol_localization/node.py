"""localization: the Localizer between ROS topics, and its memory of the last pose."""

from __future__ import annotations

import uuid

from nav_msgs.msg import Odometry
from patrol_interfaces.srv import SetPose
from sensor_msgs.msg import Imu, LaserScan, NavSatFix

from navigation.localization.localizer import Localizer
from navigation.localization.outlines import Outlines
from navigation.localization.placing import sigma_to_keep_m
from navigation.messages import fix_of, imu_of, wheels_of
from patrol.geometry import Pose2, StampedPose
from patrol.map_geojson import load_map
from patrol.topics import SET_POSE_SERVICE, TOPICS
from patrol.vehicle import load_vehicle
from patrol_localization.convert import message_of_estimate, odom_pose_at, transforms_of
from patrol_localization.seed import (
    PARKED_SIGMA_M,
    PARKED_SIGMA_RAD,
    Seed,
    load_seed,
    save_pose,
)
from patrol_ros.convert import message_of_pose, scan_of
from patrol_ros.node import VehicleNode
from patrol_ros.places import start_pose

POSE_HZ = TOPICS["/localization/odometry"].rate_hz or 20
STATE_HZ = TOPICS["/localization/state"].rate_hz or 2
SAVE_HZ = 1.0
TRANSFORM_HZ = TOPICS["/tf"].rate_hz or 5


class LocalizationNode(VehicleNode):
    """Odometry, IMU, GNSS, scans → /localization/odometry, /localization/state, /tf."""

    def __init__(self) -> None:
        super().__init__("localization")
        self._spec = load_vehicle(self.path("vehicle_file"))
        self._map = load_map(self.path("map_file"))
        self._outlines = Outlines(b.polygon_map for b in self._map.buildings)
        self._pose_file = self.path("state_dir") / "pose.json"
        self._start = self.text("start_place"), self.text("start_dock")
        self._localizer: Localizer | None = None  # made when the clock runs
        self._wheels: Odometry | None = None
        self._seed_id = self._told_seed_id = ""
        self._status = ""
        self._save_trouble = ""
        self._steps = 0
        self._publish_pose = self.topic_publisher("/localization/odometry")
        self._publish_state = self.topic_publisher("/localization/state")
        self._publish_transform = self.topic_publisher("/tf")
        self.topic_subscription("/wheel/odometry", self._on_wheels)
        self.topic_subscription("/imu/data", self._on_imu)
        self.topic_subscription("/gnss/fix", self._on_fix)
        self.topic_subscription("/scan", self._on_scan)
        self.create_service(SetPose, SET_POSE_SERVICE, self._on_set_pose)
        self.every(POSE_HZ, self._step)

    def _open(self, now_s: float) -> Localizer:
        seed = load_seed(self._pose_file, self._map.map_id, now_s)
        source = "last_pose" if seed else "start"
        seed = seed or Seed(start_pose(self._map, *self._start), PARKED_SIGMA_M, PARKED_SIGMA_RAD)
        self._begin(source, seed.pose)
        return Localizer(
            self._spec,
            self._map.origin,
            seed.pose,
            start_sigma_m=seed.sigma_m,
            start_sigma_rad=seed.sigma_rad,
            outlines=self._outlines,
        )

    def _begin(self, source: str, pose: Pose2) -> None:
        self._seed_id = uuid.uuid4().hex
        place = f"{pose.x_m:.2f},{pose.y_m:.2f},{pose.yaw_rad:.3f}"
        self.event("localization_seeded", source=source, place=place)

    def _on_set_pose(
        self, request: SetPose.Request, response: SetPose.Response
    ) -> SetPose.Response:
        pose = Pose2(request.x_m, request.y_m, request.yaw_rad)
        if self._localizer is None:
            response.failure = "localization is starting"
        elif request.map_id != self._map.map_id:
            response.failure = f"map {request.map_id!r} is not in use, {self._map.map_id!r} is"
        else:
            try:
                self._localizer.place(pose, self._map, self.now_s())
            except ValueError as error:
                response.failure = str(error)
            else:
                self._begin("person", pose)
        if response.failure:
            self.event("pose_refused", why=repr(response.failure))
        return response

    def _on_wheels(self, message: Odometry) -> None:
        self._wheels = message
        if self._localizer is not None:
            self._localizer.add_odometry(wheels_of(message, self._spec.wheelbase_m))

    def _on_imu(self, message: Imu) -> None:
        if self._localizer is not None:
            self._localizer.add_imu(imu_of(message))

    def _on_fix(self, message: NavSatFix) -> None:
        if self._localizer is not None:
            self._localizer.add_gnss(fix_of(message))

    def _on_scan(self, message: LaserScan) -> None:
        if self._localizer is not None:
            self._localizer.add_scan(scan_of(message))

    def _step(self) -> None:
        now_s = self.now_s()
        if self._localizer is None:
            self._localizer = self._open(now_s)
        estimate = self._localizer.estimate(now_s)
        self._steps += 1
        changed = estimate.status != self._status
        # A recording has to know of a new beginning before its first pose.
        if changed or self._seed_id != self._told_seed_id or self._is_turn(STATE_HZ):
            self._told_seed_id = self._seed_id
            self._publish_state(
                message_of_estimate(estimate, self._map.map_id, self._seed_id, now_s)
            )
        if changed:
            self._status = estimate.status
            self.event("localization_status", status=estimate.status, now_s=f"{now_s:.2f}")
        if estimate.stamped is not None:
            self._publish_pose(message_of_pose(estimate.stamped))
            if self._is_turn(TRANSFORM_HZ) and self._wheels is not None:
                odom_from_base = odom_pose_at(self._wheels, estimate.stamped.stamp_s)
                self._publish_transform(transforms_of(estimate.stamped, odom_from_base))
            if self._is_turn(SAVE_HZ):
                self._save(estimate.stamped, sigma_to_keep_m(estimate))

    def _save(self, stamped: StampedPose, sigma_m: float) -> None:
        trouble = save_pose(self._pose_file, self._map.map_id, stamped, sigma_m)
        if bool(trouble) != bool(self._save_trouble):
            self.event("pose_unsaved" if trouble else "pose_saved_again", why=repr(trouble))
        self._save_trouble = trouble

    def _is_turn(self, rate_hz: float) -> bool:
        return self._steps % round(POSE_HZ / rate_hz) == 0
