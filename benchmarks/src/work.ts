/** What contestants do, in Node and in a browser alike: they answer questions on rows. */
import type { Data } from './arrays.ts'

/** The work of one row, ready to run. */
export interface Work {
  run(): unknown
  /** Waits until what runs so far is done, on devices that answer later. */
  finish?(): Promise<unknown>
  /** What it computes, for comparison: the losses of the first steps, or a few elements. */
  values(steps: number): readonly number[] | Promise<readonly number[]>
}

/** The rows that a contestant knows: how to begin their work, or why it cannot be done. */
export type Rows = Readonly<Record<string, (data: Data) => Work | string | Promise<Work>>>

/** Who answers. */
export interface About {
  readonly name: string
  /** What else matters for its speed. */
  readonly details: string
}

/** Root mean square, first, middle and last of an array: what it holds, in brief. */
export function brief(values: ArrayLike<number>): number[] {
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += (values[i] ?? 0) ** 2
  const at = (i: number): number => values[i] ?? Number.NaN
  return [Math.sqrt(squares / values.length), at(0), at(values.length >> 1), at(values.length - 1)]
}

/** Work that computes an array of the same values each time. */
export function op<T>(
  run: () => T,
  read: (result: T) => ArrayLike<number>,
  drop: (result: T) => void = () => {},
): Work {
  return { run: () => drop(run()), values: () => brief(read(run())) }
}

/** As `op`, on a device that answers later: the last result is kept, for `read` to wait for. */
export function laterOp<T>(
  run: () => T | Promise<T>,
  read: (result: T) => Promise<ArrayLike<number>>,
  drop: (result: T) => void = () => {},
): Work {
  let kept: readonly T[] = []
  const keep = (result: T): void => {
    kept.forEach(drop)
    kept = [result]
  }
  const last = async (): Promise<T> => {
    if (kept.length === 0) keep(await run())
    return kept[0] as T
  }
  return {
    run() {
      const result = run()
      return result instanceof Promise ? result.then(keep) : keep(result)
    },
    finish: async () => read(await last()),
    values: async () => brief(await read(await last())),
  }
}

/** How many losses are kept for comparison. */
export const comparedSteps = 10

/** Work that is a step of training, which gives the loss. */
export function training(step: () => number | Promise<number>): Work {
  const losses: number[] = []
  const keep = (loss: number): void => {
    if (losses.length < comparedSteps) losses.push(loss)
  }
  const run = (): unknown => {
    const loss = step()
    return loss instanceof Promise ? loss.then(keep) : keep(loss)
  }
  return {
    run,
    async values(steps) {
      while (losses.length < steps) await run()
      return losses.slice(0, steps)
    },
  }
}

/** Collects garbage where the program may ask for it: what is dropped on a GPU is given back only then. */
async function collect(): Promise<void> {
  const { gc } = globalThis as { readonly gc?: () => void }
  if (gc === undefined) return
  gc()
  await new Promise((resolve) => void setTimeout(resolve, 0))
}

/** Seconds of one run. */
async function time(work: Work, times: number): Promise<number> {
  await collect()
  const start = performance.now()
  for (let i = 0; i < times; i++) {
    const pending = work.run()
    if (pending instanceof Promise) await pending
  }
  await work.finish?.()
  return (performance.now() - start) / 1000 / times
}

/** Answers questions: `begin ROW`, then `values STEPS`, what it computes, and `run TIMES`, how long one of so many runs takes. */
export function answering(rows: Rows, data: Data): (question: string) => Promise<unknown> {
  let current: Work | null = null
  const begin = async (row: string): Promise<unknown> => {
    current = null
    const begun = (await rows[row]?.(data)) ?? 'not written'
    if (typeof begun === 'string') return { cannot: begun }
    current = begun
    return {}
  }
  const reply = async (question = '', word = ''): Promise<unknown> => {
    if (question === 'begin') return begin(word)
    if (current === null) throw new Error(`${question}: no row has begun`)
    if (question === 'run') return { seconds: await time(current, Number(word)) }
    return { values: await current.values(Number(word)) }
  }
  return async (question) => {
    try {
      return await reply(...question.split(' '))
    } catch (error) {
      return { cannot: `fails: ${String(error).split('\n', 1)[0]}` }
    }
  }
}
