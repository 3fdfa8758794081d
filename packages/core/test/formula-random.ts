import {
  constant,
  type Expression,
  fold,
  functionOf,
  functions,
  isFunctionName,
  variable,
} from '../src/formula/index.ts'

/** Uniform numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** One of `items`. */
export function pick<T>(random: () => number, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

/** The functions of real numbers. */
export const realFunctions = Object.keys(functions).filter(
  (name) => isFunctionName(name) && functionOf(name).integers === undefined,
)

/** A random formula of `variables`, at most `depth` calls deep. */
export function randomExpression(random: () => number, variables: readonly string[], depth: number): Expression {
  const roll = random()
  if (depth === 0 || roll < 0.1) {
    return roll < 0.07
      ? constant(pick(random, [0, -0, 1, -1, 2, 0.5, -2.5, 3, Infinity]))
      : variable(pick(random, variables))
  }
  const name = pick(random, realFunctions)
  if (!isFunctionName(name)) throw new Error(name)
  const args = functionOf(name).domain.map(() => randomExpression(random, variables, depth - 1))
  return fold(name, ...args)
}
