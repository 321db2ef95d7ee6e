"""The peer of bench:study: a teacher that keeps its state after every epoch, and students that learn from such states.

Augmentation is one gather over the padded images of a batch; evaluation is once an epoch on the samples held out, and
at the end on the test images. Told what to do by requests; `prepare` is what the clock does not count.
"""

import json
from pathlib import Path

import numpy as np
import torch

from answer import serve
from parts import ce_loss, compiled, frozen, kd_loss, network, set_up, sgd

EVALUATE = 128
PADDING = 4
world = {}


class Images:
    """A split in memory, padded once; crops and flips are index arithmetic on a batch."""

    def __init__(self, folder, name, facts):
        shape = (-1, facts["height"], facts["width"], facts["channels"])
        pixels = np.fromfile(folder / f"{name}.bin", dtype=np.uint8).reshape(shape)
        self.labels = torch.from_numpy(np.fromfile(folder / f"{name}-labels.bin", dtype=np.int32).astype(np.int64))
        border = ((0, 0), (PADDING, PADDING), (PADDING, PADDING), (0, 0))
        self.padded = torch.from_numpy(np.pad(pixels, border))
        self.size = facts["height"]
        mean, std = torch.tensor(facts["mean"]), torch.tensor(facts["std"])
        self.scale, self.shift = 1 / (255 * std), -mean / std

    def batch(self, rows, augment):
        """NHWC in memory, NCHW by its strides: channels_last without a copy."""
        count = len(rows)
        offsets = torch.randint(2 * PADDING + 1, (2, count, 1)) if augment else torch.full((2, count, 1), PADDING)
        line = torch.arange(self.size)
        across = line.expand(count, -1)
        if augment:
            across = torch.where(torch.rand(count, 1) < 0.5, line.flip(0), across)
        down, right = offsets[0] + line, offsets[1] + across
        bytes_ = self.padded[rows[:, None, None], down[:, :, None], right[:, None, :]]
        return torch.addcmul(self.shift, bytes_.float(), self.scale).permute(0, 3, 1, 2)


def prepare(folder, mode, threads, fraction, teacher, student, epochs, batch):
    """Reads the data, and compiles: steps on a copy of everything that the study will train."""
    set_up(threads)
    folder = Path(folder)
    facts = json.loads((folder / "facts.json").read_text())
    train, test = Images(folder, "train", facts), Images(folder, "test", facts)
    held, rows = carve(train.labels, fraction)
    world.update(folder=folder, mode=mode, classes=facts["classes"], train=train, test=test, held=held, rows=rows)
    world.update(depths={"teacher": teacher["depth"], "student": student["depth"]}, epochs=epochs, batch=batch)
    torch.manual_seed(0)
    if mode == "compile":
        # One network of each kind is compiled, and gets other weights: no anchor is compiled anew.
        world["nets"] = {role: new_network(role) for role in ("teacher", "student", "guide")}
        world["code"] = {role: compiled(net) for role, net in world["nets"].items()}
        # Full and last batch, both roles, training and evaluation.
        for role, teach in (("teacher", None), ("student", guide_of(world["nets"]["teacher"].state_dict()))):
            run = Training(role)
            run.epoch(0.01, teach, rows[: batch + len(rows) % batch] if len(rows) > batch else rows)
            run.evaluate(train, held)
            run.evaluate(test, torch.arange(len(test.labels)))
    return {"rows": len(rows), "held": len(held)}


def carve(labels, fraction):
    held = torch.cat([c[: int(len(c) * fraction + 0.5)] for c in (torch.nonzero(labels == k)[:, 0] for k in labels.unique())])
    keep = torch.ones(len(labels), dtype=torch.bool)
    keep[held] = False
    return held, torch.nonzero(keep)[:, 0]


def new_network(role):
    return network(world["depths"][role if role == "student" else "teacher"], world["classes"], "channels_last")


def guide_of(state):
    """A frozen teacher of these weights: images to logits."""
    if world["mode"] == "eager":
        teacher = new_network("teacher")
        teacher.load_state_dict(state)
        return frozen(teacher, "eager")
    world["nets"]["guide"].load_state_dict(state)
    world["nets"]["guide"].eval()

    def logits(x):
        with torch.inference_mode():
            return world["code"]["guide"](x)

    return logits


class Training:
    def __init__(self, role):
        self.model = self.forward = new_network(role)
        if world["mode"] == "compile":
            fresh, self.model, self.forward = self.model, world["nets"][role], world["code"][role]
            self.model.load_state_dict(fresh.state_dict())
        self.optimizer = sgd(self.model)

    def epoch(self, rate, guide, rows):
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        images, losses = world["train"], []
        for chosen in rows[torch.randperm(len(rows))].split(world["batch"]):
            x, labels = images.batch(chosen, augment=True), images.labels[chosen]
            teach = None if guide is None else guide(x).clone()
            logits = self.forward(x)
            loss = ce_loss(logits, labels) if teach is None else kd_loss(logits, labels, teach)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses).mean().item()

    @torch.no_grad()
    def evaluate(self, images, rows):
        self.model.eval()
        right = 0
        for chosen in rows.split(EVALUATE):
            logits = self.forward(images.batch(chosen, augment=False))
            right += (logits.argmax(1) == images.labels[chosen]).sum().item()
        return right / max(1, len(rows))


def cosine(done, length):
    return 0.05 * 0.5 * (1 + np.cos(np.pi * done / length))


def teach():
    torch.manual_seed(0)
    run = Training("teacher")
    for epoch in range(1, world["epochs"] + 1):
        run.epoch(cosine(epoch - 1, world["epochs"]), None, world["rows"])
        accuracy = run.evaluate(world["train"], world["held"])
        torch.save(run.model.state_dict(), world["folder"] / f"anchor-{epoch}.pt")
    return {"accuracy": accuracy}


def student(seed, stages):
    torch.manual_seed(seed)
    run = Training("student")
    for stage in stages:
        guide = guide_of(torch.load(world["folder"] / f"anchor-{round(stage['anchor'])}.pt"))
        for done in range(round(stage["epochs"])):
            run.epoch(cosine(done, stage["epochs"]), guide, world["rows"])
            accuracy = run.evaluate(world["train"], world["held"])
    run.evaluate(world["test"], torch.arange(len(world["test"].labels)))
    return {"accuracy": accuracy}


serve({"prepare": prepare, "teach": teach, "student": student})
