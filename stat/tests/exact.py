"""Streams of samples, and what their statistics are, in exact rational arithmetic.

Usage: exact.py SEED COUNT [many]

Writes COUNT streams as JSON lines: {"input": TEXT, "record": {FIELD: VALUE, ...}}. The values are
strings: exact decimals as a fraction "P/Q", and doubles as their repr; null as null. A histogram of at
most 20 bins is a list of lists of such strings. With `many`, a stream has more distinct values than are
counted one by one: then quantiles and the mode are left out.
"""

import bisect
import json
import math
import random
import sys
from decimal import Decimal
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


def places(x):
    """Decimal places that a decimal fraction needs."""
    denominator, needed = x.denominator, 0
    for prime in (2, 5):
        power = 0
        while denominator % prime == 0:
            denominator, power = denominator // prime, power + 1
        needed = max(needed, power)
    return needed


def magnitude(x):
    """The exponent of the first digit of x > 0."""
    exponent = len(str(x.numerator)) - len(str(x.denominator))
    return exponent if x >= Fraction(10) ** exponent else exponent - 1


def round_limits(low, high, finest, bins):
    """Multiples of the least width of 1, 2 or 5 times 10^e, e >= -finest, that covers all in `bins`."""
    extent = high - low or abs(high)
    exponent = max(-finest, magnitude(extent) - len(str(bins)) if extent else -finest)
    while True:
        for factor in (1, 2, 5):
            width = factor * Fraction(10) ** exponent
            first = math.floor(low / width)
            is_finest = exponent == -finest and factor == 1
            end = math.floor(high / width) + 1 if is_finest else math.ceil(high / width)
            end = max(end, first + 1)
            if end - first <= bins:
                return [at * width for at in range(first, end + 1)]
        exponent += 1


def limits(samples, bins):
    finest = max(map(places, samples))
    values = set(samples)
    low, high = min(values), max(values)
    found = round_limits(low, high, finest, bins)
    if not 32 <= len(values) <= 65536 or max(-low, high) * 10**finest >= 2**126:
        return found
    step = Fraction(math.gcd(*(int((x - low) * 10**finest) for x in values)), 10**finest)
    if (found[1] - found[0]) % step == 0:
        return found
    zero = low % step
    codes = round_limits((low - zero) / step, (high - zero) / step, 0, bins)
    return [zero + code * step for code in codes]


def histogram(samples, bins):
    if not samples:
        return []
    found = limits(samples, bins)
    counts = [0] * (len(found) - 1)
    for x in samples:
        counts[min(bisect.bisect_right(found, x) - 1, len(counts) - 1)] += 1
    return [[str(low), str(high), str(n)] for low, high, n in zip(found, found[1:], counts)]


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


def codes(scale, offset):
    """A bell of 12-bit codes, as Linux IIO scales them."""
    return lambda rng: str((Decimal(int(rng.gauss(2048, 150))) + Decimal(offset)) * Decimal(scale))


def offset_bell(rng):
    return f"{rng.gauss(101325, 3):.4f}"


#: Streams of these are long enough for a histogram that fits the samples' own step.
LONG = [codes("0.0625", "0"), codes("0.0625", "0.5"), codes("0.00488", "-3"), codes("3", "0"), offset_bell,
        plain]

KINDS = [plain, decimal, mixed_scales, huge_offset, tiny_variance, extremes, hundreds_of_digits,
         near_the_limits_of_the_fast_sums, double]


def stream(rng):
    if rng.random() < 0.05:
        kind = rng.choice(LONG)
        return [kind(rng) for _ in range(rng.randint(30, 1500))]
    kind = rng.choice(KINDS + [None, "constant"])
    length = rng.choice([0, 1, 2, 3, rng.randint(4, 60)])
    if kind == "constant":
        return [rng.choice(KINDS)(rng)] * length
    return [(kind or rng.choice(KINDS))(rng) for _ in range(length)]


def many(rng):
    """More distinct values than are counted one by one."""
    kind = rng.choice([offset_bell, codes("0.0625", "0"), double, decimal])
    others = [f"{rng.randint(-10**9, 10**9)}e-{rng.randint(3, 5)}" for _ in range(70000)]
    return others + [kind(rng) for _ in range(3000)]


def main():
    seed, count = map(int, sys.argv[1:3])
    is_many = sys.argv[3:] == ["many"]
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    rng = random.Random(seed)
    percentages = ["50", "90", "99", "99.9", "0", "100", "29"]
    for _ in range(count):
        texts = many(rng) if is_many else stream(rng)
        samples = [Fraction(text) for text in texts]
        record = statistics(samples, percentages)
        record["histogram"] = histogram(samples, 20)
        if is_many:
            record = {name: it for name, it in record.items() if name[0] != "p" and name != "mode"}
        print(json.dumps({"input": "".join(text + "\n" for text in texts), "record": record}))


main()
