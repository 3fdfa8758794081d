/** The command line. */
import { parseArgs } from 'node:util'
import { type Row, rows } from './rows.ts'

export interface Options {
  readonly rows: readonly Row[]
  /** The contestants to measure; null means all. */
  readonly only: readonly string[] | null
  readonly node: string
  /** Another Node, for chainrule alone. */
  readonly also: string | null
  readonly threads: number
  readonly quick: boolean
  readonly markdown: boolean
  readonly write: boolean
}

export const help = `pnpm bench [ROW…] [--against NAME,…] [--quick] [--threads N] [--node PATH] [--also PATH]
           [--markdown] [--write]

Measures chainrule side by side with PyTorch, TensorFlow.js and jax-js, in alternating rounds.

  ROW…             of ${rows.map(({ name }) => name).join(', ')}; all without one
  --against NAMES  only these beside chainrule: pytorch (pytorch-128: its products in vectors of 128 bits, as
                   WebAssembly's), tfjs-wasm, jax-js, plain (chainrule without relaxed SIMD),
                   wide (chainrule with V8's flag for vectors of 256 bits, where there is one)
  --quick          few and short rounds: to see that it works
  --threads N      chainrule and PyTorch with N threads too
  --node PATH      runs the JavaScript contestants with another Node
  --also PATH      runs chainrule with that Node too
  --markdown       prints the table as Markdown
  --write          writes docs/benchmarks.md and the table of README.md`

/** A wrong command line is an error with a text for people. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      against: { type: 'string' },
      quick: { type: 'boolean', default: false },
      threads: { type: 'string', default: '1' },
      node: { type: 'string', default: process.execPath },
      also: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  })
  const chosen = positionals.map((name) => {
    const found = rows.filter((row) => row.name === name || row.name.startsWith(`${name}-`))
    if (found.length === 0) throw new Error(`there is no row '${name}'; see pnpm bench --help`)
    return found
  })
  const threads = Number(values.threads)
  if (!Number.isInteger(threads) || threads < 1) throw new Error(`--threads takes a number, got '${values.threads}'`)
  if (values.write && (values.quick || chosen.length > 0)) {
    throw new Error('--write takes a whole run: without --quick, and without rows')
  }
  return {
    ...values,
    rows: chosen.length === 0 ? rows : chosen.flat(),
    also: values.also ?? null,
    only: values.against?.split(',') ?? null,
    threads,
  }
}
