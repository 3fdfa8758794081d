import { contiguousStrides, numel, type Shape } from '../../shape.ts'
import type { Device, Operand } from '../device.ts'
import type { ReductionKernel } from '../kernel.ts'
import { Storage } from '../storage.ts'

/** A reduction whose steps depend on their order, by its stages, whose steps do not. */
export function reduceInStages(
  reduce: Device['reduce'],
  kernel: ReductionKernel,
  output: Operand,
  inputs: readonly (Operand | number)[],
  shape: Shape,
): void {
  const { device, dtype } = output.storage
  const known = new Map(kernel.inputs.map((name, k) => [name, inputs[k] as Operand | number]))
  const made: Storage[] = []
  kernel.stages.forEach((stage, k) => {
    // What reads results alone folds nothing.
    const isFold = stage.inputs.some((name) => kernel.inputs.includes(name) && typeof known.get(name) !== 'number')
    let out = output
    if (k < kernel.stages.length - 1) {
      const length = numel(output.shape)
      const storage = new Storage(device, dtype, length, device.allocate(length, dtype))
      made.push(storage)
      out = { storage, shape: output.shape, strides: contiguousStrides(output.shape), offset: 0, dtype }
      known.set(stage.name, out)
    }
    const operands = stage.inputs.map((name) => known.get(name) as Operand | number)
    reduce(stage, out, operands, isFold ? shape : output.shape)
  })
  for (const storage of made) device.free(storage)
}
