"""Camera tampering: somebody covers, sprays or turns the camera.

Definition. **Covered** (or sprayed): of the cells of the picture that showed something in the
last seconds, all but 12 % show nothing any more, whatever the brightness. That came within 1.5 s,
while the vehicle moved less than 2 m, and lasts `hold_s`. A wall that the vehicle drives up to,
fog and nightfall come slowly, and somebody in front hides a part. A dead sensor gives one value
everywhere, which a lens under a hand does not: a fault, no incident. **Turned**: while the vehicle
stands, the picture shows something else though the lidar measures the same ahead
(`camera_turned`).

Either also counts as a blind camera (`FaultKind.CAMERA_BLIND`) until the picture shows as much as
before, or where it was turned the same as before; that ends the incident, too. The place is the
vehicle's camera: whoever does it is within reach.

Source: Aksay, Temizel and Cetin 2007 (covered and defocused lenses by the energy of detail against
the recent background); Ribnick et al. 2006, "Real-time detection of camera tampering" (recent
against older pictures; changes that are sudden and last).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from patrol.incident import AnomalyKind
from perception.picture_structure import Floats, detail_of
from perception.rules.base import Finding, Glimpse, LensRule
from perception.rules.camera_covered import CoverConfig, CoverWatch
from perception.rules.camera_turned import TurnConfig, TurnWatch

RULE_VERSION = "camera_tampering/2"
_PLACE_SIGMA_M = 0.5  # of a camera on a mast, as seen on a map


@dataclass(frozen=True, slots=True)
class CameraTamperingConfig:
    """The rule's limits."""

    hold_s: float = 1.6
    blind_after_s: float = 0.5  # from then on no other rule gets the pictures
    clear_s: float = 2.0
    covered: CoverConfig = field(default_factory=CoverConfig)
    turned: TurnConfig = field(default_factory=TurnConfig)

    def __post_init__(self) -> None:
        for name, most in (("hold_s", 30.0), ("clear_s", 60.0)):
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if not 0 < self.blind_after_s <= self.hold_s:
            raise ValueError(f"blind_after_s: {self.blind_after_s} must be in (0, hold_s]")


@dataclass(slots=True)
class _Case:
    """What somebody seems to do to the camera."""

    watch: CoverWatch | TurnWatch
    key: int
    since_s: float
    raised: bool = False
    good_since_s: float | None = None


class CameraTamperingRule(LensRule):
    """The rule with its memory of what the camera has just shown."""

    kind = AnomalyKind.CAMERA_TAMPERING

    def __init__(self, config: CameraTamperingConfig) -> None:
        self._config = config
        self._watches = (CoverWatch(config.covered), TurnWatch(config.turned))
        self._case: _Case | None = None
        self._place: tuple[float, float] | None = None
        self._stamp_s = 0.0
        self._cases = 0

    @property
    def is_blind(self) -> bool:
        """Whether the last picture shows nothing, or not what the camera should look at."""
        case = self._case
        if case is None:
            return False
        return case.raised or self._stamp_s - case.since_s >= self._config.blind_after_s

    def look(self, glimpse: Glimpse) -> list[Finding]:
        """What somebody does to the camera now."""
        self._stamp_s, self._place = glimpse.stamp_s, glimpse.place_map or self._place
        detail = detail_of(glimpse.grey)
        if self._case is None:
            self._case = self._begun(glimpse, detail)
        elif self._is_over(self._case, glimpse, detail):
            over, self._case = self._case, None
            return self._told(over, cleared=True) if over.raised else []
        case = self._case
        if case is None:
            return []
        case.raised |= glimpse.stamp_s - case.since_s >= self._config.hold_s
        return self._told(case) if case.raised else []

    def _begun(self, glimpse: Glimpse, detail: Floats) -> _Case | None:
        begun = [watch for watch in self._watches if watch.begins(glimpse, detail)]
        if not begun:
            return None
        self._cases += 1
        return _Case(begun[0], self._cases, glimpse.stamp_s)

    def _is_over(self, case: _Case, glimpse: Glimpse, detail: Floats) -> bool:
        """Before it was told it must last in every picture, afterwards be gone for a while."""
        if not case.raised:
            return not case.watch.lasts(glimpse, detail)
        if not case.watch.is_back(detail):
            case.good_since_s = None
            return False
        if case.good_since_s is None:
            case.good_since_s = glimpse.stamp_s
        return glimpse.stamp_s - case.good_since_s >= self._config.clear_s

    def _told(self, case: _Case, *, cleared: bool = False) -> list[Finding]:
        if self._place is None:
            return []  # where the vehicle is was never known: the fault must do
        return [
            Finding(
                self.kind,
                case.key,
                *self._place,
                _PLACE_SIGMA_M,
                case.since_s,
                0.9,
                None,
                RULE_VERSION,
                {"how": case.watch.name},
                cleared,
            )
        ]
