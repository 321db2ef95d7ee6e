"""Writes twin.json: the losses of 100 steps of a ResNet-8 in PyTorch, from weights, images, order and crops that
`twin.ts` makes alike, so that nothing but losses is stored.

    .venv/torch/bin/python tools/golden/pytorch/twin.py

Computed in float64, so that the rounding of the twin itself is none; printed with it: how far PyTorch's float32 strays.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from resnet import ResNet

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from resnet20_step import numbers  # noqa: E402

CLASSES, IMAGES, SIZE, BATCH, STEPS, PADDING = 10, 256, 16, 64, 100, 2
TEMPERATURE, CE_WEIGHT, KD_WEIGHT, RATE = 4.0, 0.1, 0.9, 0.001


def images():
    """A colour per class under noise, as bytes in NHWC order; row i is of class i modulo the number of classes."""
    count = SIZE * SIZE
    colours = [np.tile(numbers(3, 100 + c), count) for c in range(CLASSES)]
    pixels = [128 + 60 * colours[i % CLASSES] + 40 * numbers(3 * count, 1000 + i) for i in range(IMAGES)]
    return np.clip(np.floor(np.stack(pixels) + 0.5), 0, 255).astype(np.uint8).reshape(-1, SIZE, SIZE, 3)


def guide():
    """A teacher that knows the class, and has an opinion on the others."""
    logits = np.stack([4 * numbers(CLASSES, 2000 + i) for i in range(IMAGES)])
    logits[np.arange(IMAGES), np.arange(IMAGES) % CLASSES] += 6
    return logits


def load_weights(model):
    """Seeds count the sorted names from 1; scales by the kind of array, as `resnet20State` has them."""
    parameters = dict(model.named_parameters())
    for seed, name in enumerate(sorted(parameters), start=1):
        shape = tuple(parameters[name].shape)
        raw = numbers(int(np.prod(shape)), seed).reshape(shape)
        if len(shape) == 4:
            raw = raw * np.sqrt(6 / (shape[0] * shape[2] * shape[3]))
        elif name.startswith("fc."):
            raw = raw / 8
        else:
            raw = raw / 10 + (1 if name.endswith(".weight") else 0)
        # As a network holds them.
        parameters[name].data = torch.from_numpy(raw.astype(np.float32).astype(np.float64))


def batch_of(step, pixels):
    """Rows of a step, cropped and mirrored as three hashed numbers of each sample say."""
    epoch, place = divmod(step, IMAGES // BATCH)
    order = np.argsort(numbers(IMAGES, 4000 + epoch), kind="stable")
    rows = order[place * BATCH : (place + 1) * BATCH]
    padded = np.pad(pixels, ((0, 0), (PADDING, PADDING), (PADDING, PADDING), (0, 0)))
    draws = (numbers(3 * BATCH, 5000 + step).reshape(BATCH, 3) + 1) / 2
    seen = []
    for row, (down, right, mirror) in zip(rows, draws):
        top, left = int(down * (2 * PADDING + 1)), int(right * (2 * PADDING + 1))
        image = padded[row, top : top + SIZE, left : left + SIZE]
        seen.append(image[:, ::-1] if mirror < 0.5 else image)
    return rows, np.stack(seen)


def train(dtype):
    model = ResNet(8, CLASSES)
    load_weights(model)
    model = model.to(dtype).train()
    optimizer = torch.optim.SGD(model.parameters(), RATE, momentum=0.9, weight_decay=5e-4)
    pixels, teacher = images(), torch.from_numpy(guide().astype(np.float32)).to(dtype)
    losses = []
    for step in range(STEPS):
        rows, seen = batch_of(step, pixels)
        x = torch.from_numpy((seen.astype(np.float64) / 255 - 0.5) / 0.25).to(dtype).permute(0, 3, 1, 2)
        logits = model(x)
        soft = F.log_softmax(logits / TEMPERATURE, dim=1)
        target = F.softmax(teacher[rows] / TEMPERATURE, dim=1)
        kd = TEMPERATURE**2 * F.kl_div(soft, target, reduction="batchmean")
        loss = CE_WEIGHT * F.cross_entropy(logits, torch.from_numpy(rows % CLASSES)) + KD_WEIGHT * kd
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses)


def main():
    torch.set_num_threads(1)
    single = train(torch.float32)
    print(f"float32: {single[0]:.4f} to {single[-1]:.4f}")
    losses = train(torch.float64)
    (HERE / "twin.json").write_text(json.dumps([round(v, 9) for v in losses.tolist()]) + "\n")
    print(f"float64: {losses[0]:.4f} to {losses[-1]:.4f}; float32 strays by {np.abs(single - losses).max():.1e}")


if __name__ == "__main__":
    main()
