"""YAML files into frozen dataclasses; an unknown key or a bad value refuses to start.

Keys carry their unit (`max_speed_mps`); a value object checks its own ranges in `__post_init__` by
raising ValueError("field: what is wrong, what is allowed"). Every error is one line that names the
file, the line and the key. A field that may hold one of several dataclasses (a union) is told by
the mapping's `kind`, which each of them names in a class variable KIND.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from patrol.errors import ConfigError

T = TypeVar("T")


class _LineLoader(yaml.SafeLoader):
    """A safe loader that remembers the line of every mapping key and refuses repeated keys."""


class _LineDict(dict[str, Any]):
    lines: dict[str, int]
    line: int


def _construct_mapping(loader: _LineLoader, node: yaml.MappingNode) -> _LineDict:
    mapping = _LineDict()
    mapping.lines = {}
    mapping.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node, deep=True))
        if key in mapping:
            raise ConfigError(
                f"{node.start_mark.name}:{key_node.start_mark.line + 1}: key {key!r} stands twice"
            )
        mapping[key] = loader.construct_object(value_node, deep=True)
        mapping.lines[key] = key_node.start_mark.line + 1
    return mapping


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)


def read_yaml(path: Path) -> _LineDict:
    """The top mapping of a YAML file; raises ConfigError naming file and line."""
    try:
        with path.open(encoding="utf-8") as stream:
            loaded = yaml.load(stream, Loader=_LineLoader)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigError(f"{path}:{line}: not valid YAML: {error.problem}") from None
    if not isinstance(loaded, _LineDict):
        raise ConfigError(f"{path}: expected a mapping of settings, got {type(loaded).__name__}")
    return loaded


def load_config(path: Path, kind: type[T]) -> T:
    """A dataclass instance from a YAML file; raises ConfigError naming file, line and key."""
    return build(kind, read_yaml(path), str(path))


def build(kind: type[T], data: Any, where: str) -> T:
    """A dataclass instance from a mapping; `where` starts every error message."""
    if not isinstance(data, dict):
        raise ConfigError(f"{where}: expected a mapping, got {type(data).__name__}")
    line = getattr(data, "line", None)
    lines = getattr(data, "lines", {})
    fields = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(kind)

    def at(key: str | None = None) -> str:
        number = lines.get(key, line) if key else line
        return f"{where}:{number}" if number else where

    for key in data:
        if key not in fields:
            allowed = ", ".join(fields)
            raise ConfigError(f"{at(key)}: unknown key {key!r}; allowed: {allowed}")
    for name, field in fields.items():
        required = (
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        )
        if required and name not in data:
            raise ConfigError(f"{at()}: key {name!r} is missing")
    values = {key: _convert(hints[key], value, where, at(key), key) for key, value in data.items()}
    try:
        return kind(**values)
    except ValueError as error:
        key = str(error).split(":", 1)[0]
        raise ConfigError(f"{at(key if key in data else None)}: {error}") from None


def _convert(hint: Any, value: Any, where: str, at: str, key: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        inner = [a for a in arguments if a is not type(None)]
        if len(inner) > 1 and all(dataclasses.is_dataclass(a) for a in inner):
            return _tagged(inner, value, where, at, key)
        return _convert(inner[0], value, where, at, key)
    if dataclasses.is_dataclass(hint):
        return build(hint, value, where)  # type: ignore[arg-type]
    if origin is tuple:
        if not isinstance(value, list):
            raise ConfigError(f"{at}: {key}: expected a list, got {value!r}")
        return tuple(_convert(arguments[0], item, where, at, key) for item in value)
    if origin is dict:
        if not isinstance(value, dict):
            raise ConfigError(f"{at}: {key}: expected a mapping, got {value!r}")
        return {k: _convert(arguments[1], v, where, at, key) for k, v in value.items()}
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError:
            allowed = ", ".join(str(member.value) for member in hint)
            raise ConfigError(f"{at}: {key}: {value!r} is none of: {allowed}") from None
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is Path and isinstance(value, str):
        return Path(value)
    if hint is Any or (isinstance(value, hint) and not (hint is int and isinstance(value, bool))):
        return value
    raise ConfigError(f"{at}: {key}: expected {hint.__name__}, got {value!r}")


def _tagged(kinds: Sequence[Any], value: Any, where: str, at: str, key: str) -> Any:
    """One of several dataclasses, told apart by the mapping's `kind` and their class's KIND."""
    known = {kind.KIND: kind for kind in kinds}
    if not isinstance(value, _LineDict):
        raise ConfigError(f"{at}: {key}: expected a mapping with `kind`, got {value!r}")
    line = value.lines.get("kind", value.line)
    name = value.get("kind")
    if name not in known:
        what = f"kind {name!r} is unknown" if "kind" in value else "key 'kind' is missing"
        raise ConfigError(f"{where}:{line}: {key}: {what}; allowed: {', '.join(known)}")
    rest = _LineDict({k: v for k, v in value.items() if k != "kind"})
    rest.lines, rest.line = value.lines, value.line
    return build(known[name], rest, where)
