"""downloadMap, enableMap, deleteMap: what the vehicle does with maps (VDA 5050 2.1.0, clause 6.7).

A download never touches the maps that are here. A downloaded map shows in the state only when its
content hash was worked out again from the parsed map; enabling waits until the vehicle stands
without an order, and the old map stays enabled until the vehicle's `MapSwitch` says otherwise.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fleet_client.action_board import ActionBoard
from fleet_client.map_download import MapDownload
from fleet_client.map_store import MapStore
from fleet_client.options import LinkOptions
from fleet_client.state_builder import MapRef
from patrol.errors import MapError, OrderError
from patrol.vda5050.extension import MapChunk
from patrol.vda5050.map_transfer import (
    DELETE_MAP,
    DOWNLOAD_MAP,
    ENABLE_MAP,
    Transfer,
    is_version,
    map_link,
    short,
)
from patrol.vda5050.messages import Action, ActionState

log = logging.getLogger(__name__)

MAPS_KEPT = 8  # on the vehicle; the server deletes old ones


@dataclass(frozen=True, slots=True)
class SwitchEnd:
    """How a switch to another map ended; an empty `failure` means that it is enabled."""

    action_id: str
    version: str
    failure: str = ""


class MapSwitch(Protocol):
    """How this kind of vehicle takes another map; called in the client's loop, returns at once."""

    def obstacle(self) -> str:
        """Why the vehicle cannot switch now, for a person; empty when it can."""
        ...

    def begin(self, ref: MapRef, action_id: str) -> None:
        """Start switching; raises MapError where this vehicle never can."""
        ...

    def under_way(self) -> tuple[str, str] | None:
        """(action id, version) of a switch that has begun and not ended, also before a restart."""
        ...

    def end(self) -> SwitchEnd | None:
        """The end of the switch, told once; None while there is none to tell."""
        ...


@dataclass(frozen=True, slots=True)
class VehicleMaps:
    """What a vehicle needs that can be given maps."""

    store: MapStore
    switch: MapSwitch


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An enableMap that waits for the vehicle to stand without an order."""

    ref: MapRef
    action_id: str


class MapActions:
    """One download and one switch at a time; `step` and the rest belong to the event loop."""

    def __init__(self, maps: VehicleMaps, options: LinkOptions) -> None:
        self._store, self._switch = maps.store, maps.switch
        self._options = options
        self._board = ActionBoard()
        self._download: MapDownload | None = None
        self._checking: asyncio.Task[MapRef] | None = None
        self._waiting: _Waiting | None = None
        self.enabled = self._store.enabled
        self.stored: Sequence[MapRef] = self._store.stored()
        begun = self._switch.under_way()
        if begun is not None:
            self._board.set(begun[0], ENABLE_MAP, "RUNNING", f"taking map {short(begun[1])}")

    @property
    def action_states(self) -> list[ActionState]:
        """Of map actions, oldest first."""
        return self._board.states

    def take_news(self) -> bool:
        """Whether something has changed, since this was last asked, that the server should hear
        at once."""
        return self._board.take_news()

    @property
    def switching(self) -> bool:
        """Whether the vehicle is taking another map: no order can be taken meanwhile."""
        return self._switch.under_way() is not None

    def accept(self, action: Action) -> None:
        """Take an instant action on maps; raises OrderError, changing nothing."""
        if self._board.knows(action.action_id):
            return  # sent again after this process was started again, and under way already
        parameters = action.parameters()
        map_id, version = self._which(action, parameters)
        if action.action_type == DOWNLOAD_MAP:
            self._accept_download(action, map_id, version, parameters)
        elif action.action_type == ENABLE_MAP:
            self._accept_enable(action, version)
        else:
            self._accept_delete(action, version)

    def _which(self, action: Action, parameters: dict[str, Any]) -> tuple[str, str]:
        map_id, version = parameters.get("mapId"), parameters.get("mapVersion")
        if not isinstance(map_id, str) or not is_version(version):
            raise _error(
                f"{action.action_type}: mapId must be text and mapVersion a content hash (64 "
                f"hexadecimal digits), got {map_id!r} and {version!r}",
                "validationError",
            )
        if map_id != self.enabled.map_id:
            raise _error(
                f"{action.action_type}: map {map_id!r} is not this vehicle's"
                f" {self.enabled.map_id!r}; another area is given on site",
                "mapMismatch",
            )
        return map_id, str(version)

    # -- downloadMap ----------------------------------------------------------------------------

    def _accept_download(
        self, action: Action, map_id: str, version: str, parameters: dict[str, Any]
    ) -> None:
        link, wanted_hash = parameters.get("mapDownloadLink"), parameters.get("mapHash", version)
        if link != map_link(map_id, version):
            raise _error(
                f"downloadMap: mapDownloadLink {link!r}; only urn:x-sunra:v1:map: is known"
            )
        if wanted_hash != version:
            raise _error(f"downloadMap: mapHash {wanted_hash!r} is not the mapVersion {version!r}")
        if self._has(version) is not None:
            raise _error(f"downloadMap: map {map_id} {short(version)} is on this vehicle already")
        if len(self.stored) >= MAPS_KEPT:
            raise _error(f"downloadMap: {len(self.stored)} maps are here; deleteMap one first")
        if self._checking is not None:
            raise _error("downloadMap: another map is being checked; try again in a moment")
        if self._download is not None:
            self._board.end(
                self._download.action_id, DOWNLOAD_MAP, f"replaced by {action.action_id}"
            )
        self._download = MapDownload(self._store, map_id, version, action.action_id, self._options)
        self._board.set(action.action_id, DOWNLOAD_MAP, "RUNNING", self._download.progress)

    def take(self, chunk: MapChunk) -> None:
        """A piece of a map."""
        download = self._download
        if download is None or self._checking is not None:
            return
        try:
            download.take(chunk)
        except MapError as error:
            self._drop(download, str(error))
            return
        except OSError as error:
            self._drop(download, f"cannot be written: {error.strerror}")
            return
        self._board.set(download.action_id, DOWNLOAD_MAP, "RUNNING", download.progress)

    def on_connect(self) -> None:
        """A new connection to the broker."""
        if self._download is not None:
            self._download.on_connect()

    def wanted(self, now_s: float) -> tuple[str, str, list[int]] | None:
        """Pieces to ask the server for now: (map id, version, indices)."""
        download = self._download
        chunks = download.due(now_s) if download else []
        return (download.map_id, download.version, chunks) if download and chunks else None

    def _check(self, download: MapDownload) -> None:
        """Parse the whole map beside the event loop; then the state says what came of it."""
        if self._checking is None:
            assert download.transfer is not None
            work = asyncio.to_thread(_finish, self._store, download.transfer)
            self._checking = asyncio.create_task(work)
        elif self._checking.done():
            task, self._checking = self._checking, None
            error = task.exception()
            if error is None:
                self._download, self.stored = None, self._store.stored()
                log.info("map_stored map=%s version=%s", download.map_id, download.version)
                self._board.end(download.action_id, DOWNLOAD_MAP)
            elif isinstance(error, MapError):
                self._drop(download, str(error))
            else:
                raise error

    def _drop(self, download: MapDownload, failure: str) -> None:
        self._store.discard(download.version)
        self._download = None
        self._board.end(download.action_id, DOWNLOAD_MAP, failure)

    # -- enableMap, deleteMap -------------------------------------------------------------------

    def _accept_enable(self, action: Action, version: str) -> None:
        ref = self._has(version)
        if ref is None:
            raise _error(f"enableMap: map {short(version)} is not on this vehicle")
        if self.switching:
            raise _error("enableMap: another map is being enabled")
        if self._waiting is not None:
            self._board.end(self._waiting.action_id, ENABLE_MAP, f"replaced by {action.action_id}")
            self._waiting = None
        if version == self.enabled.content_hash:
            self._board.end(action.action_id, ENABLE_MAP)
            return
        self._waiting = _Waiting(ref, action.action_id)
        self._board.set(action.action_id, ENABLE_MAP, "WAITING", "")
        self._begin_switch()

    def _begin_switch(self) -> None:
        waiting = self._waiting
        if waiting is None:
            return
        obstacle = self._switch.obstacle()
        if obstacle:
            self._board.set(waiting.action_id, ENABLE_MAP, "WAITING", obstacle)
            return
        self._waiting = None
        try:
            self._switch.begin(waiting.ref, waiting.action_id)
        except (MapError, OSError) as error:
            self._board.end(waiting.action_id, ENABLE_MAP, str(error))
            return
        what = f"taking map {short(waiting.ref.content_hash)}"
        self._board.set(waiting.action_id, ENABLE_MAP, "RUNNING", what)

    def _accept_delete(self, action: Action, version: str) -> None:
        begun = self._switch.under_way()
        used = {self.enabled.content_hash, begun[1] if begun else ""}
        used |= {self._waiting.ref.content_hash} if self._waiting else set()
        if version in used:
            raise _error(f"deleteMap: map {short(version)} is in use")
        if self._has(version) is None:
            raise _error(f"deleteMap: map {short(version)} is not on this vehicle")
        self._store.delete(version)
        self.stored = self._store.stored()
        self._board.end(action.action_id, DELETE_MAP)

    # -- one cycle ------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether `step` should be called often."""
        return bool(self._download or self._waiting or self.switching)

    def step(self) -> None:
        """Go on with what is under way."""
        if self._download is not None and self._download.is_whole:
            self._check(self._download)
        self._begin_switch()
        end = self._switch.end()
        if end is not None:
            self.enabled, self.stored = self._store.enabled, self._store.stored()
            log.info("map_switch_ended version=%s failure=%r", end.version, end.failure)
            self._board.end(end.action_id, ENABLE_MAP, end.failure)

    def _has(self, version: str) -> MapRef | None:
        return next((ref for ref in self.stored if ref.content_hash == version), None)


def _finish(store: MapStore, transfer: Transfer) -> MapRef:
    try:
        return store.finish(transfer)
    except (OSError, RecursionError, MemoryError) as error:
        raise MapError(f"cannot be kept: {error}") from None


def _error(text: str, error_type: str = "actionError") -> OrderError:
    return OrderError(text, error_type)
