import type { Operand } from '../../device.ts'
import type { WgslProgram } from '../engine.ts'
import { compute } from '../program.ts'
import type { Queue } from '../queue.ts'

/** How many cells a thread computes in either direction, and how deep a tile of a factor is. */
const [own, deep] = [8, 8]

/** The cells of a tile: 64 threads in a shape that suits the matrix, squares first, as they read least. */
interface Tile {
  readonly rows: number
  readonly columns: number
}
const tiles: readonly Tile[] = [
  { rows: 64, columns: 64 },
  { rows: 32, columns: 128 },
  { rows: 128, columns: 32 },
  { rows: 16, columns: 256 },
  { rows: 256, columns: 16 },
]

/**
 * Sums of products for the cells of `[batches, m, n]`, in WGSL. Numbers and arrays go by their names, numbers as fields of
 * `at`: these, and `batches`, `m`, `n` and `k`, over which the sums go.
 */
export interface TiledText {
  /** The element of the left factor at `batch`, `row` and `q`, as the body of a function. */
  readonly left: string
  /** The element of the right factor at `batch`, `q` and `column`. */
  readonly right: string
  /** What the sum for `batch`, `row` and `column` is added to: `… + `. */
  readonly start: string
  /** The place of the result for `batch`, `row` and `column`. */
  readonly place: string
}

/** What a tiled program runs on. */
export interface TiledCall {
  readonly sizes: { readonly batches: number; readonly m: number; readonly n: number; readonly k: number }
  readonly arrays: Readonly<Record<string, Operand>>
  readonly numbers: Readonly<Record<string, number>>
}

const programs = new Map<string, WgslProgram>()

/** Runs sums of products by tiles, where the device runs WGSL and tiles would be full enough; says whether it did. */
export function runTiled(
  queue: Queue,
  op: string,
  out: Operand,
  { sizes, arrays, numbers }: TiledCall,
  text: TiledText,
): boolean {
  if (!queue.engine.wgsl) return false
  const tile = tileFor(sizes)
  if (tile === null) return false
  const all = { ...sizes, ...numbers }
  const names = Object.keys(arrays)
  const key = `${op} ${names.join(' ')} ${tile.rows}`
  let program = programs.get(key)
  if (program === undefined) programs.set(key, (program = tiledProgram(Object.keys(all), names, text, tile)))
  compute(queue, op, out, program, Object.values(arrays), Object.values(all))
  return true
}

/** Where the elements of an operand lie, as numbers named after it. */
export function placesOf(name: string, { offset, strides }: Operand): Record<string, number> {
  return { [`${name}First`]: offset, ...Object.fromEntries(strides.map((stride, d) => [name + d, stride])) }
}

/** The place of the element at indices, by numbers of `placesOf`. */
export function place(name: string, ...indices: readonly string[]): string {
  return [`at.${name}First`, ...indices.map((index, d) => `${index} * at.${name}${d}`)].join(' + ')
}

/**
 * Matrix products by tiles: threads copy a tile of each factor to memory that they share, and each adds up 8 × 8 cells in
 * registers, so that it reads a number for 8 products, where a kernel of gpu.js reads two for one.
 */
function tiledProgram(
  numbers: readonly string[],
  arrays: readonly string[],
  text: TiledText,
  { rows, columns }: Tile,
): WgslProgram {
  const [down, across] = [rows / own, columns / own]
  const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
  const each = (line: (i: number, j: number) => string): string =>
    range(own)
      .map((i) =>
        range(own / 4)
          .map((j) => line(i, j))
          .join(' '),
      )
      .join('\n    ')
  const source = `
struct Numbers { ${numbers.map((name) => `${name}: i32`).join(', ')} }
@group(0) @binding(0) var<uniform> given: Numbers;
// A copy: to read a uniform takes a check each time.
var<private> at: Numbers;
${arrays.map((name, i) => `@group(0) @binding(${i + 1}) var<storage, read> ${name}: array<f32>;`).join('\n')}
@group(0) @binding(${arrays.length + 1}) var<storage, read_write> result: array<f32>;
var<workgroup> lefts: array<vec4<f32>, ${(rows * deep) / 4}>;
var<workgroup> rights: array<vec4<f32>, ${(columns * deep) / 4}>;

fn left(batch: i32, row: i32, q: i32) -> f32 {
  ${text.left}
}
fn right(batch: i32, q: i32, column: i32) -> f32 {
  ${text.right}
}
// Loops whose ends are numbers of the program are not unrolled: some compilers take seconds over it.
fn four_left(batch: i32, row: i32, q: i32) -> vec4<f32> {
  var four: vec4<f32>;
  if (q < at.k) {
    for (var d = 0; d < min(4, at.m - row); d++) { four[d] = left(batch, row + d, q); }
  }
  return four;
}
fn four_right(batch: i32, q: i32, column: i32) -> vec4<f32> {
  var four: vec4<f32>;
  if (q < at.k) {
    for (var d = 0; d < min(4, at.n - column); d++) { four[d] = right(batch, q, column + d); }
  }
  return four;
}
fn store(batch: i32, row: i32, first_column: i32, sums: vec4<f32>) {
  for (var d = 0; d < min(4, at.n - first_column); d++) {
    let column = first_column + d;
    let sum = sums[d];
    result[${text.place}] = ${text.start}sum;
  }
}

@compute @workgroup_size(${across}, ${down})
fn main(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  at = given;
  let batch = i32(tile.z);
  let row = i32(tile.y) * ${rows};
  let column = i32(tile.x) * ${columns};
  let across = i32(thread) % ${across};
  let down = i32(thread) / ${across};
  ${each((i, j) => `var s${i}${j} = vec4<f32>();`)}
  for (var first = 0; first < given.k; first += ${deep}) {
    for (var i = i32(thread); i < ${(rows * deep) / 4}; i += ${down * across}) {
      lefts[i % ${deep} * ${rows / 4} + i / ${deep}] = four_left(batch, row + i / ${deep} * 4, first + i % ${deep});
    }
    for (var i = i32(thread); i < ${(columns * deep) / 4}; i += ${down * across}) {
      rights[i] = four_right(batch, first + i / ${columns / 4}, column + i % ${columns / 4} * 4);
    }
    workgroupBarrier();
    for (var q = 0; q < min(${deep}, at.k - first); q++) {
      ${range(own / 4)
        .map((j) => `let x${j} = lefts[q * ${rows / 4} + down * ${own / 4} + ${j}];`)
        .join(' ')}
      ${range(own / 4)
        .map((j) => `let y${j} = rights[q * ${columns / 4} + across * ${own / 4} + ${j}];`)
        .join(' ')}
      ${each((i, j) => `s${i}${j} += x${Math.floor(i / 4)}[${i % 4}] * y${j};`)}
    }
    workgroupBarrier();
  }
  var sums = array(${range(own)
    .flatMap((i) => range(own / 4).map((j) => `s${i}${j}`))
    .join(', ')});
  for (var i = 0; i < min(${own}, at.m - row - down * ${own}); i++) {
    ${range(own / 4)
      .map(
        (j) =>
          `store(batch, row + down * ${own} + i, column + across * ${own} + ${4 * j}, sums[i * ${own / 4} + ${j}]);`,
      )
      .join('\n    ')}
  }
}`
  return {
    source,
    numbers: numbers.length,
    groups: ([batches = 0, m = 0, n = 0]) => [Math.ceil(n / columns), Math.ceil(m / rows), batches],
  }
}

/**
 * The tile that is fullest; none where even that is too empty to be faster than a thread for each cell, which it is by 4 times
 * where it is full.
 */
function tileFor({ batches, m, n }: TiledCall['sizes']): Tile | null {
  if (batches >= 2 ** 16) return null
  const up = (size: number, step: number): number => Math.ceil(size / step) * step
  let best: Tile | null = null
  let least = 4 * m * n
  for (const tile of tiles) {
    const cells = up(m, tile.rows) * up(n, tile.columns)
    if (best === null ? cells <= least : cells < least) [best, least] = [tile, cells]
  }
  return best
}
