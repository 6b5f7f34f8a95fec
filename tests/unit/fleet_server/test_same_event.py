"""Two vehicles that see one thing make one incident with two reports; two things stay two."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from fleet_server.incidents.same_event import FARTHEST_M, GAP_S, Report, choose, is_same_event
from fleet_server.store import tables as t
from patrol.clock import iso_utc
from patrol.covariance import sigma_of
from patrol.incident import ANOMALIES, AnomalyKind
from patrol.vda5050.messages import encode
from patrol.vda5050.topic_names import VehicleAddress

pytestmark = pytest.mark.anyio
FIRST, SECOND = (VehicleAddress("gwanak", "sunra", f"goalie-0{n}") for n in (1, 2))


async def report(
    rig: Any, kit: Any, address: VehicleAddress, name: str, at_s: float = 0.0, **changes: Any
) -> None:
    """A vehicle's incident arrives; times from the start."""
    stamp = iso_utc(kit.START_S + at_s)
    times = {"started_at": stamp, "detected_at": stamp, "updated_at": stamp}
    values = {"incident_id": name, "position_sigma": 1.0, **times, **changes}
    made = kit.make_incident(values.pop("revision", 1), **values)
    made = msgspec.structs.replace(made, serial_number=address.serial_number)
    await rig.pipeline._commit([(address.topic("incident"), encode(made))])


async def shown(rig: Any) -> list[Any]:
    return await rig.services.incidents.views(only_open=True)


async def test_two_vehicles_that_see_one_person_make_one_incident(rig: Any, kit: Any) -> None:
    await report(rig, kit, FIRST, "a", 0, x=5.0, confidence=0.6, severity="high")
    await report(rig, kit, SECOND, "b", 20, x=7.0, confidence=0.9)
    (view,) = await shown(rig)
    assert view.incident_id == "a"
    assert [(r.incident_id, r.vehicle_id, r.x_m) for r in view.reports] == [
        ("a", "sunra/goalie-01", 5.0),
        ("b", "sunra/goalie-02", 7.0),
    ]
    assert (view.severity, view.confidence, view.x_m) == ("critical", 0.9, 7.0)
    assert (await rig.services.incidents.one("b")).incident_id == "a"


async def test_the_evidence_of_both_is_shown(rig: Any, kit: Any) -> None:
    await report(rig, kit, FIRST, "a")
    await report(rig, kit, SECOND, "b", 5)
    for number, (address, name) in enumerate(((FIRST, "a"), (SECOND, "b"))):
        (chunk,) = kit.make_chunks(
            b"picture %d" % number, 100, evidence_id=f"ev-{number}", incident_id=name
        )
        chunk = msgspec.structs.replace(chunk, serial_number=address.serial_number)
        await rig.pipeline._commit([(address.topic("evidence"), encode(chunk))])
    (view,) = await shown(rig)
    assert [file.evidence_id for file in view.evidence] == ["ev-0", "ev-1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"x": 25.0},
        {"kind": "fight"},
        {"map_id": "elsewhere"},
        {"at_s": GAP_S + 1},
        {"at_s": -GAP_S - 1},  # it comes late, and was over long before
        {"x": 7.5, "position_sigma": 0.1},  # 4 m apart, 0.7 m of sigma together
    ],
)
async def test_what_is_apart_stays_two(rig: Any, kit: Any, changes: dict[str, Any]) -> None:
    sigma = changes.get("position_sigma", 1.0)
    await report(rig, kit, FIRST, "a", 0, x=3.5 if sigma < 1 else 5.0, position_sigma=sigma)
    await report(rig, kit, SECOND, "b", **changes)
    assert len(await shown(rig)) == 2


# 3 m along a view to the east and 0.2 m across it; the same of a view to the north
EASTWARD, NORTHWARD = (9.0, 0.0, 0.04), (0.04, 0.0, 9.0)


async def told(rig: Any, kit: Any, *places: tuple[Any, ...]) -> list[Any]:
    """What is shown after reports of two vehicles in turn, each of x, y and covariance."""
    for number, (x, y, covariance) in enumerate(places):
        address = (FIRST, SECOND)[number % 2]
        place = {"x": x, "y": y, "position_sigma": sigma_of(covariance)}
        place["position_covariance"] = covariance
        await report(rig, kit, address, str(number), 5.0 * number, **place)
    return await shown(rig)


async def test_two_that_are_apart_across_the_view_stay_two(rig: Any, kit: Any) -> None:
    """As circles of 3 m they were one."""
    views = await told(rig, kit, (5.0, 0.0, EASTWARD), (5.5, 2.0, EASTWARD))
    assert len(views) == 2
    assert {view.position_covariance_m2 for view in views} == {EASTWARD}


async def test_two_views_at_right_angles_are_one(rig: Any, kit: Any) -> None:
    (view,) = await told(rig, kit, (9.0, 0.1, EASTWARD), (5.0, -4.0, NORTHWARD))
    assert [r.position_covariance_m2 for r in view.reports] == [EASTWARD, NORTHWARD]
    assert view.position_covariance_m2 == NORTHWARD, "of the newest, whose place is shown"


async def test_an_older_vehicle_s_place_is_round(rig: Any, kit: Any) -> None:
    await report(rig, kit, FIRST, "a", x=5.0, position_sigma=3.0)
    await report(rig, kit, SECOND, "b", 5.0, x=5.5, y=2.0, position_sigma=3.0)
    (view,) = await shown(rig)
    assert view.position_covariance_m2 == (9.0, 0.0, 9.0)


async def test_what_one_vehicle_told_apart_stays_two_and_another_finds_both(
    rig: Any, kit: Any
) -> None:
    """Two people lie 2 m from each other."""
    await report(rig, kit, FIRST, "a", 0, x=5.0)
    await report(rig, kit, FIRST, "b", 1, x=7.0)
    await report(rig, kit, SECOND, "c", 30, x=7.2)
    await report(rig, kit, SECOND, "d", 31, x=5.1)
    views = {view.incident_id: view for view in await shown(rig)}
    assert {k: [r.incident_id for r in v.reports] for k, v in views.items()} == {
        "a": ["a", "d"],
        "b": ["b", "c"],
    }


async def test_an_event_is_over_when_all_say_so_and_opens_again(rig: Any, kit: Any) -> None:
    await report(rig, kit, FIRST, "a")
    await report(rig, kit, SECOND, "b", 5)
    await report(rig, kit, FIRST, "a", 10, revision=2, phase="closed")
    assert (await shown(rig))[0].phase == "updated"
    await report(rig, kit, SECOND, "b", 15, revision=2, phase="closed")
    assert (await shown(rig))[0].phase == "closed"
    await report(rig, kit, FIRST, "c", 100)  # the same vehicle, once its own was over
    (view,) = await shown(rig)
    assert (view.phase, len(view.reports)) == ("updated", 3)


async def test_a_judged_event_takes_in_nothing_more(rig: Any, kit: Any) -> None:
    await report(rig, kit, FIRST, "a")
    await rig.services.incidents.resolve("a", "minji", "wrong", None)
    await report(rig, kit, SECOND, "b", 20)
    assert [view.incident_id for view in await shown(rig)] == ["b"]


async def test_judging_any_report_judges_the_event(rig: Any, kit: Any) -> None:
    await report(rig, kit, FIRST, "a")
    await report(rig, kit, SECOND, "b", 5)
    seen = await rig.services.incidents.acknowledge("b", "minji", None)
    assert (seen.incident_id, seen.status) == ("a", "acknowledged")
    await rig.services.incidents.resolve("b", "minji", "true_alarm", None)
    assert await shown(rig) == []


async def test_reports_that_part_are_two_again_and_the_second_rings(rig: Any, kit: Any) -> None:
    await report(rig, kit, FIRST, "a", x=5.0)
    await report(rig, kit, SECOND, "b", 5, x=6.0)
    await rig.services.incidents.acknowledge("a", "minji", None)
    await report(rig, kit, FIRST, "a", 20, revision=2, phase="updated", x=5.0)
    await report(rig, kit, SECOND, "b", 25, revision=2, phase="updated", x=20.0)
    assert {view.incident_id: view.status for view in await shown(rig)} == {
        "a": "acknowledged",
        "b": "open",
    }
    trail = await rig.database.read(lambda c: c.execute(sa.select(t.audit.c.action)).scalars())
    assert {"incident_join", "incident_part"} <= set(trail)


async def test_one_that_follows_is_not_parted_from_one_that_has_left(rig: Any, kit: Any) -> None:
    await report(rig, kit, FIRST, "a", x=5.0)
    await report(rig, kit, SECOND, "b", 5, x=6.0)
    await report(rig, kit, SECOND, "b", 60, revision=2, phase="updated", x=40.0)
    (view,) = await shown(rig)
    assert view.x_m == 40.0


async def test_quiet_only_where_every_report_is(rig: Any, kit: Any) -> None:
    """The second report of a quieted event comes from outside the suppression's place."""
    await report(rig, kit, FIRST, "a", kind="loitering", severity="low", x=5.0)
    area = {
        "suppression_id": "s", "kind": "loitering", "severity": "low", "map_id": "square",
        "x_m": 5.0, "y_m": 0.0, "radius_m": 1.0, "middle_minute": 0.0, "half_window_min": 720.0,
        "weekend": False, "time_zone": "Asia/Seoul", "created_at_s": 0.0, "expires_at_s": 4e9,
        "verdicts": [],
    }  # fmt: skip

    def quiet(connection: sa.Connection) -> None:
        connection.execute(sa.insert(t.suppressions).values(**area))
        connection.execute(sa.update(t.incidents).values(suppression_id="s"))

    await rig.database.write(quiet)
    assert (await shown(rig))[0].quieted is not None
    await report(rig, kit, SECOND, "b", 5, kind="loitering", severity="low", x=8.0)
    (view,) = await shown(rig)
    assert (len(view.reports), view.quieted) == (2, None)


LIFE = [kind.value for kind, row in ANOMALIES.items() if row.life_safety]
REPORTS = st.lists(
    st.builds(
        Report,
        incident_id=st.just(""),
        vehicle_id=st.sampled_from(["v1", "v2", "v3"]),
        kind=st.sampled_from(LIFE),
        phase=st.sampled_from(["opened", "updated", "closed"]),
        map_id=st.just("m"),
        x_m=st.floats(0, 60),
        y_m=st.floats(0, 10),
        position_sigma_m=st.floats(0, 50),
        started_at_s=st.floats(0, 2000),
        updated_at_s=st.just(0.0),
        position_covariance_m2=st.sampled_from([None, EASTWARD, NORTHWARD]),
    ),
    max_size=25,
)


def merged(reports: list[Report]) -> list[list[Report]]:
    """What the server makes of reports in the order of their coming."""
    events: list[list[Report]] = []
    for number, one in enumerate(reports):
        new = _named(one, number)
        chosen = choose(new, events)
        if chosen is None:
            events.append([new])
        else:
            events[chosen].append(new)
    return events


def _named(one: Report, number: int) -> Report:
    values = {name: getattr(one, name) for name in Report.__dataclass_fields__}
    return Report(**{**values, "incident_id": str(number), "updated_at_s": one.started_at_s + 5})


@given(REPORTS)
def test_no_life_safety_report_is_lost_or_counted_twice(reports: list[Report]) -> None:
    ids = [one.incident_id for event in merged(reports) for one in event]
    assert sorted(ids) == sorted(str(n) for n in range(len(reports)))


@given(REPORTS)
def test_an_event_holds_one_kind_and_one_open_report_a_vehicle(reports: list[Report]) -> None:
    for event in merged(reports):
        assert len({one.kind for one in event}) == 1
        ongoing = [one.vehicle_id for one in event if not one.is_over]
        assert len(ongoing) == len(set(ongoing))


@given(REPORTS)
def test_every_report_is_near_one_that_was_there(reports: list[Report]) -> None:
    for event in merged(reports):
        for number, new in enumerate(event[1:], 1):
            assert any(is_same_event(new, one) for one in event[:number])


@given(st.floats(20, 100), st.floats(0, 1e3), st.floats(0, 1e3), st.floats(0, 500))
def test_two_events_20_m_apart_are_two_whatever_their_covariance(
    apart_m: float, sigma_a: float, sigma_b: float, later_s: float
) -> None:
    kind = AnomalyKind.COLLAPSED_PERSON.value
    a = Report("a", "v1", kind, "opened", "m", 0.0, 0.0, sigma_a, 0.0, 1.0)
    b = Report("b", "v2", kind, "opened", "m", apart_m, 0.0, sigma_b, later_s, later_s)
    assert apart_m > FARTHEST_M
    assert choose(b, [[a]]) is None
