import type { Operand } from '../device.ts'
import type { Program } from './engine.ts'

/** The names of infinity and NaN in kernels: their last two numbers. */
export const specialNumbers: readonly number[] = [Number.POSITIVE_INFINITY, Number.NaN]

/**
 * A kernel that is being written: its arguments and its statements. All numbers are float32, positions in memory too, so
 * that they are exact below 2^24. Names start with `k_`, and none contains a `$`.
 */
export class KernelText {
  readonly #arrays: string[] = []
  readonly #numbers: string[] = []
  readonly #lines: string[] = []
  #locals = 0

  /** The name of one more array. */
  array(): string {
    return push(this.#arrays, `k_a${this.#arrays.length}`)
  }

  /** The name of one more number. */
  number(): string {
    return push(this.#numbers, `k_n${this.#numbers.length}`)
  }

  /** The names of more numbers. */
  list(count: number): string[] {
    return Array.from({ length: count }, () => this.number())
  }

  add(...lines: readonly string[]): void {
    this.#lines.push(...lines)
  }

  /** A new constant with a value. */
  constant(value: string): string {
    const name = `k_c${this.#locals++}`
    this.add(`const ${name} = ${value};`)
    return name
  }

  /** A new variable that starts at a value. */
  variable(value: string): string {
    const name = `k_c${this.#locals++}`
    this.add(`let ${name} = ${value};`)
    return name
  }

  /** A loop of `count` turns; its body is given the name of the counter. */
  loop(count: string, body: (counter: string) => void): void {
    const name = `k_j${this.#locals++}`
    this.add(`for (let ${name} = 0; ${name} < ${count}; ${name}++) {`)
    body(name)
    this.add('}')
  }

  /** The quotient of whole numbers, however the device rounds its divisions, and the remainder. */
  divide(a: string, b: string): readonly [quotient: string, rest: string] {
    const guess = this.constant(`Math.trunc(${a} / ${b})`)
    const left = this.constant(`${a} - ${guess} * ${b}`)
    const quotient = this.constant(`${left} < 0 ? ${guess} - 1 : (${left} >= ${b} ? ${guess} + 1 : ${guess})`)
    return [quotient, this.constant(`${a} - ${quotient} * ${b}`)]
  }

  /** The indices of the element at a row-major place of a shape. */
  indices(place: string, sizes: readonly string[]): string[] {
    const result = new Array<string>(sizes.length)
    let rest = place
    for (let d = sizes.length - 1; d > 0; d--) {
      const [quotient, index] = this.divide(rest, sizes[d] as string)
      result[d] = index
      rest = quotient
    }
    if (sizes.length > 0) result[0] = rest
    return result
  }

  program(): Program {
    const numbers = [...this.#numbers, 'k_inf', 'k_nan']
    return {
      source: `function (${[...this.#arrays, ...numbers].join(', ')}) {\n${this.#lines.join('\n')}\n}`,
      arrays: this.#arrays.length,
      numbers: numbers.length,
    }
  }
}

/** A list with another item in one place. */
export const replaced = (list: readonly string[], place: number, item: string): string[] =>
  list.map((old, i) => (i === place ? item : old))

/** A window as numbers: where it starts, then its strides. */
export const windowOf = (x: Operand): number[] => [x.offset, ...x.strides]

/** `offset + Σ index · stride`. */
export function position(offset: string, indices: readonly string[], strides: readonly string[]): string {
  return [offset, ...indices.map((index, d) => `${index} * ${strides[d] as string}`)].join(' + ')
}

function push(list: string[], name: string): string {
  list.push(name)
  return name
}
