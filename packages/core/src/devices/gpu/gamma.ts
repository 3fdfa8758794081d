/** lgamma, digamma and polygamma in float32, by the series of `formula/gamma.ts`, cut off where float32 ends. */
import { define, horner, type LibraryFunction } from './library-text.ts'

/** (zeta(k) - 1) / k with alternating signs from k = 2 on. */
const taylor = [
  0.6449340668482264, 0.2020569031595943, 0.0823232337111382, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.004077356197944339, 0.002008392826082214, 0.0009945751278180853, 0.0004941886041194646,
  0.0002460865533080483, 0.0001227133475784891,
].map((zeta, i) => (i % 2 === 0 ? zeta : -zeta) / (i + 2))
const stirling = [1 / 12, -1 / 360, 1 / 1260]
const digammaTail = [1 / 12, -1 / 120, 1 / 252]
/** B(2k) / (2k)!, the coefficients of Euler and Maclaurin. */
const eulerMaclaurin = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600]

/** The functions that kernels call. */
export const gammaFunctions: readonly LibraryFunction[] = [
  define('k_lgamma_two', ['z'], `return z * (0.42278433509846713 + z * ${horner('z', taylor)});`),
  define(
    'k_lgamma_positive',
    ['x'],
    `if (x < 0.5) { return k_lgamma_two(x) - k_log1p(x) - k_log(x); }
if (x < 1.5) { return k_lgamma_two(x - 1.0) - k_log1p(x - 1.0); }
if (x >= 8.0) {
  const r = 1.0 / x;
  return (x - 0.5) * (k_log(x) - 1.0) + (0.41893853320467274 + r * ${horner('(r * r)', stirling)});
}
let y = x;
let p = x / x;
for (let i = 0; i < 6; i++) { if (y > 2.5) { y = y - 1.0; p = p * y; } }
return k_lgamma_two(y - 2.0) + k_log(p);`,
  ),
  define(
    'k_lgamma',
    ['x', 'inf'],
    `if (!(x === x)) { return x; }
if (Math.abs(x) === inf) { return inf; }
if (x > 0.0) { return k_lgamma_positive(x); }
if (Math.trunc(x) === x) { return inf; }
const s = k_sin(3.141592653589793 * (x - k_round(x)));
return 1.1447298858494002 - k_log(Math.abs(x)) - k_log(Math.abs(s)) - k_lgamma_positive(-x);`,
  ),
  define(
    'k_digamma_positive',
    ['x'],
    `let y = x;
let sum = x - x;
for (let i = 0; i < 6; i++) { if (y < 6.0) { sum = sum + 1.0 / y; y = y + 1.0; } }
const r = 1.0 / y;
const s = r * r;
return k_log(y) - 0.5 * r - s * ${horner('s', digammaTail)} - sum;`,
  ),
  define(
    'k_digamma',
    ['x', 'inf', 'nan'],
    `if (x === inf) { return inf; }
if (x === 0.0) { return -1.0 / x; }
if (!(x === x)) { return x; }
if (x > 0.0) { return k_digamma_positive(x); }
if (Math.trunc(x) === x) { return nan; }
const f = 3.141592653589793 * (x - k_round(x));
return k_digamma_positive(1.0 - x) - 3.141592653589793 * k_cos(f) / k_sin(f);`,
  ),
  // n! / b^(n + 1), without the overflow of the factorial.
  define(
    'k_zeta_term',
    ['n', 'b'],
    `let t = 1.0 / b;
for (let j = 0; j < n; j++) { t = t * ((j + 1.0) / b); }
return t;`,
  ),
  // n! times the Hurwitz zeta function of n + 1 at a > 0.
  define(
    'k_zeta',
    ['n', 'a'],
    `let b = a;
let sum = a - a;
const most = n + 8.0;
for (let i = 0; i < most; i++) { if (b < most) { sum = sum + k_zeta_term(n, b); b = b + 1.0; } }
const s = n + 1.0;
const t = k_zeta_term(n, b);
const r = s / b;
const q = (s + 1.0) * (s + 2.0) / (b * b);
const u = (s + 3.0) * (s + 4.0) / (b * b);
const v = (s + 5.0) * (s + 6.0) / (b * b);
return sum + t * (b / n + 0.5 + r * (${eulerMaclaurin[0]} + q * (${eulerMaclaurin[1]} + u * (${eulerMaclaurin[2]} + v * ${eulerMaclaurin[3]}))));`,
  ),
  define(
    'k_polygamma',
    ['n', 'x', 'inf', 'nan'],
    `if (!(n >= 0.0) || !(Math.trunc(n) === n) || !(x === x) || x === -inf) { return nan; }
if (n === 0.0) { return k_digamma(x, inf, nan); }
if (x === inf) { return 0.0; }
const sign = 2.0 * Math.trunc(n * 0.5) === n ? -1.0 : 1.0;
if (x > 0.0) { return sign * k_zeta(n, x); }
if (Math.trunc(x) === x) { return sign * inf; }
const m = x - k_round(x);
const f = m < 0.0 ? m + 1.0 : m;
const rest = m < 0.0 ? -m : 1.0 - m;
return sign * (k_zeta(n, f) + sign * (k_zeta(n, rest) - k_zeta(n, 1.0 - x)));`,
  ),
]
