"""Writes the fixture: a tiny teacher trained by PyTorch, its route, and its logits on 16 images.

    python3 -m venv .venv/torch && .venv/torch/bin/pip install torch numpy safetensors
    .venv/torch/bin/python tools/golden/pytorch/fixture.py

Sixty-four made images train a ResNet-8 of width 4, sixteen others test it. Another machine or version of PyTorch gives
other weights; the tests hold Cairn against whatever stands in the folder.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from resnet import ResNet
from save_route import save_checkpoint, write_checksums

HERE = Path(__file__).parent
CLASSES, TRAIN, TEST, SIZE, BATCH = 4, 64, 16, 8, 16
EPOCHS, KEPT, RATE = 8, (1, 2, 4, 6, 8), 0.02

sys.path.insert(0, str(HERE.parent))
from resnet20_step import numbers  # noqa: E402


def images():
    """A pattern per class under noise, as bytes in NHWC order; row i is of class i modulo the number of classes."""
    labels = np.arange(TRAIN + TEST) % CLASSES
    count = SIZE * SIZE * 3
    patterns = [numbers(count, 100 + c) for c in range(CLASSES)]
    pixels = [128 + 45 * patterns[c] + 80 * numbers(count, 1000 + i) for i, c in enumerate(labels)]
    return np.clip(np.round(pixels), 0, 255).astype(np.uint8).reshape(-1, SIZE, SIZE, 3), labels


def normalised(pixels):
    x = (pixels.astype(np.float32) / 255 - 0.5) / 0.25
    return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()


def train(model, x, loss_of, epochs, after=lambda epoch, rate: None):
    optimizer = torch.optim.SGD(model.parameters(), RATE, momentum=0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for epoch in range(1, epochs + 1):
        model.train()
        rate = optimizer.param_groups[0]["lr"]
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            loss_of(model(x[rows]), rows).backward()
            optimizer.step()
        schedule.step()
        after(epoch, rate)


@torch.no_grad()
def logits_of(model, x):
    model.eval()
    return model(x).numpy().astype(np.float32)


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    pixels, labels = images()
    x, y = normalised(pixels), torch.from_numpy(labels)
    train_x, test_x, test_y = x[:TRAIN], x[TRAIN:], labels[TRAIN:]
    for folder in ("data", "route", "logits"):
        (HERE / folder).mkdir(exist_ok=True)
    np.save(HERE / "data/images.npy", pixels)
    np.save(HERE / "data/labels.npy", labels.astype(np.int64))
    np.save(HERE / "logits/labels.npy", test_y.astype(np.int64))

    expected = {}
    teacher = ResNet(8, CLASSES, width=4)

    def record(epoch, rate):
        if epoch not in KEPT:
            return
        save_checkpoint(HERE / "route", teacher, epoch, rate)
        logits = logits_of(teacher, test_x)
        np.save(HERE / f"logits/epoch_{epoch}.npy", logits)
        nll = F.cross_entropy(torch.from_numpy(logits), y[TRAIN:]).item()
        expected[epoch] = {"top1": float((logits.argmax(1) == test_y).mean()), "nll": nll}

    train(teacher, train_x, lambda z, rows: F.cross_entropy(z, y[rows]), EPOCHS, record)
    write_checksums(HERE / "route")
    (HERE / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")

    student = ResNet(8, CLASSES, width=2)
    np.save(HERE / "logits/student_0.npy", logits_of(student, test_x))
    with torch.no_grad():
        guide = F.softmax(teacher.eval()(train_x) / 4, dim=1)
    kd = lambda z, rows: 16 * F.kl_div(F.log_softmax(z / 4, dim=1), guide[rows], reduction="batchmean")
    train(student, train_x, kd, 4)
    np.save(HERE / "logits/student_1.npy", logits_of(student, test_x))
    print(json.dumps(expected))


if __name__ == "__main__":
    main()
