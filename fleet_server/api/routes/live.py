"""The WebSocket: a snapshot, then what changes."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from fleet_server.api.security import same_origin, services_of, token_of
from fleet_server.api.services import Services
from fleet_server.errors import UnauthorizedError
from fleet_server.live import LiveClient, snapshot

log = logging.getLogger(__name__)
router = APIRouter()

POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013
CHECK_SESSION_EVERY_S = 60.0


@router.websocket("/live")
async def live(websocket: WebSocket) -> None:
    """Needs the session cookie or `?token=`; closes with 1008 without."""
    services = services_of(websocket)
    token = websocket.query_params.get("token") or token_of(websocket)
    try:
        user = await services.accounts.user_of(token)
    except UnauthorizedError:
        await websocket.close(POLICY_VIOLATION)
        return
    if not user.may("look") or not same_origin(websocket.headers):
        await websocket.close(POLICY_VIOLATION)
        return
    await websocket.accept()
    with services.live.client() as client:
        logged_out = asyncio.create_task(_until_logged_out(services, token))
        tasks = [
            asyncio.create_task(_send(websocket, services, client)),
            asyncio.create_task(_until_gone(websocket)),
            asyncio.create_task(client.dropped.wait()),
            logged_out,
        ]
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    reason = "left"
    if client.dropped.is_set():
        reason = "too_slow"
        await _close(websocket, TRY_AGAIN_LATER)
    elif logged_out in ended:
        reason = "logged_out"
        await _close(websocket, POLICY_VIOLATION)
    log.info("live_client_gone user=%s reason=%s", user.username, reason)


async def _close(websocket: WebSocket, code: int) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # it has just left by itself
        await websocket.close(code)


async def _send(websocket: WebSocket, services: Services, client: LiveClient) -> None:
    """The client is registered before the snapshot is made, so nothing falls between."""
    incidents = await services.incidents.views(only_open=True)
    assignments = await services.dispatcher.views(only_active=True)
    vehicles = [services.fleet.view(record) for record in services.fleet.records()]
    await websocket.send_text(snapshot(vehicles, incidents, assignments).decode())
    while True:
        await websocket.send_text((await client.queue.get()).decode())


async def _until_gone(websocket: WebSocket) -> None:
    """Nothing is expected from a client; reading notices that it has left."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await websocket.receive_text()


async def _until_logged_out(services: Services, token: str | None) -> None:
    with contextlib.suppress(UnauthorizedError):
        while True:
            await asyncio.sleep(CHECK_SESSION_EVERY_S)
            await services.accounts.user_of(token)
