"""In what kind of number a training multiplies."""

import torch


def mixed(device: torch.device) -> torch.autocast:
    """Products in bfloat16 where the processor has them; elsewhere they would take several times as long."""
    return torch.autocast(device.type, torch.bfloat16, enabled=_has_bfloat16(device))


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return any(there for name, there in torch.cpu.get_capabilities().items() if name.endswith("bf16"))
