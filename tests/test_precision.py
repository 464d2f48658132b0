"""Training multiplies in bfloat16 only where the processor does."""

import pytest
import torch

from models.training.precision import mixed


@pytest.mark.parametrize("able", [{"avx512_bf16": True}, {"amx_bf16": True, "avx512_bf16": False}])
def test_bfloat16_where_the_processor_has_it(able: dict[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert _product() is torch.bfloat16


def test_float32_where_it_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True, "avx512_bf16": False})
    assert _product() is torch.float32


def _product() -> torch.dtype:
    with mixed(torch.device("cpu")):
        return (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
