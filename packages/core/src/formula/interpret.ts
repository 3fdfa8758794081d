/** Where the values of variables are, by number. */
type Scope = unknown[]
type Evaluate = (scope: Scope) => unknown
type Run = (scope: Scope) => void
type Binary = (a: number, b: number) => unknown

/** Operators by how tightly they bind, the loosest first. `&&` and `||` stand for themselves: they do not always look right. */
const operators: readonly Readonly<Record<string, Binary | null>>[] = [
  { '||': null },
  { '&&': null },
  { '|': (a, b) => a | b },
  { '^': (a, b) => a ^ b },
  { '&': (a, b) => a & b },
  { '===': (a, b) => a === b, '!==': (a, b) => a !== b },
  { '<': (a, b) => a < b, '<=': (a, b) => a <= b, '>': (a, b) => a > b, '>=': (a, b) => a >= b },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b, '%': (a, b) => a % b },
]
const unary: Readonly<Record<string, (a: number) => unknown>> = { '-': (a) => -a, '!': (a) => !a, '~': (a) => ~a }
const assigning: Readonly<Record<string, Binary>> = { '=': (_, b) => b, '+=': (a, b) => a + b }
const constants: Readonly<Record<string, unknown>> = { Math, Number, Infinity, NaN: Number.NaN }
const pattern = /\d+\.?\d*(?:e[+-]?\d+)?|[\w$]+|=>|[!=]==|[<>]=|&&|\|\||\+\+|\+=|\S/g

/**
 * Runs code as `new Function` would, for pages that forbid that: the JavaScript that `printJavaScript` prints with the loops
 * around it, and no other. Each operator becomes a function that calls those of its operands, which is slow.
 */
export function interpret(code: string, globals: Readonly<Record<string, unknown>>): unknown {
  return new Interpreter(code, { ...constants, ...globals }).program()
}

class Interpreter {
  readonly #tokens: readonly string[]
  readonly #globals: Readonly<Record<string, unknown>>
  readonly #slots = new Map<string, number>()
  #at = 0

  constructor(code: string, globals: Readonly<Record<string, unknown>>) {
    this.#tokens = code.match(pattern) ?? []
    this.#globals = globals
  }

  /** `return function name(a, b) { … }`, or `return (a, b) => { … }`. */
  program(): unknown {
    this.#expect('return')
    if (this.#accept('function')) this.#next()
    const parameters = this.#list('(', ')', () => this.#slot(this.#next()))
    this.#accept('=>')
    const body = this.#block()
    return (...values: unknown[]): unknown => {
      const scope: Scope = []
      for (const [i, slot] of parameters.entries()) scope[slot] = values[i]
      body(scope)
      return scope[0]
    }
  }

  #block(): Run {
    const statements: Run[] = []
    this.#expect('{')
    while (!this.#accept('}')) statements.push(this.#statement())
    return (scope) => {
      for (const run of statements) run(scope)
    }
  }

  #statement(): Run {
    if (this.#accept('for')) return this.#loop()
    if (this.#accept('if')) {
      this.#expect('(')
      const condition = this.#expression()
      this.#expect(')')
      const then = this.#statement()
      return (scope) => {
        if (condition(scope)) then(scope)
      }
    }
    if (this.#accept('return')) {
      const value = this.#expression()
      return (scope) => {
        scope[0] = value(scope)
      }
    }
    if (!this.#accept('const')) this.#accept('let')
    return this.#assignment()
  }

  #loop(): Run {
    this.#expect('(')
    this.#expect('let')
    const start = this.#assignment()
    this.#expect(';')
    const condition = this.#expression()
    this.#expect(';')
    const steps = [this.#assignment()]
    while (this.#accept(',')) steps.push(this.#assignment())
    this.#expect(')')
    const body = this.#block()
    return (scope) => {
      for (start(scope); condition(scope); ) {
        body(scope)
        for (const step of steps) step(scope)
      }
    }
  }

  /** `x = …`, `x += …`, `x++`, and the same of an element. */
  #assignment(): Run {
    const slot = this.#slot(this.#next())
    const index = this.#accept('[') ? this.#expression() : null
    if (index !== null) this.#expect(']')
    const operator = this.#next()
    const change = operator === '++' ? (a: number) => a + 1 : assigning[operator]
    if (change === undefined) throw this.#unexpected(operator)
    const value: Evaluate = operator === '++' ? () => 1 : this.#expression()
    if (index === null) {
      return (scope) => {
        scope[slot] = change(scope[slot] as number, value(scope) as number)
      }
    }
    return (scope) => {
      const array = scope[slot] as unknown[]
      const i = index(scope) as number
      array[i] = change(array[i] as number, value(scope) as number)
    }
  }

  #expression(): Evaluate {
    const condition = this.#binary(0)
    if (!this.#accept('?')) return condition
    const yes = this.#expression()
    this.#expect(':')
    const no = this.#expression()
    return (scope) => (condition(scope) ? yes(scope) : no(scope))
  }

  #binary(level: number): Evaluate {
    const known = operators[level]
    if (known === undefined) return this.#unary()
    let left = this.#binary(level + 1)
    for (;;) {
      const operator = this.#tokens[this.#at] ?? ''
      if (!Object.hasOwn(known, operator)) return left
      this.#at++
      left = joined(operator, known[operator] ?? null, left, this.#binary(level + 1))
    }
  }

  #unary(): Evaluate {
    const operator = unary[this.#tokens[this.#at] ?? '']
    if (operator === undefined) return this.#postfix()
    this.#at++
    const operand = this.#unary()
    return (scope) => operator(operand(scope) as number)
  }

  /** A value, with `.name`, `[index]` and calls behind it. A method of ours does not ask for its object. */
  #postfix(): Evaluate {
    let value = this.#value()
    for (;;) {
      const object = value
      if (this.#accept('.')) {
        const name = this.#next()
        value = (scope) => Reflect.get(object(scope) as object, name) as unknown
      } else if (this.#accept('[')) {
        const index = this.#expression()
        this.#expect(']')
        value = (scope) => (object(scope) as unknown[])[index(scope) as number]
      } else if (this.#tokens[this.#at] === '(') {
        const args = this.#list('(', ')', () => this.#expression())
        value = (scope) => (object(scope) as (...values: unknown[]) => unknown)(...args.map((arg) => arg(scope)))
      } else return value
    }
  }

  #value(): Evaluate {
    const token = this.#next()
    if (token === '(') {
      const inside = this.#expression()
      this.#expect(')')
      return inside
    }
    if (/^\d/.test(token)) {
      const number = Number(token)
      return () => number
    }
    if (Object.hasOwn(this.#globals, token)) {
      const global = this.#globals[token]
      return () => global
    }
    if (!/^[\w$]+$/.test(token)) throw this.#unexpected(token)
    const slot = this.#slot(token)
    return (scope) => scope[slot]
  }

  #list<T>(open: string, close: string, item: () => T): T[] {
    const items: T[] = []
    this.#expect(open)
    while (!this.#accept(close)) {
      items.push(item())
      this.#accept(',')
    }
    return items
  }

  /** Where a variable's value is. The first place is that of what is returned. */
  #slot(name: string): number {
    const known = this.#slots.get(name)
    if (known !== undefined) return known
    const slot = this.#slots.size + 1
    this.#slots.set(name, slot)
    return slot
  }

  #next(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw this.#unexpected('nothing')
    return token
  }

  #accept(token: string): boolean {
    const isThere = this.#tokens[this.#at] === token
    if (isThere) this.#at++
    return isThere
  }

  #expect(token: string): void {
    const found = this.#next()
    if (found !== token) throw this.#unexpected(found)
  }

  #unexpected(token: string): Error {
    return new Error(`chainrule: printed code has ${token} as word ${this.#at}; this is a bug, please report it`)
  }
}

function joined(operator: string, apply: Binary | null, left: Evaluate, right: Evaluate): Evaluate {
  if (apply !== null) return (scope) => apply(left(scope) as number, right(scope) as number)
  return operator === '&&' ? (scope) => left(scope) && right(scope) : (scope) => left(scope) || right(scope)
}
