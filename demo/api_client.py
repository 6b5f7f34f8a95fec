"""A small client of the fleet server's public API: the same calls that the console makes."""

from __future__ import annotations

import json
import queue
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from demo.processes import DemoError


class ApiClient:
    """Logged-in calls; raises DemoError with the server's own message on a refusal."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/api/v1", timeout=20.0)
        session = self.post("/session", {"username": username, "password": password})
        self.token = str(session["token"])
        self.url = url
        self._http.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path: str) -> Any:
        """The JSON answer of a GET."""
        return self._json(self._http.get(path))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON answer of a POST; None where there is no content."""
        return self._json(self._http.post(path, json=body))

    def download(self, path: str) -> bytes:
        """A file by its path under the server's root, e.g. evidence."""
        response = self._http.get(f"{self.url}{path}" if path.startswith("/api/") else path)
        if response.is_error:
            raise DemoError(f"{path}: {response.status_code} {response.text[:200]}")
        return response.content

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @staticmethod
    def _json(response: httpx.Response) -> Any:
        if response.is_error:
            raise DemoError(f"{response.request.url.path}: {response.status_code} {response.text}")
        return response.json() if response.content else None


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """A message of the live feed and when it came (seconds since the epoch)."""

    received_s: float
    content: dict[str, Any]


class LiveFeed:
    """The WebSocket feed in a thread; messages wait in `messages` in order of arrival."""

    def __init__(self, api: ApiClient) -> None:
        self.messages: queue.Queue[LiveMessage] = queue.Queue()
        address = api.url.replace("http", "ws", 1) + "/api/v1/live"
        self._socket = connect(
            address,
            additional_headers={"Authorization": f"Bearer {api.token}"},
            origin=Origin(api.url),
            max_size=None,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for text in self._socket:
                self.messages.put(LiveMessage(time.time(), json.loads(text)))
        except ConnectionClosed:
            pass  # the main thread notices: it waits for messages with a limit

    def close(self) -> None:
        """Close the feed."""
        self._socket.close()
        self._thread.join(5.0)
