import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describe as describeCell, matches } from '../src/check.ts'
import { recorded } from '../src/recorded/index.ts'
import { converged, type Outcome, run } from '../src/run.ts'
import { scenarios } from '../src/scenarios/index.ts'

const folder = new URL('../src/scenarios/', import.meta.url)
const recordedCells = Object.entries(recorded).flatMap(([notebook, { outputs }]) =>
  Object.keys(outputs).map((cell) => `notebook ${notebook}, cell ${cell}`),
)

const outcomes = new Map<string, Outcome>()
for (const [name, scenario] of Object.entries(scenarios)) outcomes.set(name, await run(name, scenario, recorded))

describe.each(Object.entries(scenarios))('%s', (name, scenario) => {
  const outcome = outcomes.get(name) as Outcome

  it('shows what the notebooks recorded', () => {
    expect(outcome.comparisons.length).toBeGreaterThan(0)
    expect(outcome.comparisons.filter((comparison) => !matches(comparison)).map(describeCell)).toEqual([])
  })

  it('trains until its loss is the least possible', () => {
    expect(outcome.losses[0]).toBeGreaterThan(scenario.goal + 0.1)
    expect(converged(outcome), `loss ${outcome.losses.at(-1)}, goal ${scenario.goal}`).toBe(true)
    // And stays there: the last tenth of the steps moves it no more than a hair.
    const late = outcome.losses.slice(-Math.ceil(outcome.losses.length / 10))
    expect(Math.max(...late) - Math.min(...late)).toBeLessThan(1e-3)
  })

  it('says in its comments what was recorded', () => {
    const source = readFileSync(new URL(`${name}.ts`, folder), 'utf8')
    const said = [
      ...source.matchAll(/(?:cell|print|return x).* \/\/ (.*(?:tensor\(|Error: |: \d|False).*|-?\d[^ ]*)$/gm),
    ]
    // All but one cell at the most: some show nothing.
    expect(said.length).toBeGreaterThanOrEqual(outcome.comparisons.length - 1)
    const lines = outcome.comparisons.flatMap(({ expected = '' }) => expected.split('\n'))
    for (const [, text = ''] of said) expect(lines.filter((line) => line.endsWith(text))).not.toEqual([])
  })

  it('has a title that fits a line of the list', () => {
    expect(scenario.title.length).toBeLessThanOrEqual(80 - 31)
  })
})

describe('the scenarios together', () => {
  it('relive each recorded output once', () => {
    const relived = [...outcomes.values()]
      .flatMap(({ comparisons }) => comparisons)
      .map(({ notebook, cell }) => `notebook ${notebook}, cell ${cell}`)
    expect(relived.sort()).toEqual(recordedCells.sort())
  })

  it('are the files of their folder', () => {
    const files = readdirSync(folder).filter((file) => file !== 'index.ts')
    expect(files).toEqual(
      Object.keys(scenarios)
        .map((name) => `${name}.ts`)
        .sort(),
    )
  })

  it.each([
    ['by-hand', 'sine'],
    ['perceptron-by-hand', 'perceptron'],
  ])('train alike by hand and by autograd: %s, %s', (byHand, byAutograd) => {
    const losses = [byHand, byAutograd].map((name) => outcomes.get(name)?.losses)
    expect(losses[0]?.length).toBe(losses[1]?.length)
    losses[0]?.forEach((loss, step) => expect(losses[1]?.[step]).toBeCloseTo(loss, 5))
  })
})
