import type { Element, Lanes } from './matmul-element.ts'
import { type MatmulOptions, matmulModule } from './matmul-module.ts'
import { nothing, panelVectors } from './matmul-panel.ts'

export { float32, float64 } from './matmul-element.ts'
export { workspaceBytes } from './matmul-gemm.ts'
export type { Epilogue } from './matmul-partial.ts'

/** Matrices in the memory of the device, one a batch: the address of the first element, and strides in elements. */
export interface Matrices {
  readonly address: number
  /** To the next matrix; 0 where all are one. */
  readonly batch: number
  readonly row: number
  readonly column: number
}

/** `C = start + A × B`, of shapes `[batch, m, n]`, `[batch, m, k]`, `[batch, k, n]`. */
export interface Product {
  readonly batch: number
  readonly m: number
  readonly n: number
  readonly k: number
  readonly a: Matrices
  readonly b: Matrices
  /** Its columns lie side by side (`column` is 1 where `n` is more than 1), and it overlaps neither A nor B. */
  readonly c: Matrices
  /** What the sums are added to: C itself, or a bias (`row` 0 for one row that all rows share). Columns as in C. */
  readonly start?: Matrices | undefined
}

/** A product made ready: the same work in the form that is fastest, its kernel chosen. Plain data, to send to a worker. */
export interface Plan extends Product {
  /** Whether the kernel reads A and B along `k` (matmul-dot.ts). */
  readonly along: boolean
}

/** Runs plans, whole or in parts. The workspace is the address of `workspaceBytes` bytes, on a multiple of 16. */
export type Multiply = (plan: Plan, workspace: number) => void

/** Compiles the products of one element type over a memory. */
export function compileMatmul<V extends Lanes<V>>(
  element: Element<V>,
  memory: WebAssembly.Memory,
  options: MatmulOptions<V> = {},
): Multiply {
  const { exports } = new WebAssembly.Instance(matmulModule(element, options).compile(), { env: { memory } })
  const { multiply } = exports
  if (typeof multiply !== 'function') throw new Error('compileMatmul: the module exports no multiply')
  return multiplyBy((...args) => multiply(...args), element.bytes)
}

/** Runs plans by the function that a module of matmul-module.ts exports; elements have so many bytes. */
export function multiplyBy(multiply: (...args: number[]) => void, bytes: number): Multiply {
  return ({ batch, m, n, k, a, b, c, start, along }, workspace) => {
    multiply(
      batch,
      m,
      n,
      k,
      a.address,
      a.batch * bytes,
      a.row * bytes,
      a.column * bytes,
      b.address,
      b.batch * bytes,
      b.row * bytes,
      b.column * bytes,
      c.address,
      c.batch * bytes,
      c.row * bytes,
      start ? start.address : nothing,
      start ? start.batch * bytes : 0,
      start ? start.row * bytes : 0,
      workspace,
      along ? 1 : 0,
    )
  }
}

/**
 * Chooses how to compute a product, by kernels for wide vectors or others. Made once for the whole of it, whatever parts
 * run it: results depend on the choice.
 */
export function planMatmul(product: Product, wide = false): Plan {
  const { batch, m, n, k, a, b, c, start } = product
  if (batch > 1 && b.batch === 0 && foldsIntoRows(m, a) && foldsIntoRows(m, c) && (!start || foldsIntoRows(m, start))) {
    const folded = ({ address, batch, row, column }: Matrices): Matrices => {
      return { address, batch, row: m === 1 ? batch : row, column }
    }
    const start = product.start && folded(product.start)
    return planMatmul({ batch: 1, m: batch * m, n, k, a: folded(a), b, c: folded(c), start }, wide)
  }
  // A matrix times a vector is a vector times the transposed matrix: one row of C, and that contiguous.
  if (n === 1 && m > 1 && c.row === 1 && (!start || start.row === 1)) {
    const start = product.start && transposed(product.start)
    return planMatmul({ batch, m: 1, n: m, k, a: transposed(b), b: transposed(a), c: transposed(c), start }, wide)
  }
  const along = a.column === 1 && b.row === 1 && worthAlong(m, n, k, wide)
  // Written out: a spread takes a microsecond.
  return { batch, m, n, k, a, b, c, start, along }
}

/** Whether each matrix follows the one before it as its rows do: together they are one long matrix. */
function foldsIntoRows(m: number, { batch, row }: Matrices): boolean {
  return m === 1 || batch === m * row
}

/** See matmul-dot.ts: adding the lanes costs as much as some steps of `k`, and packing B as much as some rows. */
function worthAlong(m: number, n: number, k: number, wide: boolean): boolean {
  return n <= 4 || m <= (wide ? 8 : Math.max(4, Math.min(128, k / 8)))
}

function transposed({ address, batch, row, column }: Matrices): Matrices {
  return { address, batch, row: column, column: row }
}

/**
 * Part `index` of `count` about equal parts of a plan, which can run at the same time: some of its batch, rows or columns.
 * Sizes of 0 where there is nothing left to do. The parts together give to the bit what the whole does.
 */
export function partOfPlan(plan: Plan, bytes: number, index: number, count: number): Plan {
  const { batch, m, n, a, b, c, start } = plan
  const move = (x: Matrices, by: number): Matrices => ({ ...x, address: x.address + by * bytes })
  if (batch > 1) {
    const [from, to] = share(batch, 1, index, count)
    const moved = (x: Matrices): Matrices => move(x, from * x.batch)
    return { ...plan, batch: to - from, a: moved(a), b: moved(b), c: moved(c), start: start && moved(start) }
  }
  if (m >= n) {
    const [from, to] = share(m, rowGrain, index, count)
    const moved = (x: Matrices): Matrices => move(x, from * x.row)
    return { ...plan, m: to - from, a: moved(a), c: moved(c), start: start && moved(start) }
  }
  const [from, to] = share(n, columnGrain, index, count)
  const moved = (x: Matrices): Matrices => move(x, from * x.column)
  return { ...plan, n: to - from, b: moved(b), c: moved(c), start: start && moved(start) }
}

/** Parts begin where a tile does: of no consequence for results, but a cut tile costs as much as a whole one. */
const [rowGrain, columnGrain] = [4, 4 * panelVectors]

function share(size: number, grain: number, index: number, count: number): [from: number, to: number] {
  const grains = Math.ceil(size / grain)
  const at = (i: number): number => Math.min(size, Math.floor((grains * i) / count) * grain)
  return [at(index), at(index + 1)]
}
