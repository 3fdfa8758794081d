"""Finds the polynomials of the WASM kernels: best relative error on an interval, by Remez' exchange in high precision.

    python3 tools/minimax.py > packages/core/src/devices/wasm/math/coefficients.ts

Needs mpmath. Each row says: p(u) stands for f, of degree n, for u in [a, b]; `fixed` are leading coefficients that are
given rather than found. Rows of single precision are rounded to float32 one coefficient at a time, from the lowest,
and the rest is found anew after each, so that what rounding costs is shared.
"""
import struct

from mpmath import asin, atan, atanh, cos, erf, erfc, erfinv, exp, expm1, log, log1p, mp, mpf, pi, sin, sqrt, tan, tanh

mp.dps = 50


def remez(f, degree, a, b, fixed=(), rounds=12, weight=None):
    """Coefficients, lowest first, whose largest relative error on [a, b] is smallest, and that error."""
    a, b = mpf(a), mpf(b)
    known = [mpf(c) for c in fixed]
    start, unknowns = len(known), degree + 1 - len(known)
    weigh = weight or (lambda u: 1 / f(u))
    points = [(a + b) / 2 - (b - a) / 2 * cos(pi * (2 * i + 1) / (2 * unknowns + 2)) for i in range(unknowns + 1)]
    grid = [a + (b - a) * (1 - cos(pi * i / (40 * unknowns))) / 2 for i in range(40 * unknowns + 1)]
    values = [f(u) for u in grid]
    weights = [weigh(u) for u in grid]
    for _ in range(rounds):
        rows = mp.matrix(unknowns + 1, unknowns + 1)
        right = mp.matrix(unknowns + 1, 1)
        for i, u in enumerate(points):
            w = weigh(u)
            for k in range(unknowns):
                rows[i, k] = w * u ** (start + k)
            rows[i, unknowns] = (-1) ** i
            right[i] = w * (f(u) - sum(c * u**k for k, c in enumerate(known)))
        solution = mp.lu_solve(rows, right)
        coefficients = known + [solution[k] for k in range(unknowns)]
        errors = [w * (v - horner(coefficients, u)) for u, v, w in zip(grid, values, weights)]
        points = extrema(grid, errors, unknowns + 1)
    return coefficients, max(abs(e) for e in errors)


def extrema(grid, errors, count):
    """The place of the largest error in each run of one sign; where there are too many runs, the larger ones."""
    runs = []
    for u, e in zip(grid, errors):
        if runs and (runs[-1][1] > 0) == (e > 0):
            if abs(e) > abs(runs[-1][1]):
                runs[-1] = (u, e)
        else:
            runs.append((u, e))
    while len(runs) > count:
        runs.pop(0 if abs(runs[0][1]) < abs(runs[-1][1]) else -1)
    if len(runs) < count:
        raise ValueError(f"{len(runs)} runs of one sign where {count} are needed: lower the degree")
    return [u for u, _ in runs]


def horner(coefficients, u):
    total = mpf(0)
    for c in reversed(coefficients):
        total = total * u + c
    return total


def single(c):
    return struct.unpack("f", struct.pack("f", float(c)))[0]


def rounded(f, degree, a, b, fixed=(), weight=None):
    """As remez, with coefficients that float32 holds. Error is weighed as `weight` says: relative to the whole result."""
    known = list(fixed)
    while len(known) < degree + 1:
        found, _ = remez(f, degree, a, b, known, weight=weight)
        known.append(single(found[len(known)]))
    a, b = mpf(a), mpf(b)
    weigh = weight or (lambda u: 1 / f(u))
    grid = [a + (b - a) * i / 999 for i in range(1000)]
    return known, max(abs(weigh(u) * (f(u) - horner(known, u))) for u in grid)


def taylor0(f, at0):
    """f, with its limit where it is 0/0."""
    return lambda u: f(u) if abs(u) > mpf(10) ** -30 else mpf(at0)


def root(f):
    """f(√s), for functions of s = x²."""
    return lambda s: f(sqrt(s))


TINY = mpf(10) ** -20
HALF_LN2 = log(2) / 2 * mpf("1.0001")
SQRT_HALF_F = (sqrt(2) - 1) / (sqrt(2) + 1)
EIGHTH_TURN = (pi / 4 * mpf("1.0001")) ** 2
SHIFT = mpf("1.75")
INVERSE_END = mpf("16.7")
ERF_END = mpf("3.95")


def inverse_of_w(w):
    """erfinv(x)/x where w = -log(1 - x²)."""
    if w < mpf(10) ** -15:
        return sqrt(pi) / 2
    x = sqrt(-expm1(-w))
    return erfinv(x) / x


def erfcx_over(t):
    """erfc(x)·exp(x²)/t where t = 2/(2 + x)."""
    x = 2 / t - 2
    return erfc(x) * exp(x * x) / t


def root_of_erfc(x):
    """(1 - erfc(x)^(1/8)) / x."""
    return (1 - erfc(x) ** (mpf(1) / 8)) / x


DOUBLE = [
    ("expm1", "(exp(r) - 1) / r, |r| <= log(2)/2", taylor0(lambda r: expm1(r) / r, 1), 7, -HALF_LN2, HALF_LN2, [1]),
    ("atanh", "atanh(f) / f in s = f*f, |f| <= 0.1716 (the logarithm)", root(lambda f: atanh(f) / f), 4, TINY, SQRT_HALF_F**2 * mpf("1.001"), [1]),
    ("sin", "sin(r) / r in s = r*r, |r| <= pi/4", root(lambda r: sin(r) / r), 4, TINY, EIGHTH_TURN, [1]),
    ("cos", "cos(r) in s = r*r, |r| <= pi/4", root(cos), 5, TINY, EIGHTH_TURN, [1]),
    ("asin", "asin(x) / x in s = x*x, |x| <= 1/2", root(lambda x: asin(x) / x), 8, TINY, "0.2501", [1]),
    ("atan", "atan(x) / x in s = x*x, |x| <= tan(pi/8)", root(lambda x: atan(x) / x), 7, TINY, tan(pi / 8) ** 2 * mpf("1.001"), [1]),
    ("erf", "erf(x) / x in s = x*x, |x| <= 1", root(lambda x: erf(x) / x), 8, TINY, 1, []),
    ("erfcx", "erfc(x) exp(x*x) / t in t = 2 / (2 + x), 1 <= x <= 10.5", erfcx_over, 11, mpf(2) / mpf("12.5"), mpf("0.667"), []),
    ("erfinvMiddle", "erfinv(x) / x in w - 2.5, w = -log(1 - x*x) <= 5", lambda u: inverse_of_w(u + mpf("2.5")), 10, "-2.5", "2.5", []),
    ("erfinvTail", "erfinv(x) / x in sqrt(w) - 3.2, 5 <= w <= 16.7", lambda u: inverse_of_w((u + mpf("3.2")) ** 2), 9, sqrt(5) - mpf("3.201"), sqrt(INVERSE_END) - mpf("3.2"), []),
]

SINGLE = [
    ("exp32", "(exp(r) - 1 - r) / r^2, |r| <= log(2)/2", taylor0(lambda r: (expm1(r) - r) / r**2, 0.5), 4, -HALF_LN2, HALF_LN2, [], lambda r: r**2 / exp(r) + mpf("0.001")),
    ("log32", "(log(1 + r) - r + r^2/2) / r^3, sqrt(1/2) <= 1 + r <= sqrt(2)", taylor0(lambda r: (log1p(r) - r + r**2 / 2) / r**3, mpf(1) / 3), 8, sqrt(mpf(1) / 2) - 1, sqrt(2) - 1, [], lambda r: r**2 + mpf("0.004")),
    ("tanh32", "(tanh(x) / x - 1) / s in s = x*x, |x| <= 0.6", root(lambda x: (tanh(x) / x - 1) / x**2), 4, TINY, "0.361", [], root(lambda x: x**3 / tanh(x))),
    ("erf32", "erf(x) / x - 1 in s = x*x, |x| <= 1", root(lambda x: erf(x) / x - 1), 6, TINY, 1, [], root(lambda x: x / erf(x))),
    ("erfc32", "log2(erfc(t)) in t - 7/4, 1 <= t <= 4", lambda u: log(erfc(u + SHIFT)) / log(2), 7, 1 - SHIFT, 4 - SHIFT, [], lambda u: erfc(u + SHIFT) / erf(u + SHIFT)),
    ("erfRoot32", "(1 - erfc(x)^(1/8)) / x, 0 <= x <= 3.95", root_of_erfc, 7, "1e-8", ERF_END, [], lambda x: 8 * (1 - root_of_erfc(x) * x) ** 7 * x),
    ("coarseExp2", "2^r, |r| <= 1/2", lambda r: mpf(2) ** r, 5, "-0.5001", "0.5001", [], None),
]


def show(name, says, coefficients, error):
    print(f"/** {says}; relative error {mp.nstr(error, 2)}. */")
    print(f"export const {name} = [{', '.join(repr(float(c)) for c in coefficients)}] as const")
    print()


if __name__ == "__main__":
    print("// Written by tools/minimax.py. Coefficients are lowest first.")
    print()
    for name, says, f, degree, a, b, fixed in DOUBLE:
        show(name, says, *remez(f, degree, a, b, fixed))
    for name, says, f, degree, a, b, fixed, weight in SINGLE:
        show(name, f"{says}; float32", *rounded(f, degree, a, b, fixed, weight))
