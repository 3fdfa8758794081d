import { float32 } from '../../dtype.ts'
import type { Operand } from '../device.ts'
import { js } from '../js/index.ts'
import type { Routines } from '../routines.ts'
import { withIndices } from './indices.ts'
import type { KernelMemory } from './memory.ts'
import { pickModule } from './pick-module.ts'
import { type Loop, loopsOf, still } from './plan.ts'
import { type Residency, ResidentBuffer } from './residency.ts'
import { Compiled } from './threads/index.ts'

/** Gathers and scatters of float32 by kernels; of the other dtypes, by the reference device. */
export function pickRoutines(memory: KernelMemory, residency: Residency): Pick<Routines, 'gather' | 'scatter'> {
  let module: Compiled | null = null
  /** Room for a lone number, which has no memory of its own. */
  const corner = memory.alloc(64)

  const addressOf = ({ storage: { buffer }, offset }: Operand): number => {
    if (buffer instanceof ResidentBuffer) return residency.pointerOf(buffer) + 4 * offset
    memory.float32[corner / 4] = buffer as number
    return corner
  }
  /** Moves elements by a kernel, over the loops of three windows: where to, where from, and the indices. */
  const move = (name: string, [to, from, index]: readonly [Operand, Operand, Operand], dim: number): void => {
    residency.begin()
    module ??= new Compiled(pickModule({ shared: memory.shared }), memory)
    const kernel = module.get(name)
    const [target, source] = [addressOf(to), addressOf(from)]
    const indexed = name === 'gather' ? from : to
    const along = 4 * (indexed.strides[dim] as number)
    const steps = [to, from, index].map((x) =>
      x.strides.map((stride, i) => (x === indexed && i === dim ? 0 : 4 * stride)),
    )
    const loops = loopsOf(index.shape, steps)
    const [rows, run] = [loops.at(-2) ?? still(1, 3), loops.at(-1) ?? still(1, 3)]
    withIndices(memory, residency, index, (indices) => {
      forEachStart(loops.slice(0, -2), [target, source, indices], ([a = 0, b = 0, c = 0]) => {
        const [rowA = 0, rowB = 0, rowC = 0] = rows.steps
        const [stepA = 0, stepB = 0, stepC = 0] = run.steps
        kernel(rows.size, run.size, a, rowA, stepA, b, rowB, stepB, c, rowC, stepC, along)
      })
    })
  }

  return {
    gather(out, x, index, dim) {
      if (!isHere(out) || !(isHere(x) || isNumber(x))) return js.routines.gather(out, x, index, dim)
      move('gather', [out, x, index], dim)
    },
    scatter(out, index, source, dim, mode) {
      if (!isHere(out) || !(isHere(source) || isNumber(source)))
        return js.routines.scatter(out, index, source, dim, mode)
      move(`scatter_${mode}`, [out, source, index], dim)
    },
  }
}

/** Whether an operand is float32 in the memory of the kernels. */
function isHere({ dtype, storage: { buffer } }: Operand): boolean {
  return dtype === float32 && buffer instanceof ResidentBuffer
}

/** Whether an operand is a lone number of that type, perhaps many times over. */
function isNumber({ dtype, storage: { buffer } }: Operand): boolean {
  return dtype === float32 && typeof buffer === 'number'
}

/** Visits the addresses at all indices of loops, outermost first. */
function forEachStart(
  loops: readonly Loop[],
  addresses: readonly number[],
  visit: (addresses: readonly number[]) => void,
): void {
  const [loop, ...inner] = loops
  if (loop === undefined) return visit(addresses)
  for (let i = 0; i < loop.size; i++) {
    const moved = addresses.map((address, k) => address + i * (loop.steps[k] as number))
    forEachStart(inner, moved, visit)
  }
}
