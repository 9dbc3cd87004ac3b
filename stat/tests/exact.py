"""Streams of samples, and what their statistics are, in exact rational arithmetic.

Usage: exact.py SEED COUNT

Writes COUNT streams as JSON lines: {"input": TEXT, "record": {FIELD: VALUE, ...}}. The values are
strings: exact decimals as a fraction "P/Q", and doubles as their repr; null as null.
"""

import json
import math
import random
import sys
from fractions import Fraction
from math import isqrt


def nearest_root(x):
    """The double nearest to the root of the fraction x >= 0; None beyond the largest."""
    if x == 0:
        return 0.0
    # Scaled so that the integer root has at least 128 bits: more than enough, with a sticky
    # bit for the rest, for the conversion of a fraction to round correctly.
    shift = 2 * max(0, 128 - (x.numerator.bit_length() - x.denominator.bit_length()) // 2)
    scaled = (x.numerator << shift) // x.denominator
    root = isqrt(scaled)
    is_exact = root * root == scaled and scaled * x.denominator == x.numerator << shift
    return nearest(Fraction(2 * root + (0 if is_exact else 1), 2 << (shift // 2)))


def nearest(x):
    """The double nearest to a fraction: Python rounds a quotient of integers correctly."""
    try:
        return x.numerator / x.denominator
    except OverflowError:
        return None


def told(x):
    """A double as text; -0 as 0."""
    return None if x is None or math.isinf(x) else repr(x + 0.0)


def statistics(samples, percentages):
    n = len(samples)
    record = {"n": str(n)}
    names = ["last", "sum", "mean", "sd", "min", "max"]
    more = ["var", "rms", "range", "mode", "skew", "kurtosis", "autocorrelation"]
    if n == 0:
        quantiles = ["p" + p for p in percentages]
        return record | dict.fromkeys(names + more + quantiles)
    total = sum(samples)
    mean = total / n
    m2, m3, m4 = (sum((x - mean) ** k for x in samples) for k in (2, 3, 4))
    ordered = sorted(samples)
    record["last"] = str(samples[-1])
    record["sum"] = str(total)
    record["min"] = str(ordered[0])
    record["max"] = str(ordered[-1])
    record["mean"] = told(nearest(mean))
    record["var"] = told(nearest(m2 / (n - 1))) if n > 1 else None
    record["sd"] = told(nearest_root(m2 / (n - 1))) if n > 1 else None
    record["rms"] = told(nearest_root(sum(x * x for x in samples) / n))
    record["range"] = str(ordered[-1] - ordered[0])
    counts = {}
    for x in samples:
        counts[x] = counts.get(x, 0) + 1
    most = max(counts.values())
    record["mode"] = str(min(x for x in counts if counts[x] == most))
    if m2 == 0:
        record |= dict.fromkeys(["skew", "kurtosis", "autocorrelation"])
    else:
        skew = nearest_root((m3 / n) ** 2 / (m2 / n) ** 3)
        record["skew"] = told(-skew if m3 < 0 else skew)
        record["kurtosis"] = told(nearest((m4 / n) / (m2 / n) ** 2 - 3))
        lagged = sum((a - mean) * (b - mean) for a, b in zip(samples, samples[1:]))
        record["autocorrelation"] = told(nearest(lagged / m2))
    for p in percentages:
        rank = max(1, math.ceil(Fraction(p) * n / 100))
        record["p" + p] = str(ordered[rank - 1])
    return record


def plain(rng):
    return str(rng.randint(-100, 100))


def decimal(rng):
    return f"{rng.randint(-32768, 32767) / 1000:.3f}"


def mixed_scales(rng):
    return f"{rng.choice(['', '-', '+'])}{rng.randint(0, 10**rng.randint(0, 17))}e{rng.randint(-17, 17)}"


def huge_offset(rng):
    return f"{10**rng.randint(12, 25)}.{rng.randint(0, 9)}"


def tiny_variance(rng):
    return f"1.{'0' * 30}{rng.randint(0, 3)}"


def extremes(rng):
    return rng.choice(["1e308", "-1e308", "1e-308", "-1e-308", "1.7976931348623157e308", "5e-324",
                       "1e-400", "0", "-0", "1"])


def hundreds_of_digits(rng):
    digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(19, 300)))
    point = rng.randint(0, len(digits))
    return rng.choice(["", "-"]) + digits[:point] + "." + digits[point:]


def near_the_limits_of_the_fast_sums(rng):
    limit = rng.choice([10**18, 2**31, 2**53, 2**63])
    return str(rng.choice([-1, 1]) * (limit + rng.randint(-2, 2)))


def double(rng):
    return repr(math.ldexp(rng.uniform(-1, 1), rng.randint(-1000, 1000)))


KINDS = [plain, decimal, mixed_scales, huge_offset, tiny_variance, extremes, hundreds_of_digits,
         near_the_limits_of_the_fast_sums, double]


def stream(rng):
    kind = rng.choice(KINDS + [None, "constant"])
    length = rng.choice([0, 1, 2, 3, rng.randint(4, 60)])
    if kind == "constant":
        return [rng.choice(KINDS)(rng)] * length
    return [(kind or rng.choice(KINDS))(rng) for _ in range(length)]


def main():
    seed, count = map(int, sys.argv[1:])
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    rng = random.Random(seed)
    percentages = ["50", "90", "99", "99.9", "0", "100", "29"]
    for _ in range(count):
        texts = stream(rng)
        record = statistics([Fraction(text) for text in texts], percentages)
        print(json.dumps({"input": "".join(text + "\n" for text in texts), "record": record}))


main()
