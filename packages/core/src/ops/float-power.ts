import { float64 } from '../dtype.ts'
import { signature } from '../signature/index.ts'
import { Tensor, type TensorLike } from '../tensor/tensor.ts'
import { pow } from './elementwise/power.ts'

/** As `pow`, computed in float64 whatever the dtypes are. */
export const float_power = signature(
  'float_power',
  ['Tensor|Number input', 'Tensor|Number exponent'],
  (x: TensorLike, exponent: TensorLike): Tensor => {
    const wide = (value: TensorLike): TensorLike => (value instanceof Tensor ? value.to(float64) : value)
    return pow(wide(x), wide(exponent))
  },
)
