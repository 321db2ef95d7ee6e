"""What the peer's scripts share: PyTorch set up as an expert would for these networks on a CPU.

oneDNN is on by default. Of SGD's three ways the fused one is the fastest here; the frozen teacher has its batch norms
folded into its convolutions. A compiled teacher is frozen by Inductor, which folds and packs its weights.
"""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.fx.experimental.optimization import fuse

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "golden/pytorch"))
from resnet import ResNet  # noqa: E402

TEMPERATURE, CE_WEIGHT, KD_WEIGHT = 4.0, 0.1, 0.9


def set_up(threads):
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)


def memory_format(layout):
    return torch.channels_last if layout == "channels_last" else torch.contiguous_format


def network(depth, classes, layout):
    return ResNet(depth, classes).to(memory_format=memory_format(layout))


def compiled(function):
    """Batch sizes are few: each gets code of its own, as fast as it can be."""
    # Networks share their code's cache; beyond its limit they would silently run eagerly.
    torch._dynamo.config.recompile_limit = 64
    return torch.compile(function, dynamic=False)


def frozen(model, mode):
    """A function from images to logits."""
    model = model.eval()
    if mode == "compile":
        torch._inductor.config.freezing = True
        model = compiled(model)
        context = torch.no_grad  # what freezing asks for
    else:
        model = fuse(model)
        context = torch.inference_mode

    def logits(x):
        with context():
            return model(x)

    return logits


def sgd(model, rate=0.05):
    return torch.optim.SGD(model.parameters(), rate, momentum=0.9, weight_decay=5e-4, fused=True)


def ce_loss(logits, labels):
    return F.cross_entropy(logits, labels)


def kd_loss(logits, labels, guide):
    soft = F.log_softmax(logits / TEMPERATURE, dim=1)
    target = F.softmax(guide / TEMPERATURE, dim=1)
    kl = F.kl_div(soft, target, reduction="batchmean")
    return CE_WEIGHT * F.cross_entropy(logits, labels) + KD_WEIGHT * TEMPERATURE**2 * kl
