import { unsigned } from './encoding.ts'

/** One instruction with its operands, which come before it on the stack. */
export interface Node {
  /** The value type that it leaves, as the binary format has it; `noResult` where it leaves none. */
  readonly type: number
  readonly code: readonly number[]
  readonly operands: readonly Node[]
  /** What an `if` with a result computes, each only when chosen; the operand is the condition. */
  readonly branches?: readonly [Node, Node]
  /** The same value without relaxed SIMD. */
  readonly strict?: Node
  /** Whether it is a vector constant, which is made once a call and kept in a local. */
  readonly constant?: boolean
}

/** The type of statements. */
export const noResult = 0x40

/** A class of values: what a parameter, a local or a result holds. */
export interface Type<V> {
  new (node: Node): V
  readonly prototype: V
  /** The value type in the binary format. */
  readonly byte: number
  /** Opcode and natural alignment (as a power of two) of its store. */
  readonly storing: readonly [code: readonly number[], align: number]
}

/** What all values share; `Self` is the class itself, so that methods keep their type. */
export abstract class Value<Self> {
  abstract readonly type: Type<Self>
  readonly node: Node

  constructor(node: Node) {
    this.node = node
  }
}

/** The bytes of a SIMD opcode. */
export function simd(opcode: number): readonly number[] {
  return [0xfd, ...unsigned(opcode)]
}

/** The value that an instruction makes of its operands. */
export function make<V>(type: Type<V>, code: readonly number[], ...operands: readonly Value<unknown>[]): V {
  return new type({ type: type.byte, code, operands: operands.map(({ node }) => node) })
}

/** A relaxed SIMD instruction, and what stands for it where the module may not use those. */
export function relaxed<V>(type: Type<V>, opcode: number, operands: readonly Value<unknown>[], strict: Value<V>): V {
  const nodes = operands.map(({ node }) => node)
  return new type({ type: type.byte, code: simd(opcode), operands: nodes, strict: strict.node })
}

/** A load: the alignment is a power of two, the offset counts bytes. */
export function access<V>(
  type: Type<V>,
  code: readonly number[],
  align: number,
  offset: number,
  address: Value<unknown>,
): V {
  return make(type, [...code, align, ...unsigned(offset)], address)
}

/** A load into one lane of a vector. */
export function accessLane<V>(
  type: Type<V>,
  opcode: number,
  align: number,
  offset: number,
  lane: number,
  address: Value<unknown>,
  vector: Value<V>,
): V {
  return make(type, [...simd(opcode), align, ...unsigned(offset), lane], address, vector)
}

/** A statement that stores. */
export function store(
  code: readonly number[],
  align: number,
  offset: number,
  operands: readonly [address: Value<unknown>, value: Value<unknown>],
  lane: readonly number[] = [],
): Node {
  const immediates = [align, ...unsigned(offset), ...lane]
  return { type: noResult, code: [...code, ...immediates], operands: operands.map(({ node }) => node) }
}
