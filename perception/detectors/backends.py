"""What can run a network: which export each backend needs, and which one a machine gets.

Weights are PyTorch's. OpenVINO is the CPU's default (it is the fastest there), TensorRT that of a
machine with an NVIDIA GPU and its library. Exports are made once for each input size and kept
beside the weights.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from patrol.errors import ModelError


class Backend(StrEnum):
    """`auto` is the fastest that the machine has."""

    AUTO = "auto"
    OPENVINO = "openvino"
    ONNX = "onnx"
    PYTORCH = "pytorch"
    TENSORRT = "tensorrt"


@dataclass(frozen=True, slots=True)
class Format:
    """An export: ultralytics' name for it, and how its file or folder ends."""

    name: str
    ending: str


FORMATS: dict[Backend, Format | None] = {
    Backend.OPENVINO: Format("openvino", "_openvino_model"),
    Backend.ONNX: Format("onnx", ".onnx"),
    Backend.TENSORRT: Format("engine", ".engine"),
    Backend.PYTORCH: None,  # the weights themselves
}


def has_gpu() -> bool:
    """Whether PyTorch finds an NVIDIA GPU."""
    import torch

    return bool(torch.cuda.is_available())


def has_module(name: str) -> bool:
    """Whether a Python module is installed."""
    return importlib.util.find_spec(name) is not None


def chosen(
    wanted: Backend,
    gpu: Callable[[], bool] = has_gpu,
    module: Callable[[str], bool] = has_module,
) -> Backend:
    """The backend for a wish; raises ModelError where this machine cannot run it."""
    if wanted is Backend.AUTO:
        return Backend.TENSORRT if module("tensorrt") and gpu() else Backend.OPENVINO
    if wanted is Backend.TENSORRT:
        if not gpu():
            raise ModelError("backend tensorrt: needs an NVIDIA GPU, there is none; use: auto")
        if not module("tensorrt"):
            raise ModelError("backend tensorrt: the Python module tensorrt is not installed")
    return wanted
