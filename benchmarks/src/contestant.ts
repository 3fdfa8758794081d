/** A contestant: a process that answers one question at a time. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { About } from './answer.ts'

/** How to start one. */
export interface Entry {
  /** Its name on the command line. */
  readonly key: string
  readonly command: string
  readonly args: readonly string[]
  /** How many it is asked to use; left to it without. */
  readonly threads?: number
  /** What follows the name that it gives itself. */
  readonly suffix?: string
}

interface Reply {
  readonly about?: About
  readonly absent?: string
  readonly cannot?: string
  readonly values?: readonly (number | null)[]
  readonly seconds?: number
}

export class Contestant {
  readonly key: string
  readonly about: About
  readonly #process: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  /** Why each row cannot be done, where it cannot. */
  readonly #refusals = new Map<string, string>()

  private constructor(
    key: string,
    about: About,
    process: ChildProcessWithoutNullStreams,
    lines: AsyncIterator<string>,
  ) {
    this.key = key
    this.about = about
    this.#process = process
    this.#lines = lines
  }

  /** Starts it; a text says why it cannot take part. */
  static async start(entry: Entry, folder: string): Promise<Contestant | string> {
    const child = spawn(entry.command, [...entry.args, folder], {
      env: { ...process.env, ...(entry.threads === undefined ? {} : { THREADS: String(entry.threads) }) },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let errors = ''
    child.stderr.on('data', (text: Buffer) => {
      errors += text.toString()
    })
    child.stdin.on('error', () => {})
    const failed = new Promise<Reply>((resolve) => {
      child.on('error', (error) => resolve({ absent: error.message }))
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const reply = await Promise.race([next(lines), failed])
    if (reply.about === undefined) return reply.absent ?? (errors.trim().split('\n').at(-1) || 'it does not start')
    const about = { ...reply.about, name: reply.about.name + (entry.suffix ?? '') }
    return new Contestant(entry.key, about, child, lines)
  }

  /** What a row computes; null where it cannot be done. */
  async values(row: string): Promise<readonly number[] | null> {
    const reply = await this.#ask(`values ${row}`)
    if (reply.values !== undefined) return reply.values.map((value) => value ?? Number.NaN)
    this.#refusals.set(row, reply.cannot ?? 'it died')
    return null
  }

  /** Seconds of one run of a row, whose values were asked for; null where it fails. */
  async run(row: string, times: number): Promise<number | null> {
    const reply = await this.#ask(`run ${row} ${times}`)
    if (reply.seconds === undefined) this.#refusals.set(row, reply.cannot ?? 'it died')
    return reply.seconds ?? null
  }

  refusal(row: string): string | null {
    return this.#refusals.get(row) ?? null
  }

  stop(): void {
    this.#process.stdin.end()
  }

  async #ask(question: string): Promise<Reply> {
    this.#process.stdin.write(`${question}\n`)
    return next(this.#lines)
  }
}

/** The next line that is a reply: libraries print others. */
async function next(lines: AsyncIterator<string>): Promise<Reply> {
  for (;;) {
    const { value, done } = await lines.next()
    if (done === true) return {}
    if (value.startsWith('{')) return JSON.parse(value.replaceAll(/\b-?(NaN|Infinity)\b/g, 'null')) as Reply
  }
}
