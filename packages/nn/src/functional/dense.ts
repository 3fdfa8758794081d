import { warnings } from '@chainrule/core'

/** Says that there are no sparse gradients: results are those of dense ones. */
export function warnDense(name: string): void {
  warnings.warn(`${name}: sparse=True has no effect: gradients are dense here. Steps of SGD and Adagrad are the same`)
}
