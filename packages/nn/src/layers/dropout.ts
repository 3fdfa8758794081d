import { repr, type Tensor, ValueError } from '@chainrule/core'
import * as F from '../functional/dropout.ts'
import { layer } from '../module/layer.ts'

const defaults = { p: 0.5, inplace: false }
type Options = typeof defaults

const text = ({ p, inplace }: Options): string => `p=${repr(p, { float: true })}, inplace=${repr(inplace)}`
function check({ p }: Options): void {
  if (!(p >= 0 && p <= 1))
    throw new ValueError(`dropout probability has to be between 0 and 1, but got ${repr(p, { float: true })}`)
}

/** Sets each element to 0 with probability `p` in training, and divides the others by `1 - p`. */
export class Dropout extends layer(defaults, (o, x: Tensor) => F.dropout(x, o.p, o.training, o.inplace), text, check) {}
/** As `Dropout`, for whole channels of `[N, C, L]`. */
export class Dropout1d extends layer(
  defaults,
  (o, x: Tensor) => F.dropout1d(x, o.p, o.training, o.inplace),
  text,
  check,
) {}
/** As `Dropout`, for whole channels of `[N, C, H, W]`. */
export class Dropout2d extends layer(
  defaults,
  (o, x: Tensor) => F.dropout2d(x, o.p, o.training, o.inplace),
  text,
  check,
) {}
/** As `Dropout`, for whole channels of `[N, C, D, H, W]`. */
export class Dropout3d extends layer(
  defaults,
  (o, x: Tensor) => F.dropout3d(x, o.p, o.training, o.inplace),
  text,
  check,
) {}
/** Dropout that keeps mean and variance after SELU (Klambauer et al. 2017). */
export class AlphaDropout extends layer(
  defaults,
  (o, x: Tensor) => F.alpha_dropout(x, o.p, o.training, o.inplace),
  text,
  check,
) {}
/** As `AlphaDropout`, for whole channels. */
export class FeatureAlphaDropout extends layer(
  defaults,
  (o, x: Tensor) => F.feature_alpha_dropout(x, o.p, o.training, o.inplace),
  text,
  check,
) {}
