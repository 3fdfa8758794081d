/**
 * Gives `null`, which is Python's None, for each argument that PyTorch's schemas call optional: it is the same as leaving it out. The
 * names are in `golden/optional.json`, made by `tools/golden/optional.py`.
 */
import { describe, expect, test } from 'vitest'
import { functionNamed, readGolden } from './golden.ts'
import { type Case, invoke, ops, prepare, tensorsOf } from './golden-case.ts'

const golden = await readGolden<readonly string[]>('optional')
/** What is Python's own, or missing here, or has a source that fits one slice alone. */
const others = ['slice_scatter', 'split', 'einsum path', 'searchsorted sorter', 'cov aweights', 'cov fweights']

/** How many arguments stay, where a case gives more by position. */
const required: Readonly<Record<string, number>> = {
  take_along_dim: 2,
  'linalg.vector_norm': 1,
  'linalg.norm': 1,
  nansum: 1,
  clamp: 1,
  clip: 1,
  nanquantile: 2,
  repeat_interleave: 2,
}

/** These need one of the two. */
const bounds = ['clamp', 'clip']

const shown = (out: unknown): string => JSON.stringify(tensorsOf(out).map((x) => [x.dtype.name, x.shape, x.tolist()]))

/** What a call gives with more arguments by name. */
function call(name: string, example: Case, more: object): string {
  const { values } = prepare('cpu', { ...example, o: { ...example.o, ...more } }, 'f64', (x) => x)
  return shown(invoke(name, functionNamed(name) === null ? 'm' : 'f', values))
}

describe('null is the same as nothing', () => {
  const rows = Object.entries(golden).flatMap(([name, keys]) => keys.map((key) => [name, key] as const))
  test.each(rows.filter(([name, key]) => !others.includes(name) && !others.includes(`${name} ${key}`)))(
    '%s(%s)',
    (name, key) => {
      const [first] = Object.values(ops.get(name)?.groups ?? {}).flat()
      const { a, o } = first as Case
      const without = {
        a: a.slice(0, required[name] ?? a.length),
        o: { ...o, ...(bounds.includes(name) ? { min: 1, max: 2 } : {}), [key]: undefined },
      }
      expect(call(name, without, { [key]: null })).toBe(call(name, without, {}))
    },
  )
})
