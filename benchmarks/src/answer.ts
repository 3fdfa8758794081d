/** What contestants that run in Node do: they answer questions, a line each, over stdin and stdout. */
import { createInterface } from 'node:readline'
import { type Data, readData } from './data.ts'

/** The work of one row, ready to run. */
export interface Work {
  run(): unknown
  /** What it computes, for comparison: losses of ten steps, or a few elements. Asked once, before the first run. */
  values(): readonly number[] | Promise<readonly number[]>
}

/** The rows that a contestant knows: how to begin their work, or why it cannot be done. */
export type Rows = Readonly<Record<string, ((data: Data) => Work | Promise<Work>) | string>>

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

/** Work that is a step of training, which gives the loss. */
export function training(step: () => number): Work {
  return { run: step, values: () => Array.from({ length: 10 }, step) }
}

/** Seconds of one run. */
async function time(work: Work, times: number): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < times; i++) {
    const pending = work.run()
    if (pending instanceof Promise) await pending
  }
  return (performance.now() - start) / 1000 / times
}

/** Answers `values ROW` and `run ROW TIMES` until the questions end. */
export async function answer(about: About, rows: Rows): Promise<void> {
  const data = readData(process.argv[2] ?? '')
  const say = (reply: unknown): void => void process.stdout.write(`${JSON.stringify(reply)}\n`)
  let current: Work | null = null
  const reply = async (question = '', row = '', times = '1'): Promise<unknown> => {
    if (question === 'run') {
      if (current === null) throw new Error(`run ${row}: ask for its values first`)
      return { seconds: await time(current, Number(times)) }
    }
    current = null
    const begin = rows[row] ?? 'not written'
    if (typeof begin === 'string') return { cannot: begin }
    current = await begin(data)
    return { values: await current.values() }
  }
  say({ about })
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say(await reply(...line.split(' ')))
    } catch (error) {
      say({ cannot: `fails: ${String(error).split('\n', 1)[0]}` })
    }
  }
}
