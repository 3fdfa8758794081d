/** A contestant: a process that answers one question at a time. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type About, comparedSteps } from './work.ts'

/** How to start one. */
export interface Entry {
  /** Its name on the command line. */
  readonly key: string
  readonly command: string
  readonly args: readonly string[]
  /** What it finds in its environment besides. */
  readonly env?: Readonly<Record<string, string>>
  /** What follows the name that it gives itself. */
  readonly suffix?: string
}

/** What a contestant says. */
export interface Reply {
  readonly about?: About
  readonly absent?: string
  readonly cannot?: string
  readonly values?: readonly (number | null)[]
  readonly seconds?: number
}

/** What answers questions, one at a time. */
export interface Channel {
  readonly about: About
  ask(question: string): Promise<Reply>
  stop(): void
}

/** Starts a process that answers; a text says why it cannot take part. */
export async function openProcess({ command, args, env }: Entry, folder: string): Promise<Channel | string> {
  const child = spawn(command, [...args, folder], { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString()
  })
  child.stdin.on('error', () => {})
  const failed = new Promise<Reply>((resolve) => {
    child.on('error', (error) => resolve({ absent: error.message }))
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const { about, absent } = await Promise.race([next(lines), failed])
  if (about === undefined) return absent ?? (errors.trim().split('\n').at(-1) || 'it does not start')
  return {
    about,
    ask(question) {
      child.stdin.write(`${question}\n`)
      return next(lines)
    },
    stop: () => void child.kill(),
  }
}

export class Contestant {
  readonly key: string
  readonly about: About
  readonly #channel: Channel
  /** Why each row cannot be done, where it cannot. */
  readonly #refusals = new Map<string, string>()

  private constructor(key: string, about: About, channel: Channel) {
    this.key = key
    this.about = about
    this.#channel = channel
  }

  /** Starts it; a text says why it cannot take part. */
  static async start(entry: Entry, folder: string): Promise<Contestant | string> {
    const channel = await openProcess(entry, folder)
    if (typeof channel === 'string') return channel
    const about = { ...channel.about, name: channel.about.name + (entry.suffix ?? '') }
    return new Contestant(entry.key, about, channel)
  }

  /** What a row computes; null where it cannot be done. */
  async values(row: string): Promise<readonly number[] | null> {
    const { cannot } = await this.#channel.ask(`begin ${row}`)
    const reply = cannot === undefined ? await this.#channel.ask(`values ${comparedSteps}`) : { cannot }
    if (reply.values !== undefined) return numbersOf(reply.values)
    this.#refusals.set(row, reply.cannot ?? 'it died')
    return null
  }

  /** Seconds of one run of a row, whose values were asked for; null where it fails. */
  async run(row: string, times: number): Promise<number | null> {
    const reply = await this.#channel.ask(`run ${times}`)
    if (reply.seconds === undefined) this.#refusals.set(row, reply.cannot ?? 'it died')
    return reply.seconds ?? null
  }

  refusal(row: string): string | null {
    return this.#refusals.get(row) ?? null
  }

  stop(): void {
    this.#channel.stop()
  }
}

/** Values as they were before they were text, which has no NaN. */
export const numbersOf = (values: readonly (number | null)[]): number[] => values.map((value) => value ?? Number.NaN)

/** The next line that is a reply: libraries print others. */
async function next(lines: AsyncIterator<string>): Promise<Reply> {
  for (;;) {
    const { value, done } = await lines.next()
    if (done === true) return {}
    if (value.startsWith('{')) return JSON.parse(value.replaceAll(/\b-?(NaN|Infinity)\b/g, 'null')) as Reply
  }
}
