"""What the API says of suppressions: kinds of incident that verdicts have made quiet somewhere."""

from __future__ import annotations

from typing import Literal

from fleet_server.api.models import Model

SuppressionState = Literal["active", "expired", "ended"]


class TaughtBy(Model):
    """A verdict that a suppression was learned from."""

    incident_id: str
    verdict: str
    judged_by: str
    judged_at: float


class SuppressionView(Model):
    """One kind is quiet within a radius in some hours; minutes are of the local day there.

    `from_minute` is above `to_minute` where the hours pass midnight.
    """

    suppression_id: str
    state: SuppressionState
    kind: str
    title_ko: str
    title_en: str
    map_id: str
    x_m: float
    y_m: float
    longitude_deg: float | None
    latitude_deg: float | None
    radius_m: float
    from_minute: int
    to_minute: int
    weekend: bool
    time_zone: str
    created_at: float
    expires_at: float
    ended_at: float | None
    ended_by: str | None
    end_reason: Literal["operator", "true_alarm"] | None
    verdicts: list[TaughtBy]
    quieted: int


class Quieted(Model):
    """Why an incident does not ring: the suppression that covers it, and how to say so."""

    suppression_id: str
    reason_ko: str
    reason_en: str
    until: float
