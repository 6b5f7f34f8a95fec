"""YOLO through ultralytics: the only file that imports it (AGPL-3.0).

Weights (.pt) are exported once for each backend and input size into a cache beside them, keyed by
the weights' hash and the size, then run on one CPU thread so that the other cores stay free.
Inputs are rectangular (height, width), multiples of the stride 32: a 640 x 360 picture runs at
640 x 384 and not at 640 x 640, 40 % less work.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from patrol.errors import ModelError
from perception.detectors.backends import FORMATS, Backend, chosen
from perception.detectors.base import Detections, FloatArray, Image, Skeleton
from perception.detectors.torch_alone import keep_triton_out
from perception.models import ModelSpec, verify

_LOG = logging.getLogger(__name__)

STRIDE_PX = 32
NMS_IOU = 0.6
MAX_DETECTIONS = 50

# Read when ultralytics is imported: no look-ups, no installs, its settings in our own folder.
_ENVIRONMENT = {"YOLO_OFFLINE": "1", "YOLO_AUTOINSTALL": "false", "YOLO_VERBOSE": "false"}


def _import_yolo(settings_dir: Path) -> Any:
    settings_dir.mkdir(parents=True, exist_ok=True)
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("YOLO_CONFIG_DIR", str(settings_dir))
    keep_triton_out()
    import torch
    from PIL import Image

    # Its import puts an opener of its own into Pillow for the whole process, which wants to
    # install a plugin for whatever is no picture: who opens pictures elsewhere gets Pillow's.
    opener = Image.open
    from ultralytics.models.yolo.model import YOLO

    Image.open = opener
    torch.set_num_threads(1)
    return YOLO


def input_size(width_px: int, height_px: int, long_side_px: int) -> tuple[int, int]:
    """(height, width) of the network input for pictures of this shape, multiples of 32."""
    scale = long_side_px / max(width_px, height_px)
    height = max(1, int(np.ceil(height_px * scale / STRIDE_PX))) * STRIDE_PX
    width = max(1, int(np.ceil(width_px * scale / STRIDE_PX))) * STRIDE_PX
    return height, width


def export_path(
    spec: ModelSpec,
    folder: Path,
    size_hw: tuple[int, int],
    backend: Backend = Backend.OPENVINO,
    batch: int = 1,
) -> Path:
    """Where a backend's export of these weights for an input size and batch lies."""
    kind = FORMATS[backend]
    if kind is None:
        return folder / spec.file
    several = f"-x{batch}" if batch > 1 else ""
    name = f"{spec.name}-{spec.sha256[:16]}-{size_hw[0]}x{size_hw[1]}{several}{kind.ending}"
    return folder / backend.value / name


def exported(
    spec: ModelSpec,
    folder: Path,
    size_hw: tuple[int, int],
    backend: Backend = Backend.OPENVINO,
    batch: int = 1,
) -> Path:
    """A backend's model of verified weights for an input size and batch, exported where missing.

    Raises ModelError where the weights are missing, altered or cannot be exported.
    """
    weights = verify(spec, folder)
    target, kind = export_path(spec, folder, size_hw, backend, batch), FORMATS[backend]
    if kind is None or target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as scratch:
        copy = Path(shutil.copy2(weights, scratch))
        yolo = _import_yolo(folder / "settings")
        try:
            with _quiet():
                made = yolo(str(copy)).export(format=kind.name, imgsz=list(size_hw), batch=batch)
        except Exception as error:  # any of torch's, ONNX's or OpenVINO's own errors
            raise ModelError(f"{weights}: cannot be exported to {backend}: {error}") from error
        with contextlib.suppress(FileExistsError, OSError):  # another process was faster
            os.rename(made, target)
    if not target.exists():
        raise ModelError(f"{weights}: the export left no {target}")
    _LOG.info("model_exported name=%s backend=%s size=%dx%d", spec.name, backend, *size_hw)
    return target


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter prints and warns by the page; none of it is for an operator."""
    with (
        open(os.devnull, "w") as null,
        contextlib.redirect_stdout(null),
        warnings.catch_warnings(action="ignore"),
    ):
        yield


class _Model:
    """One network, loaded for a fixed number of CPU threads."""

    def __init__(
        self,
        spec: ModelSpec,
        folder: Path,
        size_hw: tuple[int, int],
        threads: int = 1,
        backend: Backend = Backend.AUTO,
        batch: int = 1,
    ) -> None:
        self.backend = chosen(backend)
        path = exported(spec, folder, size_hw, self.backend, batch)
        yolo = _import_yolo(folder / "settings")
        self._size_hw, self._batch = size_hw, batch
        self._device = 0 if self.backend is Backend.TENSORRT else "cpu"
        self._model = yolo(str(path), task=spec.task)
        self.predict(np.zeros((*size_hw, 3), np.uint8), 0.5)  # loads the backend
        self._limit_threads(path, threads)

    def _limit_threads(self, path: Path, threads: int) -> None:
        """Load again with a thread limit: ultralytics has no setting for it."""
        backend = self._model.predictor.model.backend
        if self.backend is Backend.PYTORCH:
            import torch

            torch.set_num_threads(threads)
        elif self.backend is Backend.OPENVINO:
            import openvino

            xml = next(path.glob("*.xml"))
            core = openvino.Core()
            options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads}
            backend.compile_model = partial(core.compile_model, device_name="CPU", config=options)
            backend.ov_compiled_model = backend.compile_model(core.read_model(str(xml)))
        elif self.backend is Backend.ONNX:
            import onnxruntime

            limits = onnxruntime.SessionOptions()
            limits.intra_op_num_threads = threads
            backend.session = onnxruntime.InferenceSession(
                str(path), limits, providers=["CPUExecutionProvider"]
            )

    def predict(self, image_bgr: Image, min_score: float) -> Any:
        """ultralytics' result for one picture."""
        return self.predict_all([image_bgr], min_score)[0]

    def predict_all(self, images_bgr: Sequence[Image], min_score: float) -> list[Any]:
        """Its results for several; an export takes a full batch, so the last one is filled."""
        results: list[Any] = []
        for first in range(0, len(images_bgr), self._batch):
            some = list(images_bgr[first : first + self._batch])
            full = some + some[-1:] * (self._batch - len(some))
            results += self._model.predict(
                full,
                imgsz=list(self._size_hw),
                conf=min_score,
                iou=NMS_IOU,
                max_det=MAX_DETECTIONS,
                device=self._device,
                verbose=False,
            )[: len(some)]
        return results


class YoloDetector:
    """Objects by a YOLO detection model, `batch` pictures at a time.

    Raises ModelError where weights are missing or the machine cannot run the backend.
    """

    def __init__(
        self,
        spec: ModelSpec,
        folder: Path,
        size_hw: tuple[int, int],
        threads: int = 1,
        backend: Backend = Backend.AUTO,
        batch: int = 1,
    ) -> None:
        self._model = _Model(spec, folder, size_hw, threads, backend, batch)

    @property
    def backend(self) -> Backend:
        """What runs it."""
        return self._model.backend

    def detect(self, image_bgr: Image, min_score: float = 0.25) -> Detections:
        """All boxes with at least `min_score`, best first, in pixels of `image_bgr`."""
        return _detections(self._model.predict(image_bgr, min_score))

    def detect_batch(
        self, images_bgr: Sequence[Image], min_score: float = 0.25
    ) -> list[Detections]:
        """As `detect` of each picture, in their order."""
        return [_detections(one) for one in self._model.predict_all(images_bgr, min_score)]


def _detections(result: Any) -> Detections:
    """Of one picture of ultralytics' results."""
    rows: FloatArray = result.boxes.data.cpu().numpy()
    return Detections(
        rows[:, :4].astype(np.float32),
        rows[:, 4].astype(np.float32),
        rows[:, 5].astype(np.int64),
        result.names,
    )


class YoloPose:
    """Skeletons by a YOLO pose model, meant for crops of a person or two."""

    def __init__(
        self,
        spec: ModelSpec,
        folder: Path,
        size_px: int = 256,
        threads: int = 1,
        backend: Backend = Backend.AUTO,
    ) -> None:
        self._model = _Model(spec, folder, (size_px, size_px), threads, backend)

    def skeletons(self, crop_bgr: Image, min_score: float = 0.10) -> list[Skeleton]:
        """Everybody's 17 COCO keypoints in crop pixels, the surest person first."""
        result = self._model.predict(crop_bgr, min_score)
        if result.keypoints is None or len(result.boxes) == 0:
            return []
        scores = result.boxes.conf.cpu().numpy()
        points = result.keypoints.data.cpu().numpy().astype(np.float32)
        return [Skeleton(points[one], float(scores[one])) for one in np.argsort(-scores)]
