// Runs programs in PyTorch: the other end of there.py.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Outcome, Program } from './program.ts'

/** A process of Python that takes programs, one at a time or many, and answers in their order. */
export class PyTorch {
  #child: ChildProcessWithoutNullStreams | null = null
  readonly #python: string
  #waiting: ((outcome: Outcome | null) => void)[] = []

  constructor(python: string) {
    this.#python = python
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn(this.#python, [fileURLToPath(new URL('there.py', import.meta.url))])
    createInterface({ input: child.stdout }).on('line', (line) => this.#waiting.shift()?.(JSON.parse(line) as Outcome))
    child.stderr.pipe(process.stderr)
    child.on('exit', () => {
      if (this.#child === child) this.#child = null
      for (const answer of this.#waiting.splice(0)) answer(null)
    })
    return child
  }

  /** What a program comes to; `null` where the process of PyTorch died of it, or of one sent with it. */
  run(program: Program): Promise<Outcome | null> {
    this.#child ??= this.#start()
    const { stdin } = this.#child
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      stdin.write(`${JSON.stringify(program)}\n`)
    })
  }

  /** Ends the process. */
  stop(): void {
    this.#child?.stdin.end()
  }
}
