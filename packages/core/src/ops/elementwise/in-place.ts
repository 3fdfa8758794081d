/** The functions of elements under the names of their methods in place, with what these are for: only types are made of them. */
export {
  /** In place: `|x|`; the gradient at 0 is 0. */
  abs as abs_,
  /** As `abs_`. */
  absolute as absolute_,
  /** In place: the arc cosine, in radians. */
  acos as acos_,
  /** In place: the inverse hyperbolic cosine; NaN below 1. */
  acosh as acosh_,
  /** In place: `x + alpha * other`. */
  add as add_,
  /** In place: `x + value * a / b`. */
  addcdiv as addcdiv_,
  /** In place: `x + value * a * b`. */
  addcmul as addcmul_,
  /** As `acos_`. */
  arccos as arccos_,
  /** As `acosh_`. */
  arccosh as arccosh_,
  /** As `asin_`. */
  arcsin as arcsin_,
  /** As `asinh_`. */
  arcsinh as arcsinh_,
  /** As `atan_`. */
  arctan as arctan_,
  /** As `atan2_`. */
  arctan2 as arctan2_,
  /** As `atanh_`. */
  arctanh as arctanh_,
  /** In place: the arc sine, in radians. */
  asin as asin_,
  /** In place: the inverse hyperbolic sine. */
  asinh as asinh_,
  /** In place: the arc tangent, in radians. */
  atan as atan_,
  /** In place: the angle of the point (other, x), in radians. */
  atan2 as atan2_,
  /** In place: the inverse hyperbolic tangent. */
  atanh as atanh_,
  /** In place: the bits of both. */
  bitwise_and as bitwise_and_,
  /** In place: bits moved up. */
  bitwise_left_shift as bitwise_left_shift_,
  /** In place: every bit the other way round; `logical_not` for bools. */
  bitwise_not as bitwise_not_,
  /** In place: the bits of either. */
  bitwise_or as bitwise_or_,
  /** In place: bits moved down, the sign kept. */
  bitwise_right_shift as bitwise_right_shift_,
  /** In place: the bits of exactly one. */
  bitwise_xor as bitwise_xor_,
  /** In place: the least whole number that is not below `x`. */
  ceil as ceil_,
  /** In place: as `elu`, with `x / alpha` in the exponent (Barron 2017). */
  celu as celu_,
  /**
   * In place: `x` limited to [min, max]; the gradient passes at the bounds themselves. At least one bound has to be
   * given.
   */
  clamp as clamp_,
  /** In place: `x`, but at most `max`. */
  clamp_max as clamp_max_,
  /** In place: `x`, but at least `min`. */
  clamp_min as clamp_min_,
  /** As `clamp_`. */
  clip as clip_,
  /** In place: the magnitude of `x` with the sign of `other`. */
  copysign as copysign_,
  /** In place: the cosine of radians. */
  cos as cos_,
  /** In place: the hyperbolic cosine. */
  cosh as cosh_,
  /** In place: radians of degrees. */
  deg2rad as deg2rad_,
  /** In place: the derivative of `lgamma`. */
  digamma as digamma_,
  /** In place: `x / other`: a true division, or rounded to whole numbers by `rounding_mode` 'trunc' or 'floor'. */
  div as div_,
  /** As `div_`. */
  divide as divide_,
  /** In place: `x`, or `alpha * (eˣ - 1)` below zero. */
  elu as elu_,
  /** In place: where `x == other`. */
  eq as eq_,
  /** In place: the Gauss error function. */
  erf as erf_,
  /** In place: `1 - erf(x)`, exact for large `x`. */
  erfc as erfc_,
  /** In place: the inverse of `erf`. */
  erfinv as erfinv_,
  /** In place: `eˣ`. */
  exp as exp_,
  /** In place: `2ˣ`. */
  exp2 as exp2_,
  /** In place: `eˣ - 1`, exact near 0. */
  expm1 as expm1_,
  /** As `trunc_`. */
  fix as fix_,
  /** In place: the greatest whole number that is not above `x`. */
  floor as floor_,
  /** In place: `floor(x / other)`. */
  floor_divide as floor_divide_,
  /** In place: the larger of two; where one is NaN, the other. */
  fmax as fmax_,
  /** In place: the smaller of two; where one is NaN, the other. */
  fmin as fmin_,
  /** In place: the remainder with the sign of `x`, as C's `fmod`. */
  fmod as fmod_,
  /** In place: `x - trunc(x)`. */
  frac as frac_,
  /** In place: the greatest common divisor of whole numbers; never negative. */
  gcd as gcd_,
  /** In place: where `x >= other`. */
  ge as ge_,
  /** In place: `x · Φ(x)`, or its approximation by `tanh` (Hendrycks and Gimpel 2016). */
  gelu as gelu_,
  /** As `gt_`. */
  greater as greater_,
  /** As `ge_`. */
  greater_equal as greater_equal_,
  /** In place: where `x > other`. */
  gt as gt_,
  /** In place: `x`, and 0 where it is nearer to 0 than `lambd`. */
  hardshrink as hardshrink_,
  /** In place: `min(max(x + 3, 0), 6) / 6`. */
  hardsigmoid as hardsigmoid_,
  /** In place: `x · hardsigmoid(x)` (Howard et al. 2019). */
  hardswish as hardswish_,
  /** In place: `x` limited to [min_val, max_val]. */
  hardtanh as hardtanh_,
  /** In place: 0 below zero, 1 above, and `values` at zero. */
  heaviside as heaviside_,
  /** In place: `√(x² + other²)` without overflow. */
  hypot as hypot_,
  /** In place: where `x` is neither infinite nor NaN. */
  isfinite as isfinite_,
  /** In place: where `x` is an infinity. */
  isinf as isinf_,
  /** In place: where `x` is NaN. */
  isnan as isnan_,
  /** In place: where `x` is -∞. */
  isneginf as isneginf_,
  /** In place: where `x` is +∞. */
  isposinf as isposinf_,
  /** In place: the least common multiple of whole numbers; never negative. */
  lcm as lcm_,
  /** In place: `x · 2^other`. */
  ldexp as ldexp_,
  /** In place: where `x <= other`. */
  le as le_,
  /** In place: `x`, or `negative_slope * x` below zero. */
  leaky_relu as leaky_relu_,
  /** In place: `start + weight * (end - start)`. */
  lerp as lerp_,
  /** As `lt_`. */
  less as less_,
  /** As `le_`. */
  less_equal as less_equal_,
  /** In place: the logarithm of |Γ(x)|. */
  lgamma as lgamma_,
  /** In place: the natural logarithm. */
  log as log_,
  /** In place: `log(1 + x)`, exact near 0. */
  log1p as log1p_,
  /** In place: the logarithm to base 2. */
  log2 as log2_,
  /** In place: the logarithm to base 10. */
  log10 as log10_,
  /** In place: `log(eˣ + eʸ)` without overflow. */
  logaddexp as logaddexp_,
  /** In place: `log2(2ˣ + 2ʸ)` without overflow. */
  logaddexp2 as logaddexp2_,
  /** In place: where both are not 0. */
  logical_and as logical_and_,
  /** In place: where `x` is 0. */
  logical_not as logical_not_,
  /** In place: where at least one is not 0. */
  logical_or as logical_or_,
  /** In place: where exactly one is not 0. */
  logical_xor as logical_xor_,
  /** In place: `log(x / (1 - x))`, of `x` limited to [eps, 1 - eps] where `eps` is given. */
  logit as logit_,
  /** In place: `log(sigmoid(x))` without overflow. */
  logsigmoid as logsigmoid_,
  /** In place: where `x < other`. */
  lt as lt_,
  /** In place: `x` with `value` where the mask holds. The mask broadcasts to `x`. */
  masked_fill as masked_fill_,
  /** In place: the larger of two; NaN where either is NaN. Where they are equal, each gets half of the gradient. */
  maximum as maximum_,
  /** In place: the smaller of two; NaN where either is NaN. Where they are equal, each gets half of the gradient. */
  minimum as minimum_,
  /** In place: `x · tanh(softplus(x))` (Misra 2019). */
  mish as mish_,
  /** In place: `x * other`. */
  mul as mul_,
  /** As `mul_`. */
  multiply as multiply_,
  /** In place: `x` with NaN and infinities replaced; where not given, by 0 and the largest numbers of the dtype. */
  nan_to_num as nan_to_num_,
  /** In place: where `x != other`. */
  ne as ne_,
  /** In place: `-x`. */
  neg as neg_,
  /** As `neg_`. */
  negative as negative_,
  /** In place: the next floating point number after `x` in the direction of `other`. */
  nextafter as nextafter_,
  /** As `ne_`. */
  not_equal as not_equal_,
  /** In place: the `n`-th derivative of `digamma`: `torch.polygamma(n, x)`. */
  polygamma as polygamma_,
  /** In place: `x` to the power of `exponent`. Integers cannot be raised to negative whole numbers. */
  pow as pow_,
  /** In place: as `leaky_relu`, with slopes that are learned: one for all, or one for each channel (dimension 1). */
  prelu as prelu_,
  /** In place: degrees of radians. */
  rad2deg as rad2deg_,
  /** In place: `1 / x`. */
  reciprocal as reciprocal_,
  /** In place: `max(x, 0)`; the gradient at 0 is 0. */
  relu as relu_,
  /** In place: `min(max(x, 0), 6)`. */
  relu6 as relu6_,
  /** In place: the remainder with the sign of `other`, as Python's `%`. */
  remainder as remainder_,
  /** In place: the nearest whole number, or the nearest with `decimals` digits; halves go to the even one. */
  round as round_,
  /** In place: `1 / √x`. */
  rsqrt as rsqrt_,
  /** In place: `other - alpha * x`. */
  rsub as rsub_,
  /** In place: `elu` with the scale and alpha that keep mean 0 and variance 1 (Klambauer et al. 2017). */
  selu as selu_,
  /** As `sign_`. */
  sgn as sgn_,
  /** In place: `1 / (1 + e⁻ˣ)`. */
  sigmoid as sigmoid_,
  /** In place: -1, 0 or 1. */
  sign as sign_,
  /** In place: where the sign is negative, that of -0 included. */
  signbit as signbit_,
  /** In place: `x · sigmoid(x)`. */
  silu as silu_,
  /** In place: the sine of radians. */
  sin as sin_,
  /** In place: `sin(πx) / (πx)`, and 1 at 0. */
  sinc as sinc_,
  /** In place: the hyperbolic sine. */
  sinh as sinh_,
  /** In place: `log(1 + e^(beta·x)) / beta`, and `x` itself where `beta·x` is above the threshold. */
  softplus as softplus_,
  /** In place: `x` moved towards 0 by `lambd`, and 0 nearer than that. */
  softshrink as softshrink_,
  /** In place: `x / (1 + |x|)`. */
  softsign as softsign_,
  /** In place: the square root; NaN below zero. */
  sqrt as sqrt_,
  /** In place: `x²`. */
  square as square_,
  /** In place: `x - alpha * other`. Two bool tensors cannot be subtracted, as in PyTorch. */
  sub as sub_,
  /** As `sub_`. */
  subtract as subtract_,
  /** In place: the tangent of radians. */
  tan as tan_,
  /** In place: the hyperbolic tangent. */
  tanh as tanh_,
  /** In place: `x - tanh(x)`. */
  tanhshrink as tanhshrink_,
  /** In place: `x` above the threshold, `value` elsewhere. */
  threshold as threshold_,
  /** In place: a true division. */
  true_divide as true_divide_,
  /** In place: the whole part, towards zero. */
  trunc as trunc_,
  /** In place: `x * log(other)`, and 0 where `x` is 0. */
  xlogy as xlogy_,
} from './index.ts'
