/** The results page, docs/benchmarks-gpu.md. */
import { execSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { withCard } from '../card/page.ts'
import { type Column, type Measured, table, whereItPays } from './table.ts'

const root = new URL('../../../../', import.meta.url)
const page = new URL('docs/benchmarks-gpu.md', root)

/** What a run was. */
export interface Run {
  readonly places: readonly Measured[]
  /** What it was measured on: a line each. */
  readonly machine: readonly string[]
  /** Whether a processor played the GPU. */
  readonly isSoftware: boolean
  /** Who could not take part, and why. */
  readonly absent: readonly string[]
  /** The most rounds that a time is the median of. */
  readonly rounds: number
}

const captions: Readonly<Record<Column, string>> = {
  steady: 'Steady state: one of many runs, once everything is compiled',
  first: 'First call: kernels are compiled on the way, and the result is read',
}

const software =
  'No GPU took part: a processor rendered in software, on all of its cores, while the CPU device has one. These times compare the ' +
  'ways in which libraries use a GPU, and say nothing about how fast a GPU is.'

/** How to read the tables, wherever they are. */
export function legend({ rounds, isSoftware, places }: Run): string {
  const [{ limit } = { limit: 0 }] = places
  return (
    `Medians of up to ${rounds} alternating rounds; ¹: one run; > ${limit} s: stopped after that; –: cannot; ≠: computes something else.` +
    (isSoftware ? `\n\n${software}` : '')
  )
}

function markdown([head = [], ...body]: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...body.map(line)].join('\n')
}

const notes = `- Columns without a version are chainrule: its CPU device, with one thread, then modes of gpu.js. Each is a process or a browser of its
  own that stays alive; rounds alternate between all of a table.
- A measurement is as many runs as fit in 0.3 s, 50 at most, and then the last result is read: that waits for all of them.
  Steps of training read the loss each time. What a GPU holds of ours is given back when garbage is collected, so that
  happens before each measurement, outside of the time; the peers free by hand.
- All start from the same weights and data. The losses of the first two steps, or elements of the result, are compared with those of
  our CPU device (within 0.1%).
- The first call of a row finds what earlier rows have compiled: exp of 10⁵ elements uses the kernel of 10⁴, where a library's kernels
  do not depend on sizes.
- jax-js waits for each result, since it computes what is waited for; its steps of training are one compiled function, and the
  first call contains that compilation. TensorFlow.js takes images with channels last, as its gradients want them.
- The rows are those of [benchmarks.md](benchmarks.md), where PyTorch takes part.`

/** Writes the page. */
export function writePage(run: Run, date: string): void {
  const footnotes: string[] = []
  const tables = run.places.flatMap((place) => [
    `## ${place.name}`,
    ...(['steady', 'first'] as const).flatMap((column) => [
      `${captions[column]}:`,
      markdown(table(place, column, footnotes)),
    ]),
  ])
  const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n')
  const text = [
    '# Benchmarks on the GPU',
    `Measured on ${date}:`,
    list([...run.machine, ...run.absent.map((reason) => `without ${reason}`)]),
    ...(run.isSoftware ? [software] : []),
    '## From which size on it pays',
    'Against our own CPU device in the same place:',
    list(run.places.flatMap(whereItPays)),
    ...tables,
    ...(footnotes.length === 0 ? [] : [footnotes.map((note, i) => `- [${i + 1}] ${note}`).join('\n')]),
    legend({ ...run, isSoftware: false }),
    '## Notes',
    notes,
    '## Again, on your machine',
    '```sh\npnpm bench:gpu\n```',
    'It takes the GPU that WebGPU finds, and says so where there is none but software. Chromium is looked for at `/usr/bin/chromium`, or where ' +
      '`CHAINRULE_CHROMIUM` says. `pnpm bench:gpu --help` shows how to choose rows and modes, `pnpm bench:gpu --write` writes this page.',
    'On a bare Linux machine with an NVIDIA card, beside PyTorch on CUDA, eager and by `torch.compile`: `pnpm bench:card` packs Node, Dawn, the loader of ' +
      'Vulkan and the built packages into one archive, `card.tar.xz`. There, with a Python that has PyTorch:',
    '```sh\ntar -xJf card.tar.xz && sh card/run.sh --seconds 420 --out card.json\n```',
    'It looks for an adapter first, with what the machine has and with what it carries, and says what is missing; what can be measured without one is. ' +
      '`pnpm bench:card --write card.json` puts the results on this page.',
  ].join('\n\n')
  writeFileSync(page, withCard(`${text}\n`))
  execSync('pnpm exec biome format --write docs/benchmarks-gpu.md', {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
