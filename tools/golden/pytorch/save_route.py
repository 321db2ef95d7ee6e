"""Saves a training run as a folder that `cairn routes import` reads. Copy these lines into a training script.

    for epoch in range(1, epochs + 1):
        train(...)
        save_checkpoint(folder, model, epoch, lr=optimizer.param_groups[0]["lr"])
    write_checksums(folder)
"""

import hashlib
from pathlib import Path

from safetensors.torch import save_file


def save_checkpoint(folder, model, epoch, lr=None):
    """Parameters and batch-norm statistics, by their PyTorch names."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    save_file(state, f"{folder}/epoch_{epoch}.safetensors", {"lr": str(lr)} if lr is not None else None)


def write_checksums(folder):
    """The lines of `sha256sum *.safetensors`: with them a lost or altered file is found."""
    files = sorted(Path(folder).glob("*.safetensors"))
    lines = [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in files]
    Path(folder, "SHA256SUMS").write_text("".join(lines))
