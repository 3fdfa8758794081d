import type { Operand } from '../../device.ts'
import type { WgslProgram } from '../engine.ts'
import { compute } from '../program.ts'
import type { Queue } from '../queue.ts'

/** The cells of a tile in either direction, how many a thread computes there, and how deep a tile of a factor is. */
const [side, own, deep] = [64, 8, 8]
const threads = side / own

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
  if (!queue.engine.wgsl || !fillsTiles(sizes)) return false
  const all = { ...sizes, ...numbers }
  const names = Object.keys(arrays)
  const key = `${op} ${names.join(' ')}`
  let program = programs.get(key)
  if (program === undefined) programs.set(key, (program = tiledProgram(Object.keys(all), names, text)))
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
function tiledProgram(numbers: readonly string[], arrays: readonly string[], text: TiledText): WgslProgram {
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
@group(0) @binding(0) var<uniform> at: Numbers;
${arrays.map((name, i) => `@group(0) @binding(${i + 1}) var<storage, read> ${name}: array<f32>;`).join('\n')}
@group(0) @binding(${arrays.length + 1}) var<storage, read_write> result: array<f32>;
var<workgroup> lefts: array<vec4<f32>, ${(side * deep) / 4}>;
var<workgroup> rights: array<vec4<f32>, ${(side * deep) / 4}>;

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
  if (row >= at.m) { return; }
  for (var d = 0; d < min(4, at.n - first_column); d++) {
    let column = first_column + d;
    let sum = sums[d];
    result[${text.place}] = ${text.start}sum;
  }
}

@compute @workgroup_size(${threads}, ${threads})
fn main(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_id) thread: vec3<u32>) {
  let batch = i32(tile.z);
  let row = i32(tile.y) * ${side};
  let column = i32(tile.x) * ${side};
  let across = i32(thread.x);
  let down = i32(thread.y);
  ${each((i, j) => `var s${i}${j} = vec4<f32>();`)}
  for (var first = 0; first < at.k; first += ${deep}) {
    for (var i = down * ${threads} + across; i < ${(side * deep) / 4}; i += ${threads ** 2}) {
      let r = row + i / ${deep} * 4;
      let p = first + i % ${deep};
      lefts[i % ${deep} * ${side / 4} + i / ${deep}] = four_left(batch, r, p);
      let c = column + i % ${side / 4} * 4;
      let q = first + i / ${side / 4};
      rights[i] = four_right(batch, q, c);
    }
    workgroupBarrier();
    for (var q = 0; q < min(${deep}, at.k - first); q++) {
      ${range(own / 4)
        .map((j) => `let x${j} = lefts[q * ${side / 4} + down * ${own / 4} + ${j}];`)
        .join(' ')}
      ${range(own / 4)
        .map((j) => `let y${j} = rights[q * ${side / 4} + across * ${own / 4} + ${j}];`)
        .join(' ')}
      ${each((i, j) => `s${i}${j} += x${Math.floor(i / 4)}[${i % 4}] * y${j};`)}
    }
    workgroupBarrier();
  }
  ${each((i, j) => `store(batch, row + down * ${own} + ${i}, column + across * ${own} + ${4 * j}, s${i}${j});`)}
}`
  return {
    source,
    numbers: numbers.length,
    groups: ([batches = 0, m = 0, n = 0]) => [Math.ceil(n / side), Math.ceil(m / side), batches],
  }
}

/** Whether tiles are full enough to be faster than a thread for each cell, which they are by 4 times where they are full. */
function fillsTiles({ batches, m, n }: TiledCall['sizes']): boolean {
  const up = (size: number): number => Math.ceil(size / side) * side
  return batches < 2 ** 16 && 4 * m * n >= up(m) * up(n)
}
