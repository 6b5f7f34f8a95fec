"""Services outside that the server asks by itself: what holds for the address of each."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def check_address(name: str, address: str) -> None:
    """Raises ValueError for one over which answers and key could be read or forged on the way."""
    url = urlsplit(address)
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        raise ValueError(f"{name}: must be https: what it says and the key must not be forged")
