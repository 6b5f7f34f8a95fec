"""An appearance embedding: 1,280 numbers of what a crop of somebody looks like, of length 1.

MobileNetV2 (Sandler et al. 2018) without its classifier, learnt on ImageNet and not on people:
crops of the same clothes are more alike than others, which ranks candidates and alone proves
nothing. Weights by the manifest; OpenVINO runs an export of them on one thread (torch is loaded
for the export alone). Nobody's face is looked for: the whole figure is shrunk to 224 x 224.
"""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from patrol.errors import ModelError
from perception.detectors.base import Image
from perception.detectors.torch_alone import keep_triton_out
from perception.models import ModelSpec, verify

_LOG = logging.getLogger(__name__)

SIDE_PX = 224
_MEAN = np.array((0.485, 0.456, 0.406), np.float32)  # of ImageNet, RGB in 0..1
_SIGMA = np.array((0.229, 0.224, 0.225), np.float32)


class MobileNetEmbedder:
    """An `Embedder`: MobileNetV2 by OpenVINO, loaded when first asked.

    `embed` raises ModelError where the weights are missing, altered or cannot be exported.
    """

    def __init__(self, spec: ModelSpec, folder: Path, threads: int = 1) -> None:
        self._spec, self._folder, self._threads = spec, folder, threads
        self._network: Any = None

    def embed(self, crop_bgr: Image) -> NDArray[np.float64]:
        """A vector (1280,) of length 1."""
        if crop_bgr.size == 0:
            raise ValueError(f"crop: {crop_bgr.shape} is empty")
        if self._network is None:
            self._network = self._loaded()
        small = cv2.resize(crop_bgr, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        levels = (small[..., ::-1].astype(np.float32) / 255.0 - _MEAN) / _SIGMA
        batch = np.ascontiguousarray(levels.transpose(2, 0, 1)[None], np.float32)
        vector = np.asarray(self._network(batch)[0], np.float64).ravel()
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float64)

    def _loaded(self) -> Any:
        import openvino

        core = openvino.Core()
        options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": self._threads}
        model = core.read_model(str(exported(self._spec, self._folder)))
        return core.compile_model(model, "CPU", options)


def export_path(spec: ModelSpec, folder: Path) -> Path:
    """Where OpenVINO's model of these weights lies."""
    return folder / "openvino" / f"{spec.name}-{spec.sha256[:16]}.xml"


def exported(spec: ModelSpec, folder: Path) -> Path:
    """OpenVINO's model of verified weights, exported now where missing; raises ModelError."""
    weights, target = verify(spec, folder), export_path(spec, folder)
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as scratch:
            made = Path(scratch) / target.name
            _export(weights, made)
            for file in (made.with_suffix(".bin"), made):  # what is looked for comes last
                os.replace(file, target.with_suffix(file.suffix))
    except Exception as error:  # any of torch's or OpenVINO's own errors
        raise ModelError(f"{weights}: cannot be exported to openvino: {error}") from error
    _LOG.info("model_exported name=%s backend=openvino", spec.name)
    return target


def _export(weights: Path, target: Path) -> None:
    keep_triton_out()
    import openvino
    import torch
    from torchvision.models import mobilenet_v2

    features = mobilenet_v2(weights=None).features
    known = torch.load(weights, map_location="cpu", weights_only=True)
    names = list(features.state_dict())
    if len(names) != len(known):
        raise ModelError(f"{len(known)} tensors are not the {len(names)} of MobileNetV2")
    # the same layers in the same order under other names; a shape that differs is refused
    features.load_state_dict(dict(zip(names, known.values(), strict=True)))
    network = torch.nn.Sequential(features, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
    example = torch.zeros(1, 3, SIDE_PX, SIDE_PX)
    with warnings.catch_warnings(action="ignore"):  # tracing is deprecated, says torch
        model = openvino.convert_model(network.eval(), example_input=example, input=example.shape)
    openvino.save_model(model, str(target), compress_to_fp16=False)
