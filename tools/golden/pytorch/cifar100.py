"""Trains a ResNet-20 on CIFAR-100 for a few epochs and saves its route, with test logits to compare with.

    python tools/golden/pytorch/cifar100.py --data cifar-100-binary --out route --epochs 4

`--data` is the folder of the binary version (train.bin, test.bin): `npx cairn data fetch cifar100` puts it into
`.cairn/data/cifar-100-binary`. Protocol as in RepDistiller but for its length.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from resnet import ResNet
from save_route import save_checkpoint, write_checksums

MEAN = torch.tensor([0.5071, 0.4867, 0.4408]).view(1, 3, 1, 1)
STD = torch.tensor([0.2675, 0.2565, 0.2761]).view(1, 3, 1, 1)


def read(path, limit):
    records = np.fromfile(path, np.uint8).reshape(-1, 3074)[: limit or None]
    return torch.from_numpy(records[:, 2:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(records[:, 1].astype(np.int64))


def normalised(x):
    return (x.float() / 255 - MEAN.to(x.device)) / STD.to(x.device)


def augmented(x):
    """A crop out of 4 pixels of padding, flipped every second time; another one for each image."""
    padded = F.pad(x, (4, 4, 4, 4))
    out = torch.empty_like(x)
    for i, (dy, dx) in enumerate(torch.randint(0, 9, (len(x), 2)).tolist()):
        out[i] = padded[i, :, dy : dy + 32, dx : dx + 32]
    flip = torch.rand(len(x)) < 0.5
    out[flip] = out[flip].flip(3)
    return out


@torch.no_grad()
def logits_of(model, x):
    model.eval()
    return torch.cat([model(normalised(part)) for part in x.split(500)]).numpy()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--depth", type=int, default=20)
    parser.add_argument("--limit", type=int, default=0, help="training images; 0 is all")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(args.threads)
    x, y = read(f"{args.data}/train.bin", args.limit)
    test_x, test_y = read(f"{args.data}/test.bin", 0)
    model = ResNet(args.depth, 100)
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.epochs)
    logits = Path(args.out, "logits")
    logits.mkdir(parents=True, exist_ok=True)
    np.save(logits / "labels.npy", test_y.numpy())
    for epoch in range(1, args.epochs + 1):
        model.train()
        rate = optimizer.param_groups[0]["lr"]
        for rows in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            F.cross_entropy(model(normalised(augmented(x[rows]))), y[rows]).backward()
            optimizer.step()
        schedule.step()
        save_checkpoint(f"{args.out}/route", model, epoch, rate)
        z = logits_of(model, test_x)
        np.save(logits / f"epoch_{epoch}.npy", z)
        nll = F.cross_entropy(torch.from_numpy(z), test_y).item()
        print(f"epoch {epoch}  test top-1 {(z.argmax(1) == test_y.numpy()).mean():.4f}  nll {nll:.6f}", flush=True)
    write_checksums(f"{args.out}/route")


if __name__ == "__main__":
    main()
