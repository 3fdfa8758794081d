import { gammaFunctions } from './gamma.ts'
import { define, horner, type LibraryFunction } from './library-text.ts'

/** 1, 1/3, 1/5, …: atanh(z) / z in z². */
const oddReciprocals = Array.from({ length: 9 }, (_, k) => 1 / (2 * k + 1))
/** 1, 1/2!, 1/3!, …: (exp(x) - 1) / x. */
const reciprocalFactorials = [1, 2, 6, 24, 120, 720, 5040, 40320, 362880].map((factorial) => 1 / factorial)
/** 1, 1/3!, 1/5!, …: sinh(x) / x in x². */
const sinhSeries = [1, 6, 120, 5040, 362880].map((factorial) => 1 / factorial)
/** tanh(x) / x in x², |x| ≤ 0.6, as in `wasm/math`: (tanh(x) / x - 1) / x² to 2.9e-9. */
const tanhSeries = [
  1, -0.33333298563957214, 0.13331931829452515, -0.05378406494855881, 0.020795701071619987, -0.005893843248486519,
]
const asinSeries = [
  1.0, 0.16666666627339954, 0.07500004981411838, 0.04464070798480008, 0.030426521130559644, 0.021865729054153012,
  0.020646359629845946, 0.0019790628826647045, 0.032911844653047514,
]
const atanSeries = [
  1.0, -0.33333333295491074, 0.19999994295944348, -0.14285422343261045, 0.11103979461068784, -0.08996606718570054,
  0.06990127526364256, -0.037904535287341404,
]
const erfSeries = [
  1.12837916612625122, -0.3761262595653534, 0.11283578723669052, -0.026853347197175026, 0.005187162198126316,
  -0.0007997855427674949, 7.806930807419121e-5,
]
const erfcx = [
  0.2820951550402888, 0.2820818626386773, 0.2470362523391951, 0.17445183224137087, 0.0946266891105278,
  -0.04674153183470842, 0.05166351646808518, -0.22214110003983345, 0.10539148847727896, 0.14942418007209865,
  -0.16698257491628563, 0.04915847714012964,
]
const erfinvMiddle = [
  1.5014093535137503, 0.24664028763393953, -0.004177339406752907, -0.0012527446598827997, 0.00021828263294963667,
  -4.961912021731026e-6, -3.434612182124963e-6, 4.6589208205075785e-7, 1.803724711062541e-8, -8.772819580494099e-9,
  3.355393926612118e-10,
]
const erfinvTail = [
  3.033636549330922, 1.0046926091561013, 0.005974755098163263, -0.004297187449599632, 0.002934709907571385,
  -0.0019782337686048254, 0.0011366525838461625, -0.0003856757850215582, -0.00010131387359960436,
  0.00011581326156017278,
]

/**
 * Functions that GPUs lack, or compute with too few digits: WGSL allows an absolute error of 2^-11 in `asin`, 2^-21 in `log`
 * about 1, and leaves open what `pow` does with negative numbers and comparisons with NaN. Of NaN they ask `x === x`, the
 * one comparison that all back ends answer alike. Infinity and NaN come as arguments: WGSL has no literals of them.
 */
const common: readonly LibraryFunction[] = [
  define('k_floor', ['x'], `const t = Math.trunc(x);\nreturn t > x ? t - 1.0 : t;`),
  define(
    'k_round',
    ['x'],
    `const f = k_floor(x);
const d = x - f;
if (d < 0.5) { return f; }
if (d > 0.5) { return f + 1.0; }
return f - 2.0 * Math.trunc(f * 0.5) === 0.0 ? f : f + 1.0;`,
  ),
  // Exact, as a product with the quotient would not be: what is taken off, n · 2ᵏ, is less than twice what there is.
  define(
    'k_fmod',
    ['x', 'y', 'inf', 'nan'],
    `if (!(y === y) || !(x === x) || y === 0.0 || Math.abs(x) === inf) { return nan; }
if (Math.abs(y) > Math.abs(x)) { return x; }
let r = Math.abs(x);
const n = Math.abs(y);
const steps = Math.trunc((k_log(r) - k_log(n)) * 1.442696) + 2.0;
let t = n;
for (let i = 0; i < steps; i++) { if (t <= r * 0.5) { t = t + t; } }
for (let j = 0; j <= steps; j++) { if (t >= n) { if (r >= t) { r = r - t; } t = t * 0.5; } }
return x < 0.0 ? -r : r;`,
  ),
  define(
    'k_remainder',
    ['x', 'y', 'inf', 'nan'],
    `const r = k_fmod(x, y, inf, nan);
if (r === 0.0) { return r; }
if (y < 0.0 && r > 0.0) { return r + y; }
if (y > 0.0 && r < 0.0) { return r + y; }
return r;`,
  ),
  define(
    'k_floor_divide',
    ['x', 'y', 'inf', 'nan'],
    `if (y === 0.0) {
  const s = 1.0 / y < 0.0 ? -x : x;
  return s > 0.0 ? inf : (s < 0.0 ? -inf : nan);
}
if (Math.abs(y) === inf && Math.abs(x) < inf && ((x < 0.0 && y > 0.0) || (x > 0.0 && y < 0.0))) { return -1.0; }
if (Math.abs(x) < Math.abs(y) && !((x < 0.0 && y > 0.0) || (x > 0.0 && y < 0.0))) { return y < 0.0 ? -x * 0.0 : x * 0.0; }
const r = k_remainder(x, y, inf, nan);
return k_round((x - r) / y);`,
  ),
  define('k_exp', ['x'], 'return Math.exp(x);'),
  define('k_exp2', ['x'], 'return Math.pow(2.0, x);'),
  define('k_ln', ['x'], 'return Math.log(x);'),
  define('k_sin', ['x'], 'return Math.sin(x);'),
  define('k_cos', ['x'], 'return Math.cos(x);'),
  define('k_tan', ['x'], 'return Math.tan(x);'),
  define('k_power', ['x', 'y'], 'return Math.pow(x, y);'),
  define(
    'k_log1p',
    ['x'],
    `if (x > 0.5 || x < -0.3) { return k_ln(1.0 + x); }
const z = x / (2.0 + x);
return 2.0 * z * ${horner('(z * z)', oddReciprocals)};`,
  ),
  define('k_log', ['x'], `if (x > 0.7 && x < 1.5) { return k_log1p(x - 1.0); }\nreturn k_ln(x);`),
  define(
    'k_expm1',
    ['x'],
    `if (Math.abs(x) < 0.5) { return x * ${horner('x', reciprocalFactorials)}; }\nreturn k_exp(x) - 1.0;`,
  ),
  define(
    'k_pow',
    ['x', 'y', 'inf', 'nan'],
    `if (y === 0.0 || x === 1.0) { return 1.0; }
if (!(x === x) || !(y === y)) { return nan; }
if (Math.abs(y) === inf) {
  const m = Math.abs(x);
  if (m === 1.0) { return 1.0; }
  if (m > 1.0) { return y > 0.0 ? inf : 0.0; }
  return y > 0.0 ? 0.0 : inf;
}
const whole = Math.trunc(y) === y ? 1.0 : 0.0;
const odd = 2.0 * Math.trunc(y * 0.5) === y ? 0.0 : whole;
if (x === 0.0) { return y > 0.0 ? 0.0 : inf; }
if (x < 0.0 && whole === 0.0) { return Math.abs(x) === inf ? (y > 0.0 ? inf : 0.0) : nan; }
if (Math.abs(x) === inf) {
  if (y < 0.0) { return 0.0; }
  return x < 0.0 && odd > 0.0 ? -inf : inf;
}
const m = Math.abs(x);
const p = k_power(m, y);
// A power of a whole number is whole, and may go where only whole numbers go.
const q = whole > 0.0 && y > 0.0 && Math.trunc(m) === m ? Math.trunc(p + 0.5) : p;
return x < 0.0 && odd > 0.0 ? -q : q;`,
  ),
  define(
    'k_hypot',
    ['x', 'y', 'inf'],
    `const p = Math.abs(x);
const q = Math.abs(y);
if (p === inf || q === inf) { return inf; }
const m = p > q ? p : q;
if (!(p === p)) { return p; }
if (!(q === q)) { return q; }
if (m === 0.0) { return m; }
const u = p / m;
const v = q / m;
return m * Math.sqrt(u * u + v * v);`,
  ),
  define(
    'k_sinh',
    ['x'],
    `if (Math.abs(x) < 1.0) { return x * ${horner('(x * x)', sinhSeries)}; }
const h = k_exp(Math.abs(x) * 0.5);
const s = (0.5 * h) * h - 0.5 / h / h;
return x < 0.0 ? -s : s;`,
  ),
  define('k_cosh', ['x'], `const h = k_exp(Math.abs(x) * 0.5);\nreturn (0.5 * h) * h + 0.5 / h / h;`),
  define(
    'k_tanh',
    ['x'],
    `const m = Math.abs(x);
if (m < 0.6) { return x * ${horner('(x * x)', tanhSeries)}; }
const t = m > 20.0 ? 1.0 : 1.0 - 2.0 / (k_exp(2.0 * m) + 1.0);
return x < 0.0 ? -t : t;`,
  ),
  define(
    'k_asin',
    ['x', 'nan'],
    `const m = Math.abs(x);
if (m <= 0.5) { return x * ${horner('(x * x)', asinSeries)}; }
if (m > 1.0 || !(x === x)) { return nan; }
const s = (1.0 - m) * 0.5;
const r = Math.sqrt(s);
const t = 1.5707963267948966 - 2.0 * r * ${horner('s', asinSeries)};
return x < 0.0 ? -t : t;`,
  ),
  define(
    'k_acos',
    ['x', 'nan'],
    `const m = Math.abs(x);
if (m <= 0.5) { return 1.5707963267948966 - k_asin(x, nan); }
if (m > 1.0 || !(x === x)) { return nan; }
const s = (1.0 - m) * 0.5;
const r = Math.sqrt(s);
const t = 2.0 * r * ${horner('s', asinSeries)};
return x < 0.0 ? 3.141592653589793 - t : t;`,
  ),
  define(
    'k_atan',
    ['x'],
    `const m = Math.abs(x);
if (!(x === x)) { return x; }
let y = m;
let base = m - m;
if (m > 2.414213562373095) { y = -1.0 / m; base = 1.5707963267948966; }
if (m > 0.4142135623730950 && m <= 2.414213562373095) { y = (m - 1.0) / (m + 1.0); base = 0.7853981633974483; }
const t = base + y * ${horner('(y * y)', atanSeries)};
return x < 0.0 ? -t : t;`,
  ),
  define(
    'k_atan2',
    ['y', 'x', 'inf'],
    `if (!(x === x)) { return x; }
if (!(y === y)) { return y; }
const down = y < 0.0 || (y === 0.0 && 1.0 / y < 0.0) ? 1.0 : 0.0;
const left = x < 0.0 || (x === 0.0 && 1.0 / x < 0.0) ? 1.0 : 0.0;
const p = Math.abs(y);
const q = Math.abs(x);
let t = p - p;
if (p === inf && q === inf) { t = 0.7853981633974483; }
if (p > q) { t = 1.5707963267948966 - k_atan(q / p); }
if (p <= q && p > 0.0 && p < inf) { t = k_atan(p / q); }
if (p === 0.0) { t = p; }
if (left > 0.0) { t = 3.141592653589793 - t; }
return down > 0.0 ? -t : t;`,
  ),
  define(
    'k_asinh',
    ['x', 'inf'],
    `const m = Math.abs(x);
if (m === inf) { return x; }
const t = m > 1e9 ? k_ln(m) + 0.6931471805599453 : k_log1p(m + m * m / (1.0 + Math.sqrt(m * m + 1.0)));
return x < 0.0 ? -t : t;`,
  ),
  define(
    'k_acosh',
    ['x', 'nan'],
    `if (x < 1.0) { return nan; }
if (x > 1e9) { return k_ln(x) + 0.6931471805599453; }
const y = x - 1.0;
return k_log1p(y + Math.sqrt(y * (y + 2.0)));`,
  ),
  define(
    'k_atanh',
    ['x', 'inf', 'nan'],
    `const m = Math.abs(x);
if (m === 1.0) { return x * inf; }
if (m > 1.0) { return nan; }
const t = 0.5 * k_log1p(2.0 * m / (1.0 - m));
return x < 0.0 ? -t : t;`,
  ),
  define(
    'k_erfc',
    ['x'],
    `const m = Math.abs(x);
if (!(x === x)) { return x; }
if (m < 1.0) { return 1.0 - x * ${horner('(x * x)', erfSeries)}; }
const u = 2.0 / (2.0 + m);
const tail = m > 10.5 ? 0.0 : k_exp(-(m * m)) * u * ${horner('u', erfcx)};
return x < 0.0 ? 2.0 - tail : tail;`,
  ),
  define(
    'k_erf',
    ['x'],
    `if (Math.abs(x) < 1.0) { return x * ${horner('(x * x)', erfSeries)}; }\nreturn 1.0 - k_erfc(x);`,
  ),
  define(
    'k_erfinv',
    ['x', 'inf', 'nan'],
    `const m = Math.abs(x);
if (m === 1.0) { return x * inf; }
if (!(m < 1.0)) { return nan; }
const w = -(k_log1p(-m) + k_log1p(m));
if (w < 5.0) {
  const v = w - 2.5;
  return x * ${horner('v', erfinvMiddle)};
}
const s = Math.sqrt(w) - 3.2;
return x * ${horner('s', erfinvTail)};`,
  ),
  // The bits that two numbers from 0 on share.
  define(
    'k_shared_bits',
    ['x', 'y'],
    `let p = x;
let q = y;
let bit = 1.0;
let sum = x - x;
for (let i = 0; i < 24; i++) {
  const m = Math.trunc(p * 0.5);
  const n = Math.trunc(q * 0.5);
  if (p - 2.0 * m === 1.0 && q - 2.0 * n === 1.0) { sum = sum + bit; }
  p = m;
  q = n;
  bit = bit * 2.0;
}
return sum;`,
  ),
  // The complement of x is -1 - x. No sum may need more than 24 bits.
  define(
    'k_and',
    ['x', 'y'],
    `if (x >= 0.0 && y >= 0.0) { return k_shared_bits(x, y); }
if (x >= 0.0) { return x - k_shared_bits(x, -1.0 - y); }
if (y >= 0.0) { return y - k_shared_bits(-1.0 - x, y); }
return x - (-1.0 - y - k_shared_bits(-1.0 - x, -1.0 - y));`,
  ),
  define('k_or', ['x', 'y'], 'return x - k_and(x, y) + y;'),
  define('k_xor', ['x', 'y'], `const both = k_and(x, y);\nreturn (x - both) + (y - both);`),
  define('k_shift_left', ['x', 'y'], `return y >= 0.0 && y < 32.0 ? x * Math.pow(2.0, y) : 0.0;`),
  define(
    'k_shift_right',
    ['x', 'y'],
    `return y >= 0.0 && y < 31.0 ? k_floor(x / Math.pow(2.0, y)) : (x < 0.0 ? -1.0 : 0.0);`,
  ),
  // Euclid's algorithm: of whole numbers below 2^24 it takes at most 34 steps.
  define(
    'k_gcd',
    ['x', 'y'],
    `let a = Math.abs(x);
let b = Math.abs(y);
for (let i = 0; i < 35; i++) {
  if (b > 0.0) {
    let r = a - Math.trunc(a / b) * b;
    if (r < 0.0) { r = r + b; }
    if (r >= b) { r = r - b; }
    a = b;
    b = r;
  }
}
return a;`,
  ),
  define('k_byte', ['x'], `return x - 256.0 * k_floor(x / 256.0);`),
  ...gammaFunctions,
]

const sinSeries = [1.0, -0.166666666407801, 0.00833332930267467, -0.00019839311527875542, 2.718114285270982e-6]
const cosSeries = [
  1.0, -0.49999999999488887, 0.041666666553338956, -0.0013888880654581571, 2.4798959698638517e-5, -2.717471430505945e-7,
]

/** Quarter turns to the nearest, then what is left of x: pi / 2 in three parts, as in Cephes's sinf (S. Moshier). */
const reduced = `const n = k_round(x * 0.6366197723675814);
const q = n - 4.0 * k_floor(n * 0.25);
const r = ((x - n * 1.5703125) - n * 4.837512969970703e-4) - n * 7.549789954891882e-8;
const z = r * r;
const s = r * ${horner('z', sinSeries)};
const c = ${horner('z', cosSeries)};`

/** What the own functions of WGSL and GLSL lack: NaN of NaN, which they may answer with any number, and digits. */
const inShaders: readonly LibraryFunction[] = [
  define('k_exp', ['x'], 'return x === x ? Math.exp(x) : x;'),
  define('k_exp2', ['x'], 'return x === x ? Math.pow(2.0, x) : x;'),
  // The root of what is below zero, or NaN, is NaN.
  define('k_ln', ['x'], 'if (x === 0.0) { return -1.0 / Math.abs(x); }\nreturn x > 0.0 ? Math.log(x) : Math.sqrt(x);'),
  define('k_sin', ['x'], `${reduced}\nconst t = q === 1.0 || q === 3.0 ? c : s;\nreturn q >= 2.0 ? -t : t;`),
  define(
    'k_cos',
    ['x'],
    `${reduced}\nconst t = q === 1.0 || q === 3.0 ? s : c;\nreturn q === 1.0 || q === 2.0 ? -t : t;`,
  ),
  define('k_tan', ['x'], `${reduced}\nreturn q === 1.0 || q === 3.0 ? -c / s : s / c;`),
  define('k_power', ['x', 'y'], 'return k_exp(y * k_log(x));'),
]

/** The functions of a mode. */
export function libraryOf(mode: string): readonly LibraryFunction[] {
  if (mode === 'cpu' || mode === 'webasm') return common
  return common.map((own) => inShaders.find(({ name }) => name === own.name) ?? own)
}
