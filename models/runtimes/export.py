"""Networks as files of OpenVINO: as they are, and in int8 where NNCF is installed and can do it.

Weights are kept in full: halved first and rounded to bfloat16 then, they are off by twice as much.
"""

import logging
import warnings
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import openvino as ov

from models.runtimes.portable import Array, Portable, first_line

log = logging.getLogger(__name__)


def write(network: Portable, folder: Path) -> Iterator[str]:
    """Write the network into `folder` and yield the names of its files, without their endings.

    What cannot be exported is said in the log and left out.
    """
    try:
        model = _converted(network)
    except (RuntimeError, ValueError, TypeError) as error:
        log.warning("%s cannot be exported (%s)", network.name, first_line(error))
        return
    if network.calibration is not None:
        try:
            quantized = _quantized(model, network, network.calibration())
            ov.save_model(quantized, folder / "int8.xml", compress_to_fp16=False)
            yield "int8"
        except (ImportError, RuntimeError, ValueError) as error:
            log.warning("%s cannot be had in int8 (%s)", network.name, first_line(error))
    ov.save_model(model, folder / "float.xml", compress_to_fp16=False)
    yield "float"


def _converted(network: Portable) -> ov.Model:
    import torch

    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tracing: sizes are traced, as far as they may vary
        return ov.convert_model(
            network.build().eval(),
            example_input=tuple(map(torch.from_numpy, network.examples()[0])),
            input=[ov.PartialShape(list(shape)) for shape in network.shapes],
        )


def _quantized(model: ov.Model, network: Portable, seen: Sequence[tuple[Array, ...]]) -> ov.Model:
    if find_spec("nncf") is None:
        raise ImportError("NNCF is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nncf

        nncf.set_log_level(logging.ERROR)
        inputs = [list(one) for one in seen]
        return nncf.quantize(
            model,
            nncf.Dataset(inputs),
            subset_size=len(inputs),
            preset=nncf.QuantizationPreset.MIXED,
            ignored_scope=nncf.IgnoredScope(patterns=list(network.exact), validate=False),
        )
