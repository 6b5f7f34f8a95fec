"""One camera of a vehicle: whether its pictures are good, and what is judged by them alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from patrol.faults import FaultKind
from patrol.geometry import Scan, StampedPose
from patrol.vehicle import CameraSpec
from perception.camera_check import CameraCheck, CameraCheckConfig
from perception.detectors.base import Detections, Image
from perception.looks import Sighting
from perception.rules.base import AnyRule, Finding, Glimpse, LensRule, Scene, grey_of
from perception.sweep import Sweep
from perception.types import Frame


class Eye:
    """A camera with its check, its turned look and its own rules.

    Rules that judge what pictures show (is it still there, is it gone, how long was it looked at)
    are one set a camera: to them a picture of another camera is no look at all.
    """

    def __init__(
        self,
        camera: CameraSpec,
        config: CameraCheckConfig,
        rules: Sequence[AnyRule] = (),
        sweep: Sweep | None = None,
    ) -> None:
        self.camera, self.sweep = camera, sweep
        self.check = CameraCheck(config)
        self.rules = [rule for rule in rules if not isinstance(rule, LensRule)]
        self._lens_rules = [rule for rule in rules if isinstance(rule, LensRule)]
        self.faults: frozenset[FaultKind] = frozenset()  # of the last picture
        self._grey: Image | None = None  # the last picture without colours
        self.found: Detections | None = None  # in the last picture that was good
        self.findings: list[Finding] = []  # in it
        self.told: list[Finding] = []  # by the last picture, about the camera itself

    @property
    def name(self) -> str:
        """As in the vehicle file."""
        return self.camera.name

    @property
    def is_blind(self) -> bool:
        """Whether a rule about the camera says so, by the last picture."""
        return any(rule.is_blind for rule in self._lens_rules)

    def faults_at(self, now_s: float) -> frozenset[FaultKind]:
        """What is wrong with its pictures now."""
        stale = {FaultKind.CAMERA_STALE} if self.check.stale(now_s) else set()
        return self.faults | stale

    def glimpse(self, frame: Frame, stamped: StampedPose | None, scan: Scan | None) -> None:
        """Show a picture, a blind one, too, to the rules about the camera itself: see `told`."""
        self._grey = grey_of(frame.image_bgr)
        seen = Glimpse(
            frame.stamp_s,
            frame.image_bgr,
            stamped.pose.transform(frame.camera.x_m, frame.camera.y_m) if stamped else None,
            stamped.speed_mps if stamped else 0.0,
            stamped.yaw_rate_radps if stamped else 0.0,
            scan,
            frame.camera.yaw_rad,
            self._grey,
        )
        self.told = self._own(f for rule in self._lens_rules for f in rule.look(seen))

    def judge(self, scene: Scene) -> list[Finding]:
        """What its own rules find in the picture of the last glimpse."""
        own = [track for track in scene.tracks if track.observation.camera == self.name]
        scene = replace(scene, tracks=own, grey_picture=self._grey)
        return self._own(f for rule in self.rules for f in rule.step(scene))

    def swept(self, frame: Frame) -> list[Sighting]:
        """People in the turned look, where it has one."""
        return [] if self.sweep is None else self.sweep.step(frame.image_bgr, frame.camera)

    def _own(self, findings: Iterable[Finding]) -> list[Finding]:
        """Two cameras' rules count on their own: their numbers must not be taken for one."""
        return [replace(finding, eye=self.name) for finding in findings]
