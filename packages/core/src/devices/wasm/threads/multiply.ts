import type { ModuleOptions } from '../assembler.ts'
import { multiplyBy, type Plan, partOfPlan, float32 as singles, workspaceBytes } from '../matmul.ts'
import { matmulModule } from '../matmul-module.ts'
import type { KernelMemory } from '../memory.ts'
import { Compiled } from './compiled.ts'
import { Notes } from './notes.ts'
import type { ThreadPool } from './pool.ts'

/** Multiply-adds below which a part of a product does not pay for being handed on (10 µs), and those of a large part. */
const [leastWork, largeWork] = [2 ** 18, 2 ** 25]

/** Products of float32 in the memory of the kernels, the work shared among threads. */
export function threadedMatmul(
  memory: KernelMemory,
  threads: ThreadPool,
  options: ModuleOptions,
): (plan: Plan) => void {
  const { bytes } = singles
  const module = new Compiled(matmulModule(singles, { ...options, shared: memory.shared }), memory)
  const notes = new Notes(module)
  const multiply = multiplyBy(module.get('multiply'), bytes)
  const noted = multiplyBy(notes.of('multiply'), bytes)
  const workspaces: number[] = []
  const workspaceOf = (chunk: number): number => {
    workspaces[chunk] ??= memory.alloc(workspaceBytes)
    return workspaces[chunk]
  }
  return (plan) => {
    const { batch, m, n, k } = plan
    const count = threads.chunksFor(batch * m * n * k, leastWork, largeWork)
    if (count === 1) return multiply(plan, workspaceOf(0))
    const parts = partsOf(plan, bytes, count)
    const repeatable = plan.start === undefined || plan.start.address !== plan.c.address
    threads.run(
      module,
      parts.map((part, i) => notes.take(() => noted(part, workspaceOf(i)))),
      repeatable,
    )
  }
}

/** Cuts a plan into `count` parts or, where it is a batch of fewer products than that, each product into some. */
function partsOf(plan: Plan, bytes: number, count: number): Plan[] {
  const cut = (whole: Plan, parts: number): Plan[] =>
    Array.from({ length: parts }, (_, i) => partOfPlan(whole, bytes, i, parts)).filter(
      ({ m, n, batch }) => m * n * batch,
    )
  if (plan.batch === 1 || plan.batch >= count) return cut(plan, count)
  return cut(plan, plan.batch).flatMap((product) => cut(product, Math.ceil(count / plan.batch)))
}
