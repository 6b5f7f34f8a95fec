"""Whether the server asks the weather service by itself (config/fleet.yaml, `weather`)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from fleet_server.sources import check_address
from patrol.errors import ConfigError

SERVICE = "https://apis.data.go.kr/1360000/VilageFcstInfoService_2.0/getUltraSrtNcst"


@dataclass(frozen=True, slots=True)
class KmaConfig:
    """기상청 단기예보 조회서비스, 초단기실황; the key is data.go.kr's, in one of two places."""

    key_file: Path | None = None  # holds the key and nothing else
    key_env: str = ""  # the environment variable that holds it
    url: str = SERVICE
    interval_s: float = 600.0  # the service measures anew every ten minutes
    timeout_s: float = 10.0  # of one request as a whole

    def __post_init__(self) -> None:
        if (self.key_file is None) == (not self.key_env):
            raise ValueError("key_file: give either key_file or key_env")
        check_address("url", self.url)
        for name, low, high in (("interval_s", 60.0, 3600.0), ("timeout_s", 0.2, 60.0)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name}: {value:g} is outside [{low:g}, {high:g}]")


@dataclass(frozen=True, slots=True)
class WeatherConfig:
    """Services that the server asks; without any, people report."""

    kma: KmaConfig | None = None


def read_key(config: KmaConfig, environment: Mapping[str, str] = os.environ) -> str:
    """The key as it is, not as data.go.kr's pages show it for addresses; raises ConfigError."""
    if config.key_file is None:
        where, text = f"weather.kma.key_env: {config.key_env}", environment.get(config.key_env, "")
    else:
        where = f"weather.kma.key_file: {config.key_file}"
        try:
            text = config.key_file.read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{where}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ConfigError(f"{where}: is no text") from None
    key = unquote(text.strip())  # the "encoding" key has %2B where the "decoding" one has +
    if not key:
        raise ConfigError(f"{where}: is empty; it must hold the service key of data.go.kr")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ConfigError(f"{where}: holds more than one key of letters, digits, +, / and =")
    return key
