import { append, unsigned } from './encoding.ts'
import { type Node, noResult, simd, store, type Value } from './node.ts'
import type { I32, Vector } from './values.ts'

/** What calling a function without a result gives: a statement for `f.do`. */
export class Effect {
  readonly node: Node

  constructor(node: Node) {
    this.node = node
  }
}

/** A mutable variable of a module, shared by its functions. */
export interface Global<V> {
  readonly value: V
  readonly index: number
}

/** The end of a block, to jump to. */
export interface Label {
  readonly depth: number
}

/** The instruction that reads a local variable. */
export function readLocal(type: number, index: number): Node {
  return { type, code: [0x20, ...unsigned(index)], operands: [] }
}

/** Variables and constants: as cheap to write again as to keep. */
function isLeaf({ code, operands }: Node): boolean {
  return operands.length === 0 && code[0] !== 0x10
}

/** Opcode and alignment of the store of one lane, by its bytes. */
const laneStores = { 1: [0x58, 0], 4: [0x5a, 2], 8: [0x5b, 3] } as const

/** Writes the statements of one function, in the order of its calls. See assembler.ts. */
export class FunctionBuilder {
  readonly #relaxed: boolean
  readonly #parameters: number
  readonly #locals: number[] = []
  readonly #body: number[] = []
  #depth = 0
  /** Vector constants by their code, and the locals that hold them. */
  readonly #constants = new Map<string, { readonly node: Node; readonly local: number }>()
  /** Values of the statement at work that are used more than once. */
  #shared = new Set<Node>()
  /** Those of them that a local holds by now. */
  #held = new Map<Node, number>()
  /** Locals that hold shared values of this statement, and those of earlier ones, free again. */
  #taken: number[] = []
  readonly #free: number[] = []

  constructor(relaxed: boolean, parameters: readonly number[]) {
    this.#relaxed = relaxed
    this.#parameters = parameters.length
  }

  /** A new variable that holds `initial`. */
  let<V extends Value<V>>(initial: V): V {
    const local = this.#newLocal(initial.type.byte)
    this.#statement(initial.node, [0x21, ...unsigned(local)])
    return new initial.type(readLocal(initial.type.byte, local))
  }

  /** Assigns a variable: a parameter, or what `let` returned. */
  set<V extends Value<V>>(variable: V, value: V): void {
    const [opcode, ...index] = variable.node.code
    if (opcode !== 0x20)
      throw new Error('set: the first argument is an expression; give a parameter or what let() returned')
    this.#statement(value.node, [0x21, ...index])
  }

  /** Assigns a variable of the module. */
  setGlobal<V extends Value<V>>({ index }: Global<V>, value: V): void {
    this.#statement(value.node, [0x24, ...unsigned(index)])
  }

  /** Runs something for its effect: a call without a result. */
  do(effect: Effect): void {
    this.#statement(effect.node, [])
  }

  /** Stores all bytes of a value at `address + offset`. */
  store<V extends Value<V>>(address: I32, value: V, offset = 0): void {
    this.#statement(store(...value.type.storing, offset, [address, value]), [])
  }

  /** Stores the low byte of a value. */
  store8(address: I32, value: I32, offset = 0): void {
    this.#statement(store([0x3a], 0, offset, [address, value]), [])
  }

  /** Stores 1, 4 or 8 bytes of a vector: lane number `lane` of that size. */
  storeLane(address: I32, value: Vector<unknown>, bytes: 1 | 4 | 8, lane: number, offset = 0): void {
    const [opcode, align] = laneStores[bytes]
    this.#statement(store(simd(opcode), align, offset, [address, value], [lane]), [])
  }

  /** Runs `then` where the condition is not 0, `otherwise` where it is. */
  if(condition: I32, then: () => void, otherwise?: () => void): void {
    this.#statement(condition.node, [0x04, noResult])
    this.#inside(then)
    if (otherwise) {
      this.#body.push(0x05)
      this.#inside(otherwise)
    }
    this.#body.push(0x0b)
  }

  /** Runs `body` as long as the condition holds. */
  while(condition: I32, body: () => void): void {
    this.if(condition, () => this.repeat(body, condition))
  }

  /** Runs `body`, then again as long as the condition holds. */
  repeat(body: () => void, condition: I32): void {
    this.#body.push(0x03, noResult)
    this.#inside(() => {
      body()
      this.#statement(condition.node, [0x0d, 0])
    })
    this.#body.push(0x0b)
  }

  /** Runs `body`; `f.exit(label)` inside it jumps behind it. */
  block(body: (label: Label) => void): void {
    this.#body.push(0x02, noResult)
    this.#inside(() => body({ depth: this.#depth }))
    this.#body.push(0x0b)
  }

  /** Jumps behind the block of a label, always or where the condition is not 0. */
  exit(label: Label, condition?: I32): void {
    const target = unsigned(this.#depth - label.depth)
    if (condition) this.#statement(condition.node, [0x0d, ...target])
    else this.#body.push(0x0c, ...target)
  }

  /** Ends the function and gives its bytes: locals, constants, statements. */
  finish(result: Node | undefined): number[] {
    if (result) this.#statement(result, [])
    const locals = this.#locals.flatMap((byte) => [1, byte])
    const bytes = append(unsigned(this.#locals.length), locals)
    for (const { node, local } of this.#constants.values()) append(bytes, [...node.code, 0x21, ...unsigned(local)])
    append(bytes, this.#body)
    bytes.push(0x0b)
    return bytes
  }

  #newLocal(byte: number): number {
    return this.#parameters + this.#locals.push(byte) - 1
  }

  #inside(body: () => void): void {
    this.#depth++
    body()
    this.#depth--
  }

  #statement(node: Node, end: readonly number[]): void {
    this.#shared = this.#usedTwice(node)
    this.#held = new Map()
    this.#push(node)
    append(this.#body, end)
    this.#free.push(...this.#taken)
    this.#taken = []
  }

  /** The form of a node that this module can run. */
  #allowed(node: Node): Node {
    return node.strict && !this.#relaxed ? node.strict : node
  }

  #usedTwice(root: Node): Set<Node> {
    const seen = new Set<Node>()
    const shared = new Set<Node>()
    // Most statements: an instruction of variables and constants.
    if (root.branches === undefined && root.operands.every(isLeaf)) return shared
    const visit = (original: Node): void => {
      const node = this.#allowed(original)
      if (isLeaf(node)) return
      if (seen.has(node)) {
        shared.add(node)
        return
      }
      seen.add(node)
      node.operands.forEach(visit)
      node.branches?.forEach(visit)
    }
    visit(root)
    return shared
  }

  /** Writes the instructions that leave a value on the stack. */
  #push(original: Node): void {
    const node = this.#allowed(original)
    const held = this.#held.get(node)
    if (held !== undefined) {
      append(this.#body, [0x20, ...unsigned(held)])
      return
    }
    if (node.constant) {
      append(this.#body, [0x20, ...unsigned(this.#constantLocal(node))])
      return
    }
    for (const operand of node.operands) this.#push(operand)
    if (node.branches) this.#pushBranches(node.type, node.branches)
    else append(this.#body, node.code)
    if (this.#shared.has(node)) this.#hold(node)
  }

  /** What one branch computed is not known to the other, nor behind them. */
  #pushBranches(type: number, [a, b]: readonly [Node, Node]): void {
    const before = this.#held
    this.#body.push(0x04, type)
    this.#held = new Map(before)
    this.#push(a)
    this.#body.push(0x05)
    this.#held = new Map(before)
    this.#push(b)
    this.#body.push(0x0b)
    this.#held = before
  }

  /** Keeps the value on top of the stack in a local as well. */
  #hold(node: Node): void {
    const reusable = this.#free.findIndex((local) => this.#locals[local - this.#parameters] === node.type)
    const local = reusable < 0 ? this.#newLocal(node.type) : (this.#free.splice(reusable, 1)[0] ?? 0)
    append(this.#body, [0x22, ...unsigned(local)])
    this.#taken.push(local)
    this.#held.set(node, local)
  }

  #constantLocal(node: Node): number {
    const key = node.code.join()
    const known = this.#constants.get(key)
    if (known) return known.local
    const local = this.#newLocal(node.type)
    this.#constants.set(key, { node, local })
    return local
  }
}
