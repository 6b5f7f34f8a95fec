"""The WebSocket on a real port: a client that vanishes is one line in the log."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import websockets

from fleet_server.live import QUEUE_MESSAGES
from fleet_server.web import WebServer, bind

pytestmark = pytest.mark.anyio


@pytest.fixture
async def live_url(app: Any, rig: Any, kit: Any) -> AsyncIterator[str]:
    with contextlib.closing(bind("127.0.0.1", 0)) as listener:
        web = WebServer(app)
        serving = asyncio.create_task(web.serve([listener]))
        token, _ = await rig.services.accounts.log_in("minji", kit.PASSWORD, "here")
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/api/v1/live?token={token}"
        web.stop()
        await serving


async def until(condition: Callable[[], bool], what: str) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5.0):
            while not condition():
                await asyncio.sleep(0.01)
    assert condition(), what


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == "fleet_server.api.routes.live"]


async def test_client_that_vanishes_is_one_line(
    live_url: str, rig: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    live = rig.services.live
    gone, stays = await websockets.connect(live_url), await websockets.connect(live_url)
    for feed in (gone, stays):
        assert json.loads(await feed.recv())["type"] == "snapshot"
    gone.transport.abort()  # no close frame: a laptop that is shut, a link that breaks
    for n in range(10):
        live.send({"type": "assignment", "n": n})
        await asyncio.sleep(0.005)
    await until(lambda: len(live) == 1, "the client is forgotten")
    assert json.loads(await stays.recv())["n"] == 0
    await stays.close()
    await until(lambda: len(live) == 0, "the other has left")
    assert lines(caplog) == ["live_client_gone user=minji reason=left"] * 2
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING or r.exc_info]


async def test_slow_client_that_vanishes_is_one_line(
    live_url: str, rig: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The server wants to close it, and finds nobody there."""
    caplog.set_level(logging.INFO)
    live = rig.services.live
    feed = await websockets.connect(live_url)
    await feed.recv()
    feed.transport.abort()
    for n in range(QUEUE_MESSAGES + 1):
        live.send({"type": "assignment", "n": n})
    await until(lambda: lines(caplog) != [], "the client is given up")
    assert lines(caplog) == ["live_client_gone user=minji reason=too_slow"]
    assert not [r for r in caplog.records if r.exc_info]


async def test_end_of_the_session_closes_the_feed(
    live_url: str, rig: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("fleet_server.api.routes.live.CHECK_SESSION_EVERY_S", 0.01)
    feed = await websockets.connect(live_url)
    await feed.recv()
    await rig.services.accounts.log_out(live_url.split("token=")[1], "minji")
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await asyncio.wait_for(feed.recv(), 5.0)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    await until(lambda: lines(caplog) != [], "the line is written")
    assert lines(caplog) == ["live_client_gone user=minji reason=logged_out"]


async def test_a_service_account_sees_nothing_of_it(live_url: str, rig: Any, kit: Any) -> None:
    token, _ = await rig.services.accounts.log_in("signals", kit.PASSWORD, "here")
    url = f"{live_url.partition('token=')[0]}token={token}"
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(url)
    assert refused.value.response.status_code == 403
    assert len(rig.services.live) == 0
