"""What SciPy says of small samples: the reference for `@cairn/report`. Writes `statistics.json`.

    python3 statistics.py                          needs NumPy and SciPy; the project needs neither
    npx prettier --write statistics.json
"""

import itertools
import json
from pathlib import Path

import numpy as np
from scipy import stats

MARGIN = 0.006
TAIL = stats.norm.cdf(-np.sqrt(6 / 5) * stats.t.ppf(0.975, 5))

# Accuracies of two conditions, seed by seed. Fixed numbers: the fixture holds its own input.
SAMPLES = {
    "three": ([0.678, 0.681, 0.690], [0.675, 0.680, 0.685]),
    "six": ([0.6812, 0.6755, 0.6903, 0.6780, 0.6841, 0.6868], [0.6790, 0.6761, 0.6842, 0.6752, 0.6833, 0.6805]),
    "eight": (
        [0.412, 0.398, 0.405, 0.421, 0.409, 0.400, 0.415, 0.403],
        [0.404, 0.401, 0.399, 0.409, 0.411, 0.392, 0.402, 0.404],
    ),
    "equal": ([0.5012, 0.4995, 0.5003, 0.4991, 0.5006, 0.5000], [0.5009, 0.4999, 0.5001, 0.4993, 0.5002, 0.5005]),
}


def interval(result, confidence):
    found = result.confidence_interval(confidence)
    return [float(found.low), float(found.high)]


def paired(a, b):
    d = np.subtract(a, b)
    test = stats.ttest_1samp(d, 0)
    lower = stats.ttest_1samp(d, -MARGIN, alternative="greater").pvalue
    upper = stats.ttest_1samp(d, MARGIN, alternative="less").pvalue
    welch = stats.ttest_ind(a, b, equal_var=False)
    result = {
        "a": a,
        "b": b,
        "mean": float(d.mean()),
        "sd": float(d.std(ddof=1)),
        "t": {"interval": interval(test, 0.95), "p": float(test.pvalue)},
        "welch": {"interval": interval(welch, 0.95), "p": float(welch.pvalue), "freedom": float(welch.df)},
        "correlation": float(stats.pearsonr(a, b).statistic),
        "tost": {"margin": MARGIN, "p": float(max(lower, upper)), "interval": interval(test, 0.9)},
    }
    if len(d) >= 6:
        # In whole ten-thousandths: sums that are equal must not differ by rounding, or ties would not count.
        whole = np.rint(d * 1e4)
        result["signFlip"] = float(
            stats.permutation_test((whole,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
        )
    if len(d) == 6:
        # Every resample there is.
        means = np.array([np.mean(r) for r in itertools.product(d, repeat=6)])
        result["bootstrap"] = [float(q) for q in np.quantile(means, [TAIL, 1 - TAIL])]
    return result


def power_rows():
    rows = []
    for n in (2, 3, 6, 8, 20):
        for effect in (0.2, 1.0, 2.5):
            critical = stats.t.ppf(0.975, n - 1)
            shift = effect * np.sqrt(n)
            power = stats.nct.sf(critical, n - 1, shift) + stats.nct.cdf(-critical, n - 1, shift)
            rows.append({"n": n, "effect": effect, "power": float(power)})
    return rows


def distributions():
    return {
        "normal": [[z, float(stats.norm.cdf(z))] for z in (-8.0, -2.816, -1.0, 0.0, 0.3, 1.96, 5.0)],
        "chiSquareQuantile": [[p, k, float(stats.chi2.ppf(p, k))] for p in (0.05, 0.2, 0.9) for k in (1, 2, 5, 30)],
        "t": [[t, k, float(stats.t.cdf(t, k))] for t in (-12.0, -1.5, 0.4, 3.0) for k in (1, 2.5, 5, 40)],
        "tQuantile": [[p, k, float(stats.t.ppf(p, k))] for p in (0.0005, 0.2, 0.95, 0.975) for k in (1, 2, 5.5, 30)],
        "noncentralT": [
            [t, k, d, float(stats.nct.cdf(t, k, d))] for t in (-1.0, 0.5, 2.57) for k in (2, 5, 19) for d in (-1.0, 0.7, 4.0)
        ],
    }


def two_way():
    """Mean squares of a 3 × 4 table by projections: y = P y for the mean, routes, seeds, and what is left."""
    y = np.array([[0.66, 0.67, 0.655, 0.668], [0.672, 0.679, 0.671, 0.675], [0.664, 0.673, 0.66, 0.661]])
    routes, seeds = y.shape
    average = lambda n: np.full((n, n), 1 / n)
    centre = lambda n: np.eye(n) - average(n)
    square = lambda p: float(y.ravel() @ p @ y.ravel())
    route = square(np.kron(centre(routes), average(seeds))) / (routes - 1)
    seed = square(np.kron(average(routes), centre(seeds))) / (seeds - 1)
    rest = square(np.kron(centre(routes), centre(seeds))) / ((routes - 1) * (seeds - 1))
    total = route + seed - rest
    freedom = total**2 / (
        route**2 / (routes - 1) + seed**2 / (seeds - 1) + rest**2 / ((routes - 1) * (seeds - 1))
    )
    error = np.sqrt(total / y.size)
    return {
        "table": y.tolist(),
        "route": float(np.sqrt((route - rest) / seeds)),
        "seed": float(np.sqrt((seed - rest) / routes)),
        "rest": float(np.sqrt(rest)),
        "interval": [float(x) for x in stats.t.interval(0.95, freedom, y.mean(), error)],
        "freedom": float(freedom),
    }


def main():
    ps = [0.03125, 0.5, 0.01, 0.04, 0.02]
    fixture = {
        "samples": {name: paired(*pair) for name, pair in SAMPLES.items()},
        # Holm: SciPy has no adjustment of its own; by the definition, largest of (m − rank)·p so far.
        "holm": {"ps": ps, "adjusted": holm(ps)},
        "power": power_rows(),
        "distributions": distributions(),
        "twoWay": two_way(),
    }
    path = Path(__file__).with_name("statistics.json")
    path.write_text(json.dumps(fixture, indent=1) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes, SciPy {stats.__name__} {__import__('scipy').__version__}")


def holm(ps):
    ranks = np.argsort(ps)
    steps = np.minimum(1, np.array(ps)[ranks] * (len(ps) - np.arange(len(ps))))
    adjusted = np.empty(len(ps))
    adjusted[ranks] = np.maximum.accumulate(steps)
    return adjusted.tolist()


if __name__ == "__main__":
    main()
