"""Verdicts quiet a kind at a place and hour: visibly, reversibly, never where life is at stake."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from fleet_server.config import SuppressionConfig
from fleet_server.incidents.suppression import (
    Judged,
    Occasion,
    Suppression,
    is_life_safety,
    learn,
)
from fleet_server.store import tables as t
from patrol.clock import iso_utc
from patrol.incident import ANOMALIES, AnomalyKind, Severity

pytestmark = pytest.mark.anyio
DAY_S = 86400.0
CONFIG = SuppressionConfig()
TUESDAY_S = 1_800_892_800.0  # 2027-01-26 01:00 in Korea
LIFE = [kind for kind, row in ANOMALIES.items() if row.life_safety]
OTHER = [kind for kind, row in ANOMALIES.items() if not row.life_safety]


async def report(rig: Any, kit: Any, name: str, at_s: float, **changes: Any) -> Any:
    """An incident arrives as it is detected; its view."""
    rig.clock.advance(max(at_s + 1 - rig.clock.now_s(), 0.0))
    stamps = {
        "started_at": iso_utc(at_s - 3),
        "detected_at": iso_utc(at_s),
        "updated_at": iso_utc(at_s),
    }
    values = {"incident_id": name, "kind": "loitering", "severity": "low", **stamps, **changes}
    await rig.take("incident", kit.make_incident(values.pop("revision", 1), **values))
    return await rig.services.incidents.one(name)


async def judge(rig: Any, name: str, verdict: str = "wrong", by: str = "minji") -> list[str]:
    done = await rig.services.incidents.resolve(name, by, verdict, None)
    return done.suppression_ids


async def learned(rig: Any, kit: Any, kind: str = "loitering", severity: str = "low") -> list[str]:
    """Three dismissals on three days; the suppressions that came of them."""
    made: list[str] = []
    for day in range(3):
        at_s = TUESDAY_S + day * DAY_S
        await report(rig, kit, f"{kind}-{day}", at_s, kind=kind, severity=severity)
        made += await judge(rig, f"{kind}-{day}", ("wrong", "harmless")[day % 2])
    return made


async def test_three_dismissals_quiet_the_kind_there_and_then(rig: Any, kit: Any) -> None:
    (made,) = await learned(rig, kit)
    later = await report(rig, kit, "later", TUESDAY_S + 3 * DAY_S + 3600, x=9.0)
    assert later.quieted.suppression_id == made
    assert "minji" in later.quieted.reason_en
    assert later.status == "open"
    assert later in await rig.services.incidents.views(only_open=True)
    (view,) = await rig.services.suppressions.views()
    assert (view.state, view.quieted) == ("active", 1)
    assert [v.incident_id for v in view.verdicts] == ["loitering-2", "loitering-1", "loitering-0"]
    assert view.expires_at - view.created_at == 30 * DAY_S


@pytest.mark.parametrize(
    ("hours", "changes"),
    [
        (0, {"x": 5.0 + 10.1}),
        (2, {}),
        (-2, {}),
        (0, {"kind": "crowd"}),
        (0, {"severity": "high"}),
        (0, {"map_id": "elsewhere"}),
        (48, {}),  # a Saturday
    ],
)
async def test_what_is_elsewhere_or_worse_rings(
    rig: Any, kit: Any, hours: float, changes: dict[str, Any]
) -> None:
    await learned(rig, kit)
    at_s = TUESDAY_S + 2 * DAY_S + hours * 3600 + 60
    assert (await report(rig, kit, "other", at_s, **changes)).quieted is None


async def test_one_true_verdict_among_the_last_four_teaches_nothing(rig: Any, kit: Any) -> None:
    await report(rig, kit, "real", TUESDAY_S - 5 * DAY_S)
    await judge(rig, "real", "true_alarm")
    assert await learned(rig, kit) == []
    await report(rig, kit, "fourth", TUESDAY_S + 3 * DAY_S)
    assert len(await judge(rig, "fourth")) == 1  # the true one is no longer among the last four


async def test_one_night_alone_teaches_nothing(rig: Any, kit: Any) -> None:
    for number in range(4):
        await report(rig, kit, f"n{number}", TUESDAY_S + number * 600)
        assert await judge(rig, f"n{number}") == []


async def test_two_verdicts_teach_nothing(rig: Any, kit: Any) -> None:
    for day in range(2):
        await report(rig, kit, f"n{day}", TUESDAY_S + day * DAY_S)
        assert await judge(rig, f"n{day}") == []


async def test_a_true_verdict_ends_it_at_once_and_what_it_quieted_rings(
    rig: Any, kit: Any
) -> None:
    (made,) = await learned(rig, kit)
    for name in ("first", "second"):
        assert (await report(rig, kit, name, TUESDAY_S + 3 * DAY_S)).quieted is not None
    assert await judge(rig, "first", "true_alarm", "root") == [made]
    view = await rig.services.suppressions.one(made)
    assert (view.state, view.end_reason, view.ended_by) == ("ended", "true_alarm", "root")
    assert (await rig.services.incidents.one("second")).quieted is None
    assert (await report(rig, kit, "third", TUESDAY_S + 3 * DAY_S)).quieted is None


async def test_a_true_verdict_ends_it_on_a_map_that_is_gone(rig: Any, kit: Any) -> None:
    (made,) = await learned(rig, kit)
    await report(rig, kit, "first", TUESDAY_S + 3 * DAY_S)
    rig.maps._current.clear()
    assert await judge(rig, "first", "true_alarm") == [made]


async def test_on_an_unknown_map_nothing_is_learned(rig: Any, kit: Any) -> None:
    rig.maps._current.clear()
    assert await learned(rig, kit) == []


async def test_it_expires_by_itself(rig: Any, kit: Any) -> None:
    await learned(rig, kit)
    after = await report(rig, kit, "after", TUESDAY_S + 35 * DAY_S)
    assert after.quieted is None
    assert (await rig.services.suppressions.views())[0].state == "expired"


async def test_a_click_ends_it_for_good(client: Any, rig: Any, kit: Any) -> None:
    (made,) = await learned(rig, kit)
    await client.post("/session", json={"username": "minji", "password": kit.PASSWORD})
    ended = (await client.post(f"/suppressions/{made}/end")).json()
    assert (ended["state"], ended["ended_by"], ended["end_reason"]) == (
        "ended",
        "minji",
        "operator",
    )
    assert (await client.post(f"/suppressions/{made}/end")).status_code == 409
    assert (await client.post("/suppressions/none/end")).status_code == 404
    await report(rig, kit, "next", TUESDAY_S + 3 * DAY_S)
    assert await judge(rig, "next") == []  # what had taught it teaches it no second time
    lines = await rig.database.read(
        lambda c: c.execute(sa.select(t.audit.c.action, t.audit.c.username)).all()
    )
    assert ("suppression_start", "system") in lines
    assert ("suppression_end", "minji") in lines


async def test_a_viewer_sees_the_list_and_cannot_switch(client: Any, rig: Any, kit: Any) -> None:
    (made,) = await learned(rig, kit)
    await client.post("/session", json={"username": "guest", "password": kit.PASSWORD})
    (view,) = (await client.get("/suppressions")).json()
    assert view["suppression_id"] == made
    assert (await client.post(f"/suppressions/{made}/end")).status_code == 403


async def test_a_quieted_incident_that_moves_away_rings_and_stays_loud(rig: Any, kit: Any) -> None:
    await learned(rig, kit)
    at_s = TUESDAY_S + 3 * DAY_S
    assert (await report(rig, kit, "it", at_s)).quieted is not None
    assert (await report(rig, kit, "it", at_s, revision=2, x=30.0)).quieted is None
    assert (await report(rig, kit, "it", at_s, revision=3)).quieted is None


@pytest.mark.parametrize("kind", LIFE)
async def test_life_safety_is_never_quieted_whatever_verdicts_or_tables_say(
    rig: Any, kit: Any, kind: AnomalyKind
) -> None:
    assert await learned(rig, kit, kind, "high") == []
    forced = _area(kind)
    await rig.database.write(_force, forced)
    view = await report(rig, kit, "now", TUESDAY_S, kind=kind, severity="high", x=0.0)
    assert view.quieted is None
    await rig.database.write(_carry, "now", forced.suppression_id)
    assert (await rig.services.incidents.one("now")).quieted is None


@pytest.mark.parametrize("kind", OTHER)
async def test_every_other_kind_can_be_quieted(rig: Any, kit: Any, kind: AnomalyKind) -> None:
    assert len(await learned(rig, kit, kind, "low")) == 1
    view = await report(rig, kit, "now", TUESDAY_S + 3 * DAY_S, kind=kind)
    assert view.quieted is not None


def test_an_unknown_kind_counts_as_life_safety() -> None:
    assert is_life_safety("something_new")


def _area(kind: str, minute: float = 60.0) -> Suppression:
    return Suppression(
        "forced", kind, "low", "square", 0.0, 0.0, 50.0, minute, 720.0, False, "Asia/Seoul",
        0.0, 4e9,
    )  # fmt: skip


def _force(connection: sa.Connection, area: Suppression) -> None:
    values = {name: getattr(area, name) for name in Suppression.__dataclass_fields__}
    connection.execute(sa.insert(t.suppressions).values(**values, verdicts=[]))


def _carry(connection: sa.Connection, incident_id: str, suppression_id: str) -> None:
    c = t.incidents.c
    connection.execute(
        sa.update(t.incidents)
        .where(c.incident_id == incident_id)
        .values(suppression_id=suppression_id)
    )


@given(
    kind=st.sampled_from(list(AnomalyKind)),
    verdicts=st.lists(st.sampled_from(["harmless", "wrong", "true_alarm"]), max_size=8),
    minute=st.integers(0, 1439),
    minutes_off=st.integers(0, 1439),
)
def test_learning_needs_three_dismissals_none_true_and_covers_those_it_came_from(
    kind: AnomalyKind, verdicts: list[str], minute: int, minutes_off: int
) -> None:
    """At any hour, midnight too: what is learned covers the verdict that taught it."""
    monday_s = 1_800_198_000.0 + minute * 60  # 2027-01-18 00:00 in Korea, and later that day
    judged = [
        Judged(str(n), Occasion(kind, "low", "m", 0.0, 0.0, monday_s + n % 2 * DAY_S), v, "a", n)
        for n, v in enumerate([*verdicts, "wrong"])
    ]
    found = learn(judged[-1], judged[:-1], "Asia/Seoul", CONFIG, 100.0, "s")
    last = [*verdicts, "wrong"][-4:]
    allowed = len(last) >= 3 and "true_alarm" not in last and not ANOMALIES[kind].life_safety
    assert (found is not None) == allowed
    if found is None:
        return
    area, taught = found
    assert all(area.covers(one.occasion) for one in taught)
    assert area.severity == Severity.LOW
    apart = min(minutes_off, 1440 - minutes_off)
    other = Occasion(kind, "low", "m", 0.0, 0.0, monday_s + minutes_off * 60)
    assert not (area.covers(other) and apart > 90)
