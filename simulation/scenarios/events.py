"""What a scenario file lets happen: events of the world and of operators, and injected faults."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from patrol.signals import SignalLight
from patrol.vda5050.node_actions import spoken
from simulation.scenarios.injections import INJECTIONS, Injection
from simulation.scenarios.triggers import When, check_duration, check_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """When it happens (exactly one of `at_s` and `when`) and what expectations call it."""

    name: str = ""
    at_s: float | None = None
    when: When | None = None

    KIND: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_moment(self.at_s, self.when)

    @property
    def title(self) -> str:
        """The name, or the kind where it has none."""
        return self.name or self.KIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Push(_Event):
    """A horizontal force on the vehicle; direction 0 pushes it ahead, pi/2 to its left."""

    force_n: float
    direction_rad: float = math.pi / 2
    for_s: float = 0.5

    KIND: ClassVar[str] = "push"

    def __post_init__(self) -> None:
        _Event.__post_init__(self)
        check_duration(self.for_s)
        if not 0 < self.force_n <= 5000:
            raise ValueError(f"force_n: {self.force_n:g} is outside (0, 5000]")


class OperatorAction(StrEnum):
    """What an operator may ask of a vehicle."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    REMOTE_STOP = "remote_stop"  # here and now, as hard as the vehicle may
    CONFIRM_CROSSING = "confirm_crossing"  # of the crosswalk that it waits at
    RELEASE_WAIT = "release_wait"  # from where its order has it wait for an operator
    BEACON_ON = "beacon_on"
    BEACON_OFF = "beacon_off"
    SIREN_ON = "siren_on"
    SIREN_OFF = "siren_off"
    ANNOUNCE = "announce"  # says `message`
    SET_POSITION = (
        "set_position"  # tells it where it stands, `off_m` to the north, `off_rad` turned
    )
    RESET = "reset"  # of the safety gate's latch, on site


@dataclass(frozen=True, slots=True, kw_only=True)
class Operate(_Event):
    """An operator's command; it travels over the link as in the product."""

    action: OperatorAction
    operator: str = "operator"
    message: str = ""  # of `announce`
    off_m: float = 0.0  # of `set_position`: how far it is wrong
    off_rad: float = 0.0

    KIND: ClassVar[str] = "operate"

    def __post_init__(self) -> None:
        _Event.__post_init__(self)
        if self.action is OperatorAction.ANNOUNCE:
            try:
                spoken(self.message)
            except ValueError as error:
                raise ValueError(f"message: {error}") from None
        elif self.message:
            raise ValueError(f"message: only announce has one, {self.action.value} does not")
        for name in ("off_m", "off_rad"):
            value = getattr(self, name)
            if not math.isfinite(value):
                raise ValueError(f"{name}: {value} is no number")
            if value and self.action is not OperatorAction.SET_POSITION:
                raise ValueError(
                    f"{name}: only set_position has one, {self.action.value} does not"
                )

    @property
    def title(self) -> str:
        """The name, or the action where it has none."""
        return self.name or self.action.value


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOrder(_Event):
    """A new order: checkpoints to visit, or nodes to drive over."""

    checkpoints: tuple[str, ...] = ()
    nodes: tuple[int, ...] = ()
    operator: str = "operator"

    KIND: ClassVar[str] = "order"

    def __post_init__(self) -> None:
        _Event.__post_init__(self)
        if bool(self.checkpoints) == bool(self.nodes):
            raise ValueError("checkpoints: give either checkpoints or nodes")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseStreet(_Event):
    """The control room closes edges and sends the vehicle on by another way."""

    edge_ids: tuple[int, ...]

    KIND: ClassVar[str] = "close_street"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSignal(_Event):
    """A crosswalk's light shows one thing from now on."""

    crosswalk: str
    light: SignalLight

    KIND: ClassVar[str] = "signal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMap(_Event):
    """The control room plans on a new map version that the vehicle does not have."""

    KIND: ClassVar[str] = "change_map"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetTimePass(_Event):
    """Hours go by in which the standing vehicle only reports (1 Hz), without physics."""

    hours: float

    KIND: ClassVar[str] = "let_time_pass"

    def __post_init__(self) -> None:
        _Event.__post_init__(self)
        if not 0 < self.hours <= 48:
            raise ValueError(f"hours: {self.hours:g} is outside (0, 48]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LampOut(_Event):
    """A street lamp goes out: the pole with this number in the world."""

    post: int

    KIND: ClassVar[str] = "lamp_out"


Event = Push | Operate | SendOrder | CloseStreet | SetSignal | ChangeMap | LetTimePass | LampOut


@dataclass(frozen=True, slots=True)
class Fault:
    """An injected fault: a row of `simulation.scenarios.injections` and when it holds.

    `size` None takes the row's own; `for_s` None lasts to the end.
    """

    inject: str
    name: str = ""
    at_s: float | None = None
    when: When | None = None
    for_s: float | None = None
    size: float | None = None

    def __post_init__(self) -> None:
        if self.inject not in INJECTIONS:
            known = ", ".join(INJECTIONS)
            raise ValueError(f"inject: {self.inject!r} is no fault; known: {known}")
        check_moment(self.at_s, self.when)
        check_duration(self.for_s)
        if self.size is not None and not math.isfinite(self.size):
            raise ValueError(f"size: {self.size} is no number")

    @property
    def row(self) -> Injection:
        """What is injected."""
        return INJECTIONS[self.inject]

    @property
    def title(self) -> str:
        """The name, or the injection where it has none."""
        return self.name or self.inject

    @property
    def strength(self) -> float:
        """The size here, or the row's own."""
        return self.row.size if self.size is None else self.size
