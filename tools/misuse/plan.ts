/** Which calls a seed makes: the same in the process that makes them and in the one that watches. */
import { core } from '../../packages/core/test/misuse/core.ts'
import { type Trial, trialsOf } from '../../packages/core/test/misuse/wrong.ts'
import { modules } from '../../packages/nn/test/misuse/modules.ts'
import { optimization } from '../../packages/optim/test/misuse/optimizers.ts'

export interface PlanOptions {
  readonly calls: number
  readonly seed: number
  /** Only targets whose name contains this. */
  readonly only: string
  /** `light` leaves out what asks for much memory or time, `heavy` the others. */
  readonly kind: string
}

/** Random numbers below 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let z = Math.imul(state ^ (state >>> 15), 1 | state)
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The first calls of all, shuffled. */
export function planOf({ calls, seed, only, kind }: PlanOptions): Trial[] {
  const targets = [core, modules, optimization].flatMap((covered) => covered.targets)
  const trials = targets
    .filter(({ name }) => name.includes(only))
    .flatMap(trialsOf)
    .filter(({ heavy }) => kind === 'all' || heavy === (kind === 'heavy'))
  const random = randomFrom(seed)
  for (let i = trials.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const [a, b] = [trials[i] as Trial, trials[j] as Trial]
    trials[i] = b
    trials[j] = a
  }
  return trials.slice(0, calls)
}

/** The options of the command line. */
export function optionsOf(args: readonly string[]): PlanOptions & { readonly from: number; readonly out: string } {
  const given = (name: string): string | undefined => {
    const at = args.indexOf(`--${name}`)
    return at < 0 ? undefined : args[at + 1]
  }
  return {
    calls: Number(given('calls') ?? 100_000),
    seed: Number(given('seed') ?? 1),
    only: given('only') ?? '',
    kind: given('kind') ?? 'all',
    from: Number(given('from') ?? 0),
    out: given('out') ?? 'node_modules/.cache/misuse',
  }
}
