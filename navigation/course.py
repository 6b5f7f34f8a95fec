"""Course: the path of the order in force, laid anew when the order or what is on it changes."""

from __future__ import annotations

from navigation.following.progress import locate
from navigation.following.steering_gain import SteeringGain
from navigation.following.tracker import PathTracker
from navigation.following.velocity_profile import EdgeLimits
from navigation.order_rules import Route
from navigation.route_plan import RoutePlan
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec


class Course:
    """A plan, the path that was laid by it, and where on the path the vehicle is.

    `tracker` is None without an order, and as long as nobody knows where the path begins.
    `node_s_m` has the travel at which every node of the route is due.
    """

    def __init__(self, spec: VehicleSpec, patrol_map: PatrolMap, gain: SteeringGain) -> None:
        self._spec, self._map = spec, patrol_map
        self._limits = EdgeLimits(patrol_map)
        self._gain = gain  # of the vehicle, so it outlives every path
        self._plan: RoutePlan | None = None
        self._before_m = 0.0  # driven along former paths of the same order
        self.tracker: PathTracker | None = None
        self.node_s_m: tuple[float, ...] = ()

    def begin(self, route: Route, reached: int) -> None:
        """Another order, of which a node (or -1) was reached."""
        self.end()
        self._before_m = 0.0
        self._take(RoutePlan(max(0, reached), resumed=reached >= 0), route)

    def end(self) -> None:
        """There is no order any more."""
        self._plan = self.tracker = None

    def go_by(self, plan: RoutePlan, route: Route) -> None:
        """Another plan for the same order; one with the same beginning goes on on its path."""
        if self._plan is None or plan.start is not self._plan.start:
            self._take(plan, route)
        self._plan = plan

    def begin_anew(self, route: Route, reached: int) -> None:
        """The same order, but on a path that begins where the vehicle is now."""
        self._take(RoutePlan(max(0, reached), resumed=True), route)

    def _take(self, plan: RoutePlan, route: Route) -> None:
        self._before_m = self.driven_m
        self._plan, self.tracker = plan, None
        self.node_s_m = (0.0,) * len(route.nodes)

    def lay(self, route: Route, reached: int, pose: Pose2 | None) -> bool:
        """(Re)build the path; False where it had to begin anew, here, as it did not fit any more.

        A new beginning waits until the vehicle knows where it is.
        """
        if self._plan is None:
            return True
        goes_on, old = True, self.tracker
        laid = self._plan.lay(route, self._map, self._spec, pose)
        if old is not None and (laid is None or not laid.continues(old)):
            goes_on, old = False, None
            self.begin_anew(route, reached)
            laid = self._plan.lay(route, self._map, self._spec, pose)
        if laid is None:
            return goes_on
        self.node_s_m = laid.node_s_m
        self.tracker = PathTracker(
            laid.path, laid.edges, laid.caps_mps, self._limits, self._spec, self._gain
        )
        if old is not None:
            self.tracker.resume(old)
        return goes_on

    @property
    def plan(self) -> RoutePlan | None:
        """What the path was laid by; None without an order."""
        return self._plan

    @property
    def first_leg_end(self) -> int:
        """The node of the route at the end of the path's first leg."""
        return self._plan.first_leg_end if self._plan is not None else 0

    @property
    def travel_m(self) -> float:
        """How far along the path the vehicle is."""
        return self.tracker.s_m if self.tracker is not None else 0.0

    @property
    def driven_m(self) -> float:
        """How far the vehicle has driven along paths since it took the order."""
        return self._before_m + self.travel_m

    def braking_m(self, speed_mps: float) -> float:
        """How far comfortable braking takes; 0 without a path."""
        return self.tracker.braking_distance_m(speed_mps) if self.tracker is not None else 0.0

    def cross_track_error_of(self, pose: Pose2) -> float | None:
        """The error of any pose, say the truth, against the present path; None without one."""
        if self.tracker is None or self.tracker.piece is None:
            return None
        return locate(self.tracker.piece, pose, self.tracker.s_m).cross_track_error_m
