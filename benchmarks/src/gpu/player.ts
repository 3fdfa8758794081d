import type { Reply } from '../contestant.ts'

/** An open line to somebody who answers. */
export interface Line {
  readonly details: string
  ask(question: string): Promise<Reply>
  stop(): unknown
}

/** What somebody who answers too late has said. */
export const late = 'late'

/** A contestant with a limit: who passes it is stopped, and started again at the next question. */
export class Player {
  readonly key: string
  readonly title: string
  /** What matters for its speed, as it says itself. */
  details = ''
  readonly #open: () => Promise<Line | string>
  #line: Line | null = null

  constructor(key: string, title: string, open: () => Promise<Line | string>) {
    this.key = key
    this.title = title
    this.#open = open
  }

  /** Starts it; a text says why it cannot take part. */
  async start(): Promise<string | null> {
    const line = await this.#open()
    if (typeof line === 'string') return line
    this.#line = line
    this.details = line.details
    return null
  }

  /** The answer, if it comes within some seconds. */
  async ask(question: string, seconds: number): Promise<Reply | typeof late> {
    const reason = this.#line === null ? await this.start() : null
    if (this.#line === null) return { cannot: reason ?? 'it does not start' }
    const answer = this.#line.ask(question).catch((error: unknown): Reply => ({ cannot: `fails: ${firstLine(error)}` }))
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<typeof late>((resolve) => {
      timer = setTimeout(() => resolve(late), seconds * 1000)
    })
    const reply = await Promise.race([answer, limit])
    clearTimeout(timer)
    // Who is late still computes, and who failed may have broken its device: both begin anew.
    if (reply === late || reply.cannot?.startsWith('fails') === true) await this.stop()
    return reply
  }

  async stop(): Promise<void> {
    const line = this.#line
    this.#line = null
    await line?.stop()
  }
}

const firstLine = (error: unknown): string => String(error).split('\n', 1)[0] as string
