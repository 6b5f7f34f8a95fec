"""Which backend runs a network, and what its export is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from patrol.errors import ConfigError, ModelError
from perception.config import load_perception_config
from perception.detectors.backends import Backend, chosen
from perception.detectors.yolo import export_path
from perception.models import load_manifest

SPEC = load_manifest().model("yolov8n")


@pytest.mark.parametrize(
    ("gpu", "tensorrt", "expected"),
    [
        (False, False, Backend.OPENVINO),
        (True, False, Backend.OPENVINO),
        (False, True, Backend.OPENVINO),
        (True, True, Backend.TENSORRT),
    ],
)
def test_auto_is_tensorrt_only_where_all_of_it_is_there(
    gpu: bool, tensorrt: bool, expected: Backend
) -> None:
    assert chosen(Backend.AUTO, lambda: gpu, lambda _: tensorrt) is expected


def test_tensorrt_without_a_gpu_is_refused_with_what_would_do() -> None:
    with pytest.raises(ModelError, match="needs an NVIDIA GPU, there is none; use: auto"):
        chosen(Backend.TENSORRT, lambda: False, lambda _: True)


def test_tensorrt_without_its_module_is_refused() -> None:
    with pytest.raises(ModelError, match="module tensorrt is not installed"):
        chosen(Backend.TENSORRT, lambda: True, lambda _: False)


@pytest.mark.parametrize("backend", [Backend.OPENVINO, Backend.ONNX, Backend.PYTORCH])
def test_what_runs_on_any_cpu_is_taken_at_its_word(backend: Backend) -> None:
    assert chosen(backend, lambda: False, lambda _: False) is backend


def test_every_backend_and_size_has_its_own_export() -> None:
    exports = [
        export_path(SPEC, Path("m"), size, backend)
        for backend in (Backend.OPENVINO, Backend.ONNX, Backend.TENSORRT)
        for size in ((384, 640), (192, 192))
    ]
    assert len(set(exports)) == len(exports)
    assert export_path(SPEC, Path("m"), (384, 640), Backend.PYTORCH) == Path("m/yolov8n.pt")


def test_an_unknown_backend_in_the_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "perception.yaml"
    file.write_text("detector:\n  backend: cuda\n")
    with pytest.raises(ConfigError, match=r"perception.yaml:2: .*backend.*cuda"):
        load_perception_config(file)
