/** Inputs, targets and first weights of every row: made here, once, and given to all contestants as numbers. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { count, type Data, dataOf, type Entry, gpt } from './arrays.ts'

/** What one element is. */
type Draw = () => number

/** Numbers of [0, 1) from 32 bits of state (mulberry32). */
function random(seed: number): Draw {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

const next = random(1)
const within =
  (bound: number): Draw =>
  () =>
    (2 * next() - 1) * bound
const below =
  (end: number): Draw =>
  () =>
    Math.floor(next() * end)
const always =
  (value: number): Draw =>
  () =>
    value

type Described = readonly [name: string, shape: readonly number[], draw: Draw]

/** A layer's weight and bias, as PyTorch draws them: within one over the root of the number of inputs. */
function layer(name: string, outputs: number, inputs: number, kernel: readonly number[] = []): Described[] {
  const draw = within(1 / Math.sqrt(kernel.reduce((product, size) => product * size, inputs)))
  return [
    [`${name}.weight`, [outputs, inputs, ...kernel], draw],
    [`${name}.bias`, [outputs], draw],
  ]
}

function norm(name: string, width: number): Described[] {
  return [
    [`${name}.weight`, [width], always(1)],
    [`${name}.bias`, [width], always(0)],
  ]
}

function block(name: string): Described[] {
  const { width } = gpt
  return [
    ...norm(`${name}.ln_1`, width),
    ...layer(`${name}.qkv`, 3 * width, width),
    ...layer(`${name}.proj`, width, width),
    ...norm(`${name}.ln_2`, width),
    ...layer(`${name}.fc`, 4 * width, width),
    ...layer(`${name}.out`, width, 4 * width),
  ]
}

/** Names of weights are those of PyTorch's state dicts, after the name of the row's model. */
const described: Described[] = [
  ...[64, 256, 1024].flatMap((n): Described[] => [
    [`matmul-${n}/a`, [n, n], within(1)],
    [`matmul-${n}/b`, [n, n], within(1)],
  ]),
  ['vector/x', [1e6], within(2)],
  ['vector/y', [1e6], within(2)],
  ['rows/x', [1024, 1024], within(2)],
  ['rows/weight', [1024], within(1)],
  ['rows/bias', [1024], within(1)],

  ['mlp-data/x', [64, 784], within(1)],
  ['mlp-data/target', [64], below(10)],
  ...layer('mlp/0', 128, 784),
  ...layer('mlp/2', 10, 128),

  ['cnn-data/x', [32, 1, 28, 28], within(1)],
  ['cnn-data/target', [32], below(10)],
  ...layer('cnn/0', 16, 1, [3, 3]),
  ...layer('cnn/3', 32, 16, [3, 3]),
  ...layer('cnn/7', 10, 32 * 7 * 7),

  ['gpt-data/tokens', [gpt.batch, gpt.context], below(gpt.vocabulary)],
  ['gpt-data/target', [gpt.batch, gpt.context], below(gpt.vocabulary)],
  ['gpt/wte.weight', [gpt.vocabulary, gpt.width], within(0.1)],
  ['gpt/wpe.weight', [gpt.context, gpt.width], within(0.1)],
  ...Array.from({ length: gpt.layers }, (_, i) => block(`gpt/blocks.${i}`)).flat(),
  ...norm('gpt/ln_f', gpt.width),
  ['gpt/head.weight', [gpt.vocabulary, gpt.width], within(1 / Math.sqrt(gpt.width))],

  ['small-data/x', [4, 2], within(1)],
  ['small-data/target', [4], below(2)],
  ...layer('small/0', 8, 2),
  ...layer('small/2', 8, 8),
  ...layer('small/4', 2, 8),
]

/** Writes all arrays to a new folder, as float32 one after the other, with an index; returns the folder. */
export function writeData(): string {
  const index: Record<string, Entry> = {}
  let length = 0
  for (const [name, shape] of described) {
    index[name] = { shape, offset: length }
    length += count(shape)
  }
  const values = new Float32Array(length)
  let at = 0
  for (const [, shape, draw] of described) {
    const end = at + count(shape)
    while (at < end) values[at++] = draw()
  }
  const folder = mkdtempSync(join(tmpdir(), 'chainrule-bench-'))
  writeFileSync(join(folder, 'values'), values)
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index))
  return folder
}

export function removeData(folder: string): void {
  rmSync(folder, { recursive: true })
}

/** The arrays of a folder. */
export function readData(folder: string): Data {
  const { buffer, byteOffset } = readFileSync(join(folder, 'values'))
  return dataOf(
    JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Record<string, Entry>,
    buffer,
    byteOffset,
  )
}
