import { type Effect, type FunctionBuilder, type FunctionHandle, I32, type ModuleBuilder, select } from './assembler.ts'
import type { Element, Lanes } from './matmul-element.ts'
import type { Pack } from './matmul-pack.ts'
import { nothing, type Panel, panelVectors } from './matmul-panel.ts'

export type Gemm = FunctionHandle<GemmParameters, Effect>

type GemmParameters = [
  ...[m: I32, n: I32, k: I32, a: I32, rowA: I32, stepA: I32, b: I32, stepB: I32, columnB: I32],
  ...[c: I32, rowC: I32, start: I32, rowStart: I32, workspace: I32],
]

/**
 * Most of `k` that one block takes: a packed panel of 256 × 16 float32 takes 16 KB, a third of a first-level cache of 48 KB,
 * and stays there for all rows of A. (512 is no faster, and slower where A is transposed.)
 */
export const blockDepth = 256

/** Most rows of A in a block: with 256 KB it stays in the second-level cache for all panels. (128 to 512: no difference.) */
const blockRows = 256

/** What a block may span in memory before reading it as it lies misses in the address cache: 64 pages of 4 KB. */
const nearSpan = 1 << 18

/** Below so many rows, reading rows of B in place is faster than packing them. (64 × 64 × 64: 47 and 43 GFLOP/s.) */
const rowsWorthPacking = 65

/** Below so many columns, packing a far-flung A does not pay. (m, k = 512, 784: n = 128 loses 7 %; 1024³ gains 6 %, Aᵀ 14 %.) */
const columnsWorthPackingA = 256

/**
 * A transposed A, whose rows lie across memory, is copied as it lies, with steps of an odd number of cache lines: steps of a
 * power of two share a few sets of the cache, and what one tile has read is gone before the next one reads it. Below so much
 * depth and so few columns, that does not pay. (m, k, n = 128, 1024, 512: 48 and 50 GFLOP/s; 512, 1024, 128: 45 and 49.)
 */
const [depthWorthCopyingA, columnsWorthCopyingA] = [128, 64]

const cacheLine = 64

const panelBytes = blockDepth * panelVectors * 16

/** Memory that a product needs for packing, in bytes, whatever its size and type. */
export const workspaceBytes: number = panelBytes + (blockRows * 8 + 3 * cacheLine) * blockDepth

/**
 * Adds the product of matrices of any strides: blocks of A against panels of B, each panel packed right before its use
 * (an element is packed once a block of A, and used `blockRows` times). Parameters as in matmul-panel.ts.
 */
export function gemmKernel<V extends Lanes<V>>(
  m: ModuleBuilder,
  element: Element<V>,
  pack: Pack,
  panels: readonly Panel[],
): Gemm {
  const { bytes } = element
  const block = blockKernel(m, element, pack, panels)
  return m.function<GemmParameters>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, m, n, k, a, rowA, stepA, b, stepB, columnB, c, rowC, start, rowStart, workspace) => {
      const depth = equalBlocks(f, k, blockDepth)
      const packed = f.let(workspace.add(panelBytes))
      f.while(m, () => {
        const rows = f.let(smaller(m, I32.const(blockRows)))
        const lies = f.let(rowA.eq(bytes).and(stepA.ne(bytes)))
        const far = f.let(rows.mul(rowA).add(depth.mul(stepA)).gt(nearSpan).and(lies.eqz()))
        const [kLeft, aBlock, bBlock] = [f.let(k), f.let(a), f.let(b)]
        const [term, rowTerm] = [f.let(start), f.let(rowStart)]
        f.repeat(() => {
          const d = f.let(smaller(kLeft, depth))
          const [from, row, step] = [f.let(aBlock), f.let(rowA), f.let(stepA)]
          f.if(far.and(n.ge(columnsWorthPackingA)), () => {
            f.set(from, packed)
            f.set(row, d.mul(bytes).add(15).and(-16))
            f.set(step, I32.const(bytes))
            f.do(pack.call(rows, d, aBlock, rowA, stepA, packed, row))
          })
          f.if(lies.and(d.ge(depthWorthCopyingA)).and(n.ge(columnsWorthCopyingA)), () => {
            f.set(from, packed)
            f.set(row, I32.const(bytes))
            f.set(
              step,
              rows
                .mul(bytes)
                .add(2 * cacheLine - 1)
                .and(-2 * cacheLine)
                .add(cacheLine),
            )
            f.do(pack.call(d, rows, aBlock, stepA, rowA, packed, step))
          })
          const last = d.eq(kLeft)
          f.do(
            block.call(
              ...([rows, n, d, from, row, step, bBlock, stepB, columnB] as const),
              ...([c, rowC, term, rowTerm, workspace, last] as const),
            ),
          )
          f.set(aBlock, aBlock.add(d.mul(stepA)))
          f.set(bBlock, bBlock.add(d.mul(stepB)))
          f.set(kLeft, kLeft.sub(d))
          f.set(term, c)
          f.set(rowTerm, rowC)
        }, kLeft)
        f.set(a, a.add(rows.mul(rowA)))
        f.set(c, c.add(rows.mul(rowC)))
        f.set(start, start.add(rows.mul(rowStart)))
        f.set(m, m.sub(rows))
      })
    },
  )
}

/** Adds the product of one block of A with all panels of as many rows of B. */
function blockKernel<V extends Lanes<V>>(
  m: ModuleBuilder,
  { bytes, lanes }: Element<V>,
  pack: Pack,
  panels: readonly Panel[],
): FunctionHandle<[...GemmParameters, last: I32], Effect> {
  return m.function<[...GemmParameters, last: I32]>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, rows, n, depth, a, rowA, stepA, b, stepB, columnB, c, rowC, start, rowStart, workspace, last) => {
      const near = depth.mul(stepB).le(nearSpan).and(rows.lt(rowsWorthPacking))
      const inPlace = f.let(columnB.eq(bytes).and(near.or(rows.le(2))))
      f.while(n, () => {
        const columns = f.let(smaller(n, I32.const(panelVectors * lanes)))
        const vectors = f.let(columns.add(lanes - 1).div(lanes))
        const tail = f.let(columns.sub(vectors.sub(1).mul(lanes)))
        const [panel, step] = [f.let(b), f.let(stepB)]
        // A vector that is not whole is packed in any case: reading it in place could leave the memory.
        f.if(inPlace.and(tail.eq(lanes)).eqz(), () => {
          f.set(panel, workspace)
          f.set(step, vectors.mul(16))
          f.do(pack.call(depth, columns, b, stepB, columnB, workspace, step))
        })
        panels.forEach((kernel, i) => {
          f.if(vectors.eq(i + 1), () => {
            f.do(kernel.call(rows, depth, a, rowA, stepA, panel, step, c, rowC, start, rowStart, tail, last))
          })
        })
        f.set(b, b.add(columns.mul(columnB)))
        f.set(c, c.add(columns.mul(bytes)))
        f.if(start.ne(nothing), () => f.set(start, start.add(columns.mul(bytes))))
        f.set(n, n.sub(columns))
      })
    },
  )
}

function smaller(x: I32, y: I32): I32 {
  return select(x.lt(y), x, y)
}

/** The size of blocks that are at most `most` and differ little: 260 becomes twice 130, not 256 and 4. */
function equalBlocks(f: FunctionBuilder, size: I32, most: number): I32 {
  const count = f.let(size.add(most - 1).div(most))
  f.if(count.eqz(), () => f.set(count, I32.const(1)))
  return f.let(size.add(count).sub(1).div(count))
}
