"""Two training steps of ResNet-20 by the book, in float64 and NumPy alone.

Shares no code with the project: layers, gradients, loss and optimiser are written out here, in PyTorch's layouts
(weights [out, in, h, w], channels last for images). Writes `resnet20-step.jsonl`, a line per step.

    python3 resnet20_step.py            regenerate the fixture
    python3 resnet20_step.py --check    central differences of the whole loss against the gradients below
    python3 resnet20_step.py --search   image seeds that keep every ReLU clear of 0
"""

import json
import sys
from pathlib import Path

import numpy as np

CLASSES, BATCH, SIZE = 100, 2, 32
TEMPERATURE, CE_WEIGHT, KL_WEIGHT = 4.0, 0.1, 0.9 * 16
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.05, 0.9, 5e-4
EPSILON, STATISTICS_MOMENTUM = 1e-5, 0.1
SAMPLES = 12
# One step each. Chosen with --search: no input of a ReLU lies so near to 0 that float32 could take its other side, which
# would change a gradient by more than rounding does.
IMAGE_SEEDS = (1055, 2034)


def numbers(count, seed):
    """Integers hashed to [-1, 1), exact in float32. The same formula stands in `numbers.ts`."""
    mask = np.uint64(0xFFFFFFFF)
    start = np.uint64((seed * 0x9E3779B1) & 0xFFFFFFFF)
    h = ((np.arange(1, count + 1, dtype=np.uint64) ^ start) * np.uint64(0x85EBCA6B)) & mask
    h = ((h ^ (h >> np.uint64(13))) * np.uint64(0xC2B2AE35)) & mask
    return ((h >> np.uint64(8)).astype(np.float64) - 2**23) / 2**23


def parameter_shapes():
    shapes = {"conv1.weight": (16, 3, 3, 3), "bn1.weight": (16,), "bn1.bias": (16,)}
    width = 16
    for stage, channels in enumerate((16, 32, 64), start=1):
        for block in range(3):
            name = f"layer{stage}.{block}"
            for layer, inputs in (("1", width), ("2", channels)):
                shapes[f"{name}.conv{layer}.weight"] = (channels, inputs, 3, 3)
                shapes[f"{name}.bn{layer}.weight"] = shapes[f"{name}.bn{layer}.bias"] = (channels,)
            if width != channels:
                shapes[f"{name}.downsample.0.weight"] = (channels, width, 1, 1)
                shapes[f"{name}.downsample.1.weight"] = shapes[f"{name}.downsample.1.bias"] = (channels,)
            width = channels
    return {**shapes, "fc.weight": (CLASSES, 64), "fc.bias": (CLASSES,)}


def initial_weights():
    """Seeds count the sorted names from 1; scales by the kind of array. Rounded to float32, as a network holds them."""
    shapes = parameter_shapes()
    weights = {}
    for seed, name in enumerate(sorted(shapes), start=1):
        shape = shapes[name]
        raw = numbers(int(np.prod(shape)), seed).reshape(shape)
        if len(shape) == 4:
            raw = raw * np.sqrt(6 / (shape[0] * shape[2] * shape[3]))
        elif name.startswith("fc."):
            raw = raw / 8
        else:
            raw = raw / 10 + (1 if name.endswith(".weight") else 0)
        weights[name] = raw.astype(np.float32).astype(np.float64)
    return weights


def images(seed):
    return (numbers(BATCH * SIZE * SIZE * 3, seed) * 2).reshape(BATCH, SIZE, SIZE, 3)


def targets(step):
    """Teacher logits and labels of a step (0 or 1)."""
    teacher = (numbers(BATCH * CLASSES, 2001 + step) * 8).reshape(BATCH, CLASSES)
    labels = np.array([(37 * row + 11 * step + 5) % CLASSES for row in range(BATCH)])
    return teacher, labels


class Convolution:
    def __init__(self, net, name, stride, padding):
        self.net, self.name, self.stride, self.padding = net, f"{name}.weight", stride, padding

    def forward(self, x):
        w = self.net.weights[self.name]
        p, k = self.padding, w.shape[2]
        self.padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(self.padded, (k, k), axis=(1, 2))
        self.windows = windows[:, :: self.stride, :: self.stride]
        return np.tensordot(self.windows, w, axes=([3, 4, 5], [1, 2, 3]))

    def backward(self, dy):
        w = self.net.weights[self.name]
        self.net.gradients[self.name] = np.tensordot(dy, self.windows, axes=([0, 1, 2], [0, 1, 2]))
        dx = np.zeros_like(self.padded)
        s, (rows, columns) = self.stride, dy.shape[1:3]
        for i in range(w.shape[2]):
            for j in range(w.shape[3]):
                dx[:, i : i + s * rows : s, j : j + s * columns : s] += dy @ w[:, :, i, j]
        p = self.padding
        return dx[:, p : dx.shape[1] - p, p : dx.shape[2] - p]


class BatchNorm:
    def __init__(self, net, name):
        self.net, self.name = net, name

    def forward(self, x):
        net, name = self.net, self.name
        count = x.size // x.shape[-1]
        mean = x.mean(axis=(0, 1, 2))
        variance = ((x - mean) ** 2).mean(axis=(0, 1, 2))
        self.deviation = np.sqrt(variance + EPSILON)
        self.normal = (x - mean) / self.deviation
        news = {"running_mean": mean, "running_var": variance * count / (count - 1)}
        for key, new in news.items():
            old = net.buffers[f"{name}.{key}"]
            net.buffers[f"{name}.{key}"] = (1 - STATISTICS_MOMENTUM) * old + STATISTICS_MOMENTUM * new
        return self.normal * net.weights[f"{name}.weight"] + net.weights[f"{name}.bias"]

    def backward(self, dy):
        axes = (0, 1, 2)
        self.net.gradients[f"{self.name}.weight"] = (dy * self.normal).sum(axis=axes)
        self.net.gradients[f"{self.name}.bias"] = dy.sum(axis=axes)
        dn = dy * self.net.weights[f"{self.name}.weight"]
        centred = dn - dn.mean(axis=axes) - self.normal * (dn * self.normal).mean(axis=axes)
        return centred / self.deviation


class Relu:
    nearest = np.inf

    def forward(self, x):
        self.open = x > 0
        Relu.nearest = min(Relu.nearest, np.abs(x).min())
        return x * self.open

    def backward(self, dy):
        return dy * self.open


class Chain:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy):
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy


class Block:
    def __init__(self, net, name, inputs, channels, stride):
        self.main = Chain(
            Convolution(net, f"{name}.conv1", stride, 1),
            BatchNorm(net, f"{name}.bn1"),
            Relu(),
            Convolution(net, f"{name}.conv2", 1, 1),
            BatchNorm(net, f"{name}.bn2"),
        )
        changes = inputs != channels
        side = (Convolution(net, f"{name}.downsample.0", stride, 0), BatchNorm(net, f"{name}.downsample.1"))
        self.side = Chain(*side) if changes else Chain()
        self.relu = Relu()

    def forward(self, x):
        return self.relu.forward(self.main.forward(x) + self.side.forward(x))

    def backward(self, dy):
        dy = self.relu.backward(dy)
        return self.main.backward(dy) + self.side.backward(dy)


class Network:
    def __init__(self):
        self.weights, self.gradients, self.velocities = initial_weights(), {}, {}
        norms = [n.removesuffix(".bias") for n in self.weights if n.endswith(".bias") and n != "fc.bias"]
        self.buffers = {f"{n}.running_mean": np.zeros_like(self.weights[f"{n}.bias"]) for n in norms}
        self.buffers |= {f"{n}.running_var": np.ones_like(self.weights[f"{n}.bias"]) for n in norms}
        blocks, width = [], 16
        for stage, channels in enumerate((16, 32, 64), start=1):
            for i in range(3):
                blocks.append(Block(self, f"layer{stage}.{i}", width, channels, 2 if width != channels else 1))
                width = channels
        self.body = Chain(Convolution(self, "conv1", 1, 1), BatchNorm(self, "bn1"), Relu(), *blocks)

    def forward(self, x):
        features = self.body.forward(x)
        self.window = features.shape[1:3]
        self.pooled = features.mean(axis=(1, 2))
        return self.pooled @ self.weights["fc.weight"].T + self.weights["fc.bias"]

    def backward(self, dy):
        self.gradients["fc.weight"] = dy.T @ self.pooled
        self.gradients["fc.bias"] = dy.sum(axis=0)
        dx = dy @ self.weights["fc.weight"] / (self.window[0] * self.window[1])
        self.body.backward(np.broadcast_to(dx[:, None, None, :], (BATCH, *self.window, 64)))

    def update(self):
        for name, w in self.weights.items():
            g = self.gradients[name] + WEIGHT_DECAY * w
            old = self.velocities.get(name)
            self.velocities[name] = g if old is None else MOMENTUM * old + g
            self.weights[name] = w - LEARNING_RATE * self.velocities[name]


def log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def loss(logits, teacher, labels):
    """0.1 CE + 0.9 T² KL(teacher || student) at T; its parts; the gradient in the logits."""
    rows = np.arange(BATCH)
    log_p = log_softmax(logits)
    log_s, log_t = log_softmax(logits / TEMPERATURE), log_softmax(teacher / TEMPERATURE)
    ce = -log_p[rows, labels].mean()
    kl = (np.exp(log_t) * (log_t - log_s)).sum(axis=1).mean()
    hot = np.zeros_like(logits)
    hot[rows, labels] = 1
    gradient = CE_WEIGHT * (np.exp(log_p) - hot) / BATCH
    gradient += KL_WEIGHT * (np.exp(log_s) - np.exp(log_t)) / (TEMPERATURE * BATCH)
    return CE_WEIGHT * ce + KL_WEIGHT * kl, ce, kl, gradient


def summary(array):
    """What is kept of an array: all of a small one, evenly spread samples of a large one, and its sizes."""
    flat = array.reshape(-1)
    places = np.arange(flat.size) if flat.size <= 64 else np.linspace(0, flat.size - 1, SAMPLES).astype(int)
    kept = [float(f"{v:.9g}") for v in flat[places]]
    sizes = {"max": np.abs(flat).max(), "norm": np.sqrt((flat**2).sum())}
    return {"at": places.tolist() if flat.size > 64 else [], "values": kept, **{k: float(f"{v:.9g}") for k, v in sizes.items()}}


def summaries(arrays):
    return {name: summary(arrays[name]) for name in sorted(arrays)}


def train(net, step, seed):
    """One step; what the fixture keeps of it."""
    logits = net.forward(images(seed))
    total, ce, kl, gradient = loss(logits, *targets(step))
    net.backward(gradient)
    net.update()
    return {
        "imageSeed": seed,
        "losses": {"total": total, "ce": ce, "kl": kl},
        "logits": [float(f"{v:.9g}") for v in logits.reshape(-1)],
        "gradients": summaries(net.gradients),
        "weights": summaries(net.weights),
        "velocities": summaries(net.velocities),
        "buffers": summaries(net.buffers),
    }


def run():
    net = Network()
    steps = [train(net, step, seed) for step, seed in enumerate(IMAGE_SEEDS)]
    path = Path(__file__).with_name("resnet20-step.jsonl")
    path.write_text("".join(json.dumps(step, separators=(",", ":")) + "\n" for step in steps))
    print(f"{path.name}: {path.stat().st_size} bytes; no input of a ReLU nearer to 0 than {Relu.nearest:.1e}")


def search(tries=800):
    net = Network()
    for step in range(len(IMAGE_SEEDS)):
        distances = {}
        for seed in range(1001 + 1000 * step, 1001 + 1000 * step + tries):
            Relu.nearest, buffers = np.inf, dict(net.buffers)
            net.forward(images(seed))
            distances[seed], net.buffers = Relu.nearest, buffers
        best = max(distances, key=distances.get)
        print(f"step {step}: seed {best}, {distances[best]:.1e}")
        train(net, step, best)


def check():
    """Along a fixed direction in every array, the loss must change as its gradient says."""
    net = Network()
    x, goal = images(IMAGE_SEEDS[0]), targets(0)
    net.backward(loss(net.forward(x), *goal)[3])
    gradients, start, h = dict(net.gradients), dict(net.weights), 1e-8
    worst = 0
    for seed, (name, w) in enumerate(start.items(), start=3001):
        direction = numbers(w.size, seed).reshape(w.shape)
        ends = []
        for sign in (1, -1):
            net.weights = {**start, name: w + sign * h * direction}
            ends.append(loss(net.forward(x), *goal)[0])
        slope, expected = (ends[0] - ends[1]) / (2 * h), (gradients[name] * direction).sum()
        scale = np.sqrt((gradients[name] ** 2).sum() * (direction**2).sum() / w.size)
        worst = max(worst, abs(slope - expected) / scale)
    print(f"largest relative difference over {len(start)} arrays: {worst:.1e}")
    sys.exit(0 if worst < 1e-4 else 1)


if __name__ == "__main__":
    {"--check": check, "--search": search}.get(sys.argv[-1], run)()
