/** What came of many wrong calls, in lists to be read. */
import { DType, Tensor } from '../../packages/core/src/index.ts'
import type { Outcome } from '../../packages/core/test/misuse/judge.ts'
import type { Trial } from '../../packages/core/test/misuse/wrong.ts'

export interface Result {
  readonly trial: Trial
  readonly outcome: Outcome | 'hang' | 'memory' | 'abort'
  readonly detail: string
}

/** Outcomes in order, with what they mean. */
const meanings: Readonly<Record<Result['outcome'], string>> = {
  right: 'gave something',
  pytorch: "an error in PyTorch's words",
  named: 'an error that says which function and argument',
  vague: 'an error of ours that says neither',
  touched: "the value's own error",
  internal: 'an error of the engine',
  changed: 'changed what it should not',
  accepted: 'wrong, and accepted',
  refused: 'right, and refused',
  hang: 'no end within 10 s',
  memory: 'more than 1 GiB held',
  abort: 'the end of the process',
}
const faults: readonly Result['outcome'][] = [
  'abort',
  'hang',
  'memory',
  'internal',
  'changed',
  'accepted',
  'refused',
  'touched',
  'vague',
]

/** Items by their key, most first. */
function grouped<T>(items: readonly T[], key: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length)
}

/** A message without the values in it. */
const kindOf = (detail: string): string => detail.replaceAll(/\b\d[\d.e+]*\b/g, '#').slice(0, 100)

/** What stands in a valid call, by its kind. */
function given(value: unknown): string {
  if (value === null) return 'null'
  if (value instanceof Tensor) return `${value.dtype.name} tensor`
  if (value instanceof DType) return 'dtype'
  if (Array.isArray(value)) return `list of ${given(value[0])}`
  if (typeof value === 'number') return Number.isInteger(value) ? 'whole number' : 'fraction'
  return typeof value
}

export function report(results: readonly Result[]): { counts: string; faults: string; accepted: string } {
  const total = results.length
  const counts = Object.entries(meanings).map(([outcome, meaning]) => {
    const count = results.filter((result) => result.outcome === outcome).length
    return `${String(count).padStart(8)} ${outcome.padEnd(9)} ${meaning}`
  })
  const sections = faults.map((outcome) => {
    const all = results.filter((result) => result.outcome === outcome)
    const byFunction = grouped(all, ({ trial }) => trial.target.name).map(([name, found]) => {
      const causes = grouped(found, ({ detail }) => kindOf(detail)).map(
        ([cause, some]) => `    ${cause}\n      ${[...new Set(some.map(({ trial }) => trial.what))].join('; ')}`,
      )
      return `  ${name}: ${found.length}\n${causes.join('\n')}`
    })
    const causes = grouped(all, ({ detail }) => kindOf(detail)).slice(0, 40)
    const most = causes.map(([cause, some]) => {
      const names = new Set(some.map(({ trial }) => trial.target.name))
      return `  ${some.length} ${cause} (${names.size}: ${[...names].slice(0, 6).join(', ')})`
    })
    return `# ${outcome}: ${all.length}\n\nby cause:\n${most.join('\n')}\n\nby function:\n${byFunction.join('\n')}\n`
  })
  const right = results.filter(({ outcome, trial }) => outcome === 'right' && trial.place !== undefined)
  const pairs = grouped(right, ({ trial }) => `${given(trial.place?.given)} → ${trial.place?.value}`).map(
    ([pair, some]) => {
      const places = new Set(some.map(({ trial }) => `${trial.target.name}(${trial.place?.argument})`))
      return `${pair}: ${places.size}\n  ${[...places].sort().join(' ')}`
    },
  )
  return {
    counts: [`${total} calls`, ...counts].join('\n'),
    faults: sections.join('\n'),
    accepted: `${pairs.sort().join('\n')}\n`,
  }
}
