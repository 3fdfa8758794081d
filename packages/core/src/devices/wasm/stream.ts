import { F32x4, type FunctionBuilder, I32, I32x4, select } from './assembler.ts'
import { keep, type Lanes, toMask, toNumbers } from './formula.ts'

/** How an array is stored: four bytes a number, or one byte, 0 or 1, a truth value. */
export type ElementType = 'float32' | 'bool'

/** How a loop meets an array: one element after the other, the same one again, or in other steps. */
export type Access = 'vector' | 'splat' | 'strided'

export interface Layout {
  readonly type: ElementType
  readonly access: Access
}

/** The bytes of an element. */
export const sizeOf = (type: ElementType): number => (type === 'float32' ? 4 : 1)

/**
 * An array as a loop over groups of four elements meets it. `left` counts the elements that remain; only those are stored
 * and, where not in order, read. In order, whole vectors are read: up to 12 bytes behind the end of an array must exist.
 */
export interface Stream {
  /** The group that lies `ahead` groups behind the pointer. */
  load(ahead?: number): Lanes
  /** Stores a group at the pointer, `ahead` groups on. Where that is not 0, all four elements must remain; `isWhole` says so. */
  store(value: Lanes, ahead?: number, isWhole?: boolean): void
  /** Moves the pointer by groups. */
  advance(groups?: number): void
}

/** The stream of an array: `pointer` is a variable that moves with it, `stride` in bytes matters where access is strided. */
export function stream(f: FunctionBuilder, layout: Layout, pointer: I32, stride: I32, left: I32): Stream {
  if (layout.access === 'vector') return vectorStream(f, layout.type, pointer, left)
  if (layout.access === 'strided') return stridedStream(f, layout.type, pointer, stride, left)
  const value =
    layout.type === 'float32' ? f.let(F32x4.loadSplat(pointer)) : f.let(I32x4.splat(I32.load8(pointer)).gt(0))
  const store = (): void => {
    throw new Error('stream: an output that every element shares')
  }
  return { load: () => value, store, advance: () => undefined }
}

function vectorStream(f: FunctionBuilder, type: ElementType, pointer: I32, left: I32): Stream {
  const group = 4 * sizeOf(type)
  const storePart = type === 'float32' ? storeNumbers : storeTruths
  return {
    load: (ahead = 0) =>
      type === 'float32' ? F32x4.load(pointer, ahead * group) : I32x4.load8(pointer, ahead * group).gt(0),
    store: (value, ahead = 0, isWhole = false) => storePart(f, pointer, isWhole ? null : left, value, ahead * group),
    advance: (groups = 1) => f.set(pointer, pointer.add(groups * group)),
  }
}

/** Stores all of a group, or where `left` counts fewer than four, those. */
function storeNumbers(f: FunctionBuilder, pointer: I32, left: I32 | null, value: Lanes, offset: number): void {
  if (left === null) return f.store(pointer, toNumbers(value), offset)
  const numbers = f.let(toNumbers(value))
  const storePart = (): void =>
    f.if(
      left.and(2),
      () => {
        f.storeLane(pointer, numbers, 8, 0, offset)
        f.if(left.and(1), () => f.storeLane(pointer, numbers, 4, 2, offset + 8))
      },
      () => f.storeLane(pointer, numbers, 4, 0, offset),
    )
  f.if(left.geSigned(4), () => f.store(pointer, numbers, offset), storePart)
}

function storeTruths(f: FunctionBuilder, pointer: I32, left: I32 | null, value: Lanes, offset: number): void {
  const bytes = f.let(toMask(value).and(I32x4.const(1)).narrow())
  if (left === null) return f.storeLane(pointer, bytes, 4, 0, offset)
  const storePart = (): void => {
    for (const lane of [0, 1, 2]) f.if(left.gtSigned(lane), () => f.storeLane(pointer, bytes, 1, lane, offset + lane))
  }
  f.if(left.geSigned(4), () => f.storeLane(pointer, bytes, 4, 0, offset), storePart)
}

function stridedStream(f: FunctionBuilder, type: ElementType, pointer: I32, stride: I32, left: I32): Stream {
  const steps = [I32.const(0), stride, f.let(stride.mul(2)), f.let(stride.mul(3))]
  const groupAt = (ahead: number): I32 => (ahead === 0 ? pointer : pointer.add(stride.mul(4 * ahead)))
  return {
    load: (ahead = 0) => {
      const group = groupAt(ahead)
      // Lanes past the end read the first element once more.
      const others = steps.slice(1).map((step, i) => group.add(select(left.gtSigned(i + 1), step, I32.const(0))))
      return type === 'float32'
        ? others.reduce((lanes, address, i) => lanes.loadLane(address, i + 1), F32x4.loadOne(group))
        : others
            .reduce((lanes, address, i) => lanes.withLane(i + 1, I32.load8(address)), I32x4.splat(I32.load8(group)))
            .gt(0)
    },
    store: (value, ahead = 0) => {
      const group = groupAt(ahead)
      const lanes = type === 'float32' ? f.let(toNumbers(value)) : f.let(toMask(value).and(I32x4.const(1)).narrow())
      steps.forEach((step, lane) =>
        f.if(left.gtSigned(lane), () => f.storeLane(group.add(step), lanes, type === 'float32' ? 4 : 1, lane)),
      )
    },
    advance: (groups = 1) => f.set(pointer, pointer.add(stride.mul(4 * groups))),
  }
}

/**
 * Runs `body` for each group of four of `left` elements, `unroll` of them a round while so many remain; it gets how many
 * groups ahead of the streams' pointers it works, and whether all four elements of the group are there.
 */
export function forEachGroup(
  f: FunctionBuilder,
  left: I32,
  streams: readonly Stream[],
  unroll: number,
  body: (ahead: number, isWhole: boolean) => void,
): void {
  const round = (groups: number, isWhole: boolean): void => {
    for (let ahead = 0; ahead < groups; ahead++) body(ahead, isWhole)
    for (const each of streams) each.advance(groups)
    f.set(left, left.sub(4 * groups))
  }
  if (unroll > 1) f.while(left.geSigned(4 * unroll), () => round(unroll, true))
  f.while(left.gtSigned(0), () => round(1, false))
}

/** A variable of formulas, and how its array lies; or one number for all elements. */
export interface Input {
  readonly name: string
  readonly layout: Layout | 'number'
}

/** What the variables of formulas are at one group: the next group of each stream, and the numbers in all lanes. */
export function readInputs(
  f: FunctionBuilder,
  inputs: readonly Input[],
  streams: readonly Stream[],
  numbers: readonly F32x4[],
  ahead = 0,
): Map<string, Lanes> {
  const [arrays, splats] = [[...streams], [...numbers]]
  const variables = new Map<string, Lanes>()
  for (const { name, layout } of inputs) {
    const value = layout === 'number' ? splats.shift() : arrays.shift()?.load(ahead)
    if (value) variables.set(name, layout === 'number' ? value : keep(f, value))
  }
  return variables
}
