import { constant_pad, NotImplementedError, type Tensor } from '@chainrule/core'

/** What `pad` takes by name. */
export interface PadOptions {
  readonly mode?: 'constant'
  readonly value?: number
}

/** Adds `value` around the last dimensions: `[left, right, top, bottom, …]`; negative sizes cut off. */
export function pad(
  input: Tensor,
  sizes: readonly number[],
  { mode = 'constant', value = 0 }: PadOptions = {},
): Tensor {
  if (mode !== 'constant') {
    throw new NotImplementedError(`pad: mode '${String(mode)}' is not there yet; only 'constant' is`)
  }
  return constant_pad(input, sizes, value)
}
