"""A running fleet server's API, for commands; the standard library's HTTP is enough for them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from patrol.errors import SunraError

TIMEOUT_S = 60.0


class ServerError(SunraError):
    """The server cannot be reached, or refuses."""


class RestClient:
    """Logged in once; every answer is JSON. Raises ServerError."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self._base = url.rstrip("/") + "/api/v1"
        self._headers: dict[str, str] = {}
        body = json.dumps({"username": username, "password": password}).encode()
        answer = self.post("/session", body)
        self._headers = {"Authorization": f"Bearer {answer['token']}"}

    def get(self, path: str) -> Any:
        """Read something."""
        return self._ask("GET", path, None, "application/json")

    def post(self, path: str, body: bytes, content_type: str = "application/json") -> Any:
        """Make or do something."""
        return self._ask("POST", path, body, content_type)

    def _ask(self, method: str, path: str, body: bytes | None, content_type: str) -> Any:
        headers = {**self._headers, "Content-Type": content_type}
        try:
            request = urllib.request.Request(
                self._base + path, data=body, headers=headers, method=method
            )
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise ServerError(_reason(error)) from None
        except (urllib.error.URLError, OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise ServerError(f"{self._base}: {reason}") from None


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["error"]["message"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"{error.url}: HTTP {error.code}"
