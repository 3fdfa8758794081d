import type { Operand } from '../../device.ts'
import type { Queue } from '../queue.ts'
import { place, placesOf, runTiled } from './product.ts'

/** The routine `matmul` by tiles, where they pay; says whether it ran. */
export function tiledMatmul(queue: Queue, out: Operand, a: Operand, b: Operand, start: Operand | null): boolean {
  const [batches, m, n] = out.shape as readonly [number, number, number]
  // A batch of one is for all.
  const places = (name: string, x: Operand): Record<string, number> => ({
    ...placesOf(name, x),
    ...(x.shape[0] === 1 ? { [`${name}0`]: 0 } : {}),
  })
  const more = start === null ? null : { arrays: { c: start }, numbers: places('c', start) }
  const call = {
    sizes: { batches, m, n, k: a.shape[2] as number },
    arrays: { a, b, ...more?.arrays },
    numbers: { ...places('a', a), ...places('b', b), ...more?.numbers },
  }
  return runTiled(queue, 'matmul', out, call, {
    left: `return a[${place('a', 'batch', 'row', 'q')}];`,
    right: `return b[${place('b', 'batch', 'q', 'column')}];`,
    start: start === null ? '' : `c[${place('c', 'batch', 'row', 'column')}] + `,
    place: '(batch * at.m + row) * at.n + column',
  })
}
