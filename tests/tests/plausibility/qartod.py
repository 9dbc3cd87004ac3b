"""Series for conv's checks, and whether ioos_qc rejects the same readings.

`make` writes TABLE.tsv, series of dyadic numbers (which doubles hold exactly) as channels of a table, and
TABLE.options, what each of them is checked with. `judge` compares TABLE.sent, which conv made of it, with
what ioos_qc says.
"""

import datetime
import itertools
import json
import random
import sys

from ioos_qc import qartod

SERIES, LENGTH = 500, 60
# Two tables for each check: a table has a thousand columns at most.
PARTS = "12"
START = datetime.datetime(2026, 1, 1)
FAIL = 4
PATIENCE = 3


def series(of, holes):
    """Readings in eighths: a walk with jumps, noise, plateaus and spikes."""
    value, values = of.randrange(-80, 80), []
    calm = of.choice([0, 0.3, 0.8])
    for _ in range(LENGTH):
        if of.random() >= calm:
            value += of.choice([-1, 0, 0, 1, 2, -3, of.randrange(-40, 40)])
        spike = of.randrange(-60, 60) if of.random() < 0.1 else 0
        hole = of.random() < holes
        values.append(None if hole else (value + spike) / 8)
    return values


def make():
    of = random.Random(21)
    # Steps of a power of two: dividing by them is exact.
    kinds = [("spike", [1], 0.05), ("step", [1, 2, 4, 8], 0.05), ("flat", [2], 0)]
    for (check, steps, holes), part in itertools.product(kinds, PARTS):
        seconds = [0]
        while len(seconds) < LENGTH:
            seconds.append(seconds[-1] + of.choice(steps))
        columns = [series(of, holes) for _ in range(SERIES)]
        options, limits = [], []
        for channel in range(1, SERIES + 1):
            threshold = of.randrange(1, 40) / 8
            count = of.randrange(1, 9)
            if check == "flat":
                # Between two eighths: below it and within it are the same.
                threshold += 1 / 16
                # Two seconds a reading.
                span = of.choice([f"{count}", f"{2 * count}s"])
                options.append(f"--flat=ch{channel}={span},{threshold}")
            else:
                options.append(f"--{check}=ch{channel}={threshold}")
            limits.append([threshold, count])
        with open(f"{check}{part}.tsv", "w") as table:
            names = [f"ch{channel}" for channel in range(1, SERIES + 1)]
            print("time", *names, sep="\t", file=table)
            for row, second in enumerate(seconds):
                time = (START + datetime.timedelta(seconds=second)).isoformat() + "Z"
                fields = ["" if column[row] is None else str(column[row]) for column in columns]
                print(time, *fields, sep="\t", file=table)
        with open(f"{check}{part}.options", "w") as file:
            print(*options, file=file)
        with open(f"{check}{part}.json", "w") as file:
            json.dump([seconds, columns, limits], file)


def spike(values, seconds, rejected, threshold, _):
    flags = qartod.spike_test(values, fail_threshold=threshold, method="differential")
    return [flag == FAIL for flag in flags.tolist()]


def flat(values, seconds, rejected, threshold, count):
    flags = qartod.flat_line_test(values, seconds, 2 * count, 2 * count, threshold)
    return [flag == FAIL for flag in flags.tolist()]


def rate(values, seconds, threshold):
    flags = qartod.rate_of_change_test(values, seconds, threshold, threshold)
    return [flag == FAIL for flag in flags.tolist()]


def step(values, seconds, rejected, threshold, _):
    """As ioos_qc says of each reading behind the last accepted one, until patience is over."""
    pairs, places, accepted, refused = [], [], None, 0
    expected = [False] * len(values)
    for at, value in enumerate(values):
        if value is None:
            continue
        if accepted is not None:
            pairs += [accepted, at]
            places.append((at, refused))
        refused = refused + 1 if rejected[at] else 0
        accepted = accepted if rejected[at] else at
    if not pairs:
        return expected
    fails = rate([values[at] for at in pairs], [seconds[at] for at in pairs], threshold)[1::2]
    for (at, refused), fails in zip(places, fails):
        expected[at] = fails and refused < PATIENCE
    # Behind an accepted reading it is what ioos_qc says of the series as it is.
    whole = rate(values, seconds, threshold)
    for at in range(1, len(values)):
        if None not in values[at - 1 : at + 1] and not rejected[at - 1]:
            assert whole[at] == expected[at], (at, values)
    return expected


def tried(check):
    """Each series, with its times and limits, and what was sent of it."""
    for part in PARTS:
        with open(f"{check}{part}.json") as file:
            seconds, columns, limits = json.load(file)
        with open(f"{check}{part}.sent") as file:
            sent = zip(*(line.rstrip("\n").split("\t") for line in file))
        next(sent)  # the times
        for values, limit, (_name, *fields) in zip(columns, limits, sent, strict=True):
            yield values, seconds, limit, fields


def judge():
    wrong = 0
    for check, test in [("spike", spike), ("step", step), ("flat", flat)]:
        readings = failing = 0
        for values, seconds, limit, sent in tried(check):
            rejected = [value is not None and not field for value, field in zip(values, sent)]
            expected = test(values, seconds, rejected, *limit)
            readings += sum(value is not None for value in values)
            failing += sum(rejected)
            if rejected != expected:
                wrong += 1
                print(f"{check} {limit}: {values}\n  conv {rejected}\n  ioos {expected}")
        print(f"{check}: {SERIES * len(PARTS)} series, {readings} readings, {failing} fail in both")
    sys.exit(wrong > 0)


{"make": make, "judge": judge}[sys.argv[1]]()
