"""The HTTP server: uvicorn on a socket of ours, without its own signal handling."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from patrol.errors import SunraError

GRACE_S = 2
REQUEST_MAX_BYTES = 1 << 20


class PortError(SunraError):
    """The HTTP port cannot be used."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 is any free one. Raises PortError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        raise PortError(
            f"port {host}:{port} cannot be used: {error.strerror}; choose another with --port"
        ) from None
    return listener


class WebServer(uvicorn.Server):
    """Stops when told to, not by a signal: the whole server has one shutdown order."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                ws_max_size=REQUEST_MAX_BYTES,
                timeout_graceful_shutdown=GRACE_S,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to `fleet_server.cli`."""
        yield

    def stop(self) -> None:
        """End `serve` after the requests in hand."""
        self.should_exit = True
