/** The results page, docs/benchmarks.md, and the table in README.md. */
import { execSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cells, type Measured, markdownTable } from './table.ts'

const root = new URL('../../../', import.meta.url)
const page = new URL('docs/benchmarks.md', root)
const readme = new URL('README.md', root)

/** How to read a ratio, wherever ratios are. */
export const legend =
  'A ratio is the time that chainrule takes, as a part of the time of the column before it: below 1, chainrule is faster.'

const referenceBlas =
  'PyTorch multiplies matrices with the reference BLAS here: its times, and all ratios to them, say little. Install ' +
  'libopenblas0-pthread for those that PyTorch is known by.'

/** What must be said where PyTorch has a slow BLAS; empty elsewhere. */
export function warning({ contestants }: Measured): string {
  return contestants.some(({ about }) => about.details === 'the reference BLAS') ? `\n\n${referenceBlas}` : ''
}

const rows = `- The perceptron is one weight and one bias under a sigmoid and its binary cross-entropy, on scalars: forward and backward.
- MLP: 784-128-10, ReLU, a batch of 64; SGD with a rate of 0.1, Adam with 0.001.
- CNN: convolutions 1→16→32 of 3 × 3, each with ReLU and 2 × 2 max pooling, on 28 × 28, then a linear layer; a batch of 32, Adam.
- GPT: 4 layers of width 128, 4 heads, 64 tokens, a vocabulary of 65, a batch of 16; pre-norm, GELU, causal attention from
  matmul and softmax; AdamW.
- A step is: gradients cleared, forward, cross-entropy, backward, update, and the loss read.`

const notes = `- All contestants start from the same weights and the same data, passed to them as numbers. Before anything is timed, the losses
  of ten steps, or elements of the result, are compared with PyTorch's (within 0.1%); what differs is marked ≠.
- Each contestant is a process of its own that stays alive; rounds alternate between all of them, so that what else the machine
  does meets all alike. Times are medians; those whose middle half spreads by more than ±10% are marked ~.
- PyTorch's ratios depend on the BLAS that it finds. Debian's python3-torch takes the reference BLAS unless libopenblas0-pthread
  is installed, and is then several times slower in all that multiplies matrices.
- OpenBLAS and oneDNN choose the widest vectors that the processor has, up to 512 bits; WebAssembly has 128. "128-bit products" is
  PyTorch with both held to those (\`OPENBLAS_CORETYPE=Nehalem\`, \`ONEDNN_MAX_CPU_ISA=SSE41\`), and all else as it is.
- jax-js runs compiled functions (\`jit\`), whole training steps as one; TensorFlow.js frees memory by \`tidy\`. In chainrule and
  PyTorch nothing is compiled ahead and nothing is freed by hand. chainrule's GPT says of its blocks that they keep no tensor
  (\`keepsNothing\`), as its own layers do, so that what they make on the way is freed with the graph.
- "Revectorized" is Node with \`--experimental-wasm-revectorize\`, by which V8 joins vectors of 128 bits into such of 256.
- The rows of single ops drop each result, in a loop that never yields to the event loop. PyTorch frees it at once, TensorFlow.js
  and jax-js are told to; chainrule has what was dropped collected when its kernels' memory is full, and its times contain that.
- TensorFlow.js takes tokens one-hot, as a matrix product: its WebAssembly backend has no gradient of a gather.`

/** Writes both; `lines` say what was measured on, and by whom. */
export function writePage(measured: Measured, lines: readonly string[], date: string): void {
  const text = `# Benchmarks

Measured on ${date}, with one thread each unless a column says otherwise:

${lines.map((line) => `- ${line}`).join('\n')}

${markdownTable(cells(measured))}

${legend}${warning(measured)}

## The rows

${rows}

## Notes

${notes}

## Again, on your machine

\`\`\`sh
pnpm bench
\`\`\`

PyTorch takes part where \`/usr/bin/python3\` (or the Python that \`PYTHON\` names) has it; the JavaScript libraries are installed on first
use, beside the workspace. \`pnpm bench --help\` shows how to choose rows and contestants, \`pnpm bench --write\` writes this page.
`
  mkdirSync(new URL('.', page), { recursive: true })
  writeFileSync(page, text)
  const short = `${markdownTable(cells({ ...measured, contestants: measured.contestants.filter(isShown) }, true))}

The first column is chainrule's time; the others say what part of theirs it is: below 1, chainrule is faster. One thread each;
${lines.slice(0, 2).join('; ')}.${warning(measured)}

More, and how to repeat it: [docs/benchmarks.md](docs/benchmarks.md).`
  const place = /(<!-- benchmarks:start -->\n)[\s\S]*(<!-- benchmarks:end -->)/
  const before = readFileSync(readme, 'utf8')
  if (!place.test(before)) throw new Error('README.md has no place between benchmarks:start and benchmarks:end')
  writeFileSync(
    readme,
    before.replace(place, (_, start: string, end: string) => `${start}${short}\n${end}`),
  )
  execSync('pnpm exec biome format --write README.md docs/benchmarks.md', {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

const isShown = ({ key }: { readonly key: string }): boolean =>
  ['chainrule', 'pytorch', 'tfjs-wasm', 'jax-js'].includes(key)
