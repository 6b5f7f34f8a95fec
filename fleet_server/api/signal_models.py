"""What the API says of pedestrian signals."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fleet_server.api.models import Model
from patrol.signals import LEFT_BELOW_S, MovementPhase, SignalLight

Seconds = Annotated[float, Field(strict=True, allow_inf_nan=False)]
SignalId = Annotated[str, Field(min_length=1, max_length=128)]
Refusal = Literal["not_newer", "late", "ahead"]


class NewPhase(Model):
    """What one signal showed people at one moment."""

    signal_id: SignalId  # the map's
    observed_at: Annotated[Seconds, Field(ge=0)]  # seconds since the epoch, by UTC
    phase: MovementPhase
    # From `observed_at` to the phase's earliest end (minEndTime); left out where nobody knows.
    time_left_s: Annotated[Seconds, Field(ge=0, lt=LEFT_BELOW_S)] | None = None


class NewSignals(Model):
    """What the city's signals show."""

    phases: Annotated[list[NewPhase], Field(min_length=1, max_length=2000)]


class RefusedPhase(Model):
    """A phase that was not taken, by its place in the list, and why."""

    index: int
    signal_id: str
    reason: Refusal
    message: str


class SignalsAnswer(Model):
    """What became of a list of phases."""

    accepted: int
    unknown: list[str]  # signals that are on no map of this server or of a vehicle
    refused: list[RefusedPhase]


class SignalView(Model):
    """The newest phase of a signal."""

    signal_id: str
    map_ids: list[str]
    phase: MovementPhase
    light: SignalLight | None  # what vehicles are told; None: nobody knows
    observed_at: float
    age_s: float
    time_left_s: float | None  # from `observed_at` on, as vehicles are told
    keeps_word: bool  # False: a red came too early, and no time left is told for an hour
    current: bool  # young enough for a vehicle to go by
