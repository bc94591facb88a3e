#!/usr/bin/env python3
"""Golden vectors of e^-x: exp_minus.txt has on each line x and floor(e^-x * 2^64), both in hex
with 64 fraction bits. Computed by the series of e^-x in exact fractions, between bounds, without
the halvings and logarithms that the program uses.

Writes the file again.
"""
import fractions
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent
FILE = HERE / "exp_minus.txt"
ONE = 1 << 64


def exp_minus(raw):
    """floor(e^-x * 2^64), by 1 / e^x with e^x between two partial sums."""
    x = fractions.Fraction(raw, ONE)
    term = low = fractions.Fraction(1)
    n = 0
    while True:
        n += 1
        term = term * x / n
        low += term
        # What follows the term is less than term * x / (n + 1) / (1 - x / (n + 1)).
        if n > 4 * x + 30 and n % 16 == 0:
            high = low + term * x / (n + 1 - x)
            floor = ONE * high.denominator // high.numerator
            if floor == ONE * low.denominator // low.numerator:
                return floor


def inputs():
    generator = random.Random(20261121)
    whole = [0, 1, 2, 1 << 20, 1 << 40, 1 << 62, 1 << 63, *(n << 64 for n in range(1, 46))]
    ln2 = 0xb17217f7d1cf79ab  # floor(ln 2 * 2^64): where the number of halvings changes
    near = [ln2 * k + d for k in (1, 2, 3, 10, 30, 63, 64) for d in (-1, 0, 1, k)]
    return [*whole, *near, *(generator.getrandbits(generator.randint(1, 69)) for _ in range(200))]


def main():
    text = "".join(f"{raw:x} {exp_minus(raw):x}\n" for raw in inputs())
    FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
