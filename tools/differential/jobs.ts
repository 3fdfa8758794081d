// Searches in several processes at once: each has its share of the seeds, and asks the first one which kinds are new.

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Class, Range, Report } from './search.ts'

/** What a process is asked to do. */
export interface Task {
  readonly range: Range
  readonly python: string
}

/** What it says. */
export type Message =
  | { readonly ran: number }
  | { readonly disagrees: string; readonly id: number }
  | { readonly explained: string }
  | { readonly finds: Class }
  | { readonly ended: true }
/** What it is told of a kind that it asked about. */
export interface Answer {
  readonly id: number
  readonly isNew: boolean
}

/** Searches by so many processes. */
export async function searchBy(
  jobs: number,
  { first, count, ops }: Range,
  python: string,
  report: Report,
): Promise<void> {
  const share = Math.ceil(count / jobs)
  const parts = Array.from(
    { length: jobs },
    (_, i): Range => ({
      first: first + i * share,
      count: Math.min(share, count - i * share),
      ops,
    }),
  )
  await Promise.all(parts.filter((range) => range.count > 0).map((range) => delegate({ range, python }, report)))
}

function delegate(task: Task, report: Report): Promise<void> {
  const child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)))
  let hasEnded = false
  child.on('message', (message: Message) => {
    if ('ran' in message) report.ran(message.ran)
    else if ('explained' in message) report.explained(message.explained)
    else if ('finds' in message) report.finds(message.finds)
    else if ('ended' in message) hasEnded = true
    else
      void report.disagrees(message.disagrees).then((isNew) => child.send({ id: message.id, isNew } satisfies Answer))
  })
  child.send(task)
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => {
      if (hasEnded) resolve()
      else reject(new Error(`differential: a process ended with code ${code}, programs ${JSON.stringify(task.range)}`))
    })
  })
}
