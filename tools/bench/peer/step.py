"""The peer of bench:kd-step: training steps of PyTorch on one batch of made images, no data loading.

    ce  ResNet-20 by cross-entropy          kd  ResNet-56 teaches ResNet-20
"""

import time

import torch

from answer import serve
from parts import ce_loss, compiled, frozen, kd_loss, memory_format, network, set_up, sgd

CLASSES = 100
setting = {}


def prepare(task, mode, layout, threads, batch, warm_up=3):
    """Builds a setting and runs a few steps of it: compilation happens here."""
    set_up(threads)
    torch.manual_seed(0)
    x = torch.randn(batch, 3, 32, 32).to(memory_format=memory_format(layout))
    labels = torch.randint(CLASSES, (batch,))
    student = network(20, CLASSES, layout).train()
    teacher = frozen(network(56, CLASSES, layout), mode) if task == "kd" else None
    optimizer = sgd(student)

    def loss_of(x, labels, guide):
        logits = student(x)
        return ce_loss(logits, labels) if guide is None else kd_loss(logits, labels, guide)

    if mode == "compile":
        loss_of = compiled(loss_of)

    def step():
        guide = None if teacher is None else teacher(x).clone()
        optimizer.zero_grad(set_to_none=True)
        loss_of(x, labels, guide).backward()
        optimizer.step()

    for _ in range(warm_up):
        step()
    setting.update(step=step, threads=threads)
    return {"torch": torch.__version__, "onednn": torch.backends.mkldnn.is_available()}


def repeat(steps):
    if torch.get_num_threads() != setting["threads"]:
        torch.set_num_threads(setting["threads"])
    start = time.perf_counter()
    for _ in range(steps):
        setting["step"]()
    return {"seconds": time.perf_counter() - start}


serve({"prepare": prepare, "repeat": repeat})
