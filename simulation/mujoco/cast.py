"""Cast: the actors of a world while time runs, and their bodies in the physics."""

from __future__ import annotations

from collections.abc import Sequence

from patrol.signals import SignalLight, SignalState
from simulation.actors.company import ActorNow, Company
from simulation.actors.kinds import ActorKind
from simulation.actors.state import RobotNow, RobotPush
from simulation.camera.renderer import SceneNow
from simulation.mujoco.people_mjcf import body_names, shown_body
from simulation.mujoco.plant import Plant
from simulation.world import World

AWAY_M = -200.0  # where bodies are kept that stand for nobody now


class Cast:
    """Everybody in a world; a function of time and of the robot's movement alone.

    Assign to `dark_posts` the numbers of the world's posts whose lamps do not burn.
    """

    def __init__(self, world: World, plant: Plant) -> None:
        self._terrain, self._plant = world.terrain, plant
        self._company = Company(world)
        self.dark_posts: frozenset[int] = frozenset()
        self._bodies = {spec.name: body_names(spec) for spec in world.actors}
        self._placed: dict[str, tuple[float, float, float, float]] = {}
        self._place()

    @property
    def now(self) -> Sequence[ActorNow]:
        """Everybody with the state of now."""
        return self._company.now

    @property
    def places(self) -> dict[str, tuple[float, float]]:
        """Where everybody that can be seen is: name → (x, y), map metres."""
        return {
            actor.spec.name: (actor.state.x_m, actor.state.y_m)
            for actor in self._company.now
            if actor.state.visible
        }

    @property
    def pushes(self) -> list[RobotPush]:
        """Forces of actors on the robot now."""
        return self._company.pushes

    def scene(self) -> SceneNow:
        """What a camera needs to know of this moment."""
        company = self._company
        return SceneNow(
            company.now,
            company.now_s,
            covered=company.covered,
            dark_posts=self.dark_posts,
            set_lights=dict(company.set_lights),
        )

    @property
    def lights(self) -> dict[str, SignalLight]:
        """What every pedestrian light shows now, by crosswalk."""
        return self._company.lights

    def signal_states(self, stamp_s: float) -> list[SignalState]:
        """What every signal's roadside unit says now."""
        return self._company.signal_states(stamp_s)

    def set_light(self, crosswalk_id: str, light: SignalLight | None) -> None:
        """Set a pedestrian light; None gives it back to its programme. KeyError: no such light."""
        if light is None:
            self._company.set_lights.pop(crosswalk_id, None)
            return
        if crosswalk_id not in self._company.lights:
            raise KeyError(crosswalk_id)
        self._company.set_lights[crosswalk_id] = light

    def put(self, name: str, place_map: tuple[float, float], yaw_rad: float) -> None:
        """Move a thing from outside (Company.put), at once in the physics as well."""
        self._company.put(name, place_map, yaw_rad)
        self._place()

    def step(self, duration_s: float, robot: RobotNow | None) -> None:
        """Live on, seeing the robot."""
        self._company.step(duration_s, robot)
        self._place()

    def _place(self) -> None:
        for actor in self._company.now:
            shown, state = shown_body(actor), actor.state
            opening = state.amount if actor.spec.kind is ActorKind.DOOR else 0.0
            for name in self._bodies[actor.spec.name]:
                x_m, y_m, z_m = state.x_m, state.y_m, AWAY_M
                if name == shown:
                    z_m = self._terrain.spot_height_m(x_m, y_m) + state.z_offset_m
                place = (x_m, y_m, z_m, state.yaw_rad + opening)
                if self._placed.get(name) != place:
                    self._placed[name] = place
                    self._plant.place_body(name, *place)
