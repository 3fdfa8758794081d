import { dataOf, type Entry } from '../arrays.ts'
import { answering, type Rows } from '../work.ts'

/** What a page takes part with. */
export interface Joined {
  /** What matters for its speed. */
  readonly details: string
  readonly rows: Rows
}

/** How a page answers. */
export interface Answering {
  readonly details: string
  ask(question: string): Promise<unknown>
}

async function answers(start: () => Promise<Joined>): Promise<Answering> {
  const { details, rows } = await start()
  const [index, values] = await Promise.all([fetch('/data/index.json'), fetch('/data/values')])
  const data = dataOf((await index.json()) as Record<string, Entry>, await values.arrayBuffer())
  return { details, ask: answering(rows, data) }
}

/** Makes the page answer questions, as `contestant` of its global object, once it has started. */
export function join(start: () => Promise<Joined>): void {
  Object.assign(globalThis, { contestant: answers(start) })
}
