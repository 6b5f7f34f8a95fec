"""The error tree.

SunraError                 shown to a person as one line; the command line exits with 2
├── ConfigError            a configuration file or setting
├── MapError               a patrol map
├── OsmError               an OpenStreetMap file
├── LogError               a log or recording of a drive
├── ModelError             weights: missing, wrong hash, wrong classes
├── OrderError             a VDA 5050 order that cannot be followed
├── PlanError              a patrol that cannot be planned
└── SearchError            a person search that says too little, or something impossible
"""

from __future__ import annotations


class SunraError(Exception):
    """What went wrong, where, and what would be right, in one line."""


class ConfigError(SunraError):
    """A configuration file or setting is wrong."""


class MapError(SunraError):
    """A patrol map is wrong; nothing of it was taken."""


class OsmError(SunraError):
    """An OpenStreetMap file cannot be imported."""


class LogError(SunraError):
    """A log or recording of a drive cannot be used."""


class ModelError(SunraError):
    """Model weights are missing, altered or of the wrong kind."""


class OrderError(SunraError):
    """A VDA 5050 order cannot be followed; `error_type` is the VDA `errorType`."""

    def __init__(self, message: str, error_type: str = "orderError", **references: str) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.references = references


class PlanError(SunraError):
    """A patrol cannot be planned as asked."""


class SearchError(SunraError):
    """A person search says too little, or something impossible."""
