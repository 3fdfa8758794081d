/**
 * Runs small programs that are data, and says how what they give differs from what PyTorch 2 gave. tools/golden/program.py
 * writes them: `c` is a call by a name or of a value, `m` a method of `x`, both with arguments `a` and options `o`; `t` is a
 * tensor, `get` a property, `item` an index, `let`, `var`, `set`, `run` and `each` are variables and steps.
 */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import * as torch from '../src/index.ts'
import { devices, type TestDevice } from './devices.ts'
import { caught, difference, dtypeNamed, isList, isObject, readGolden, toNumber } from './golden.ts'

/** What is found under a name's first part: `t`, `F`, `nn`, `optim`, `sched`. */
type Roots = Readonly<Record<string, object>>

interface Entry {
  readonly program: unknown
  readonly gives?: unknown
  readonly error?: string
  readonly message?: string
  readonly warns?: readonly string[]
}

type Scope = Record<string, unknown>
type Form = Readonly<Record<string, unknown>>
type Call = (...args: readonly unknown[]) => unknown

const property = (value: unknown, name: string): unknown => {
  const found: unknown = isObject(value) || typeof value === 'function' ? Reflect.get(value, name) : undefined
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}

const isClass = (value: Call): boolean => /^class\b/.test(Function.prototype.toString.call(value))

class Interpreter {
  readonly #roots: Roots
  readonly #scope: Scope

  constructor(roots: Roots, scope: Scope = {}) {
    this.#roots = roots
    this.#scope = scope
  }

  evaluate(value: unknown): unknown {
    if (isList(value)) return value.map((item) => this.evaluate(item))
    return isObject(value) ? this.#form(value as Form) : value
  }

  #form(form: Form): unknown {
    if ('t' in form) return this.#tensor(form)
    if ('c' in form) {
      const callee = typeof form['c'] === 'string' ? this.#named(form['c']) : this.evaluate(form['c'])
      return this.#call(callee as Call, undefined, form)
    }
    if ('m' in form) {
      const self = this.evaluate(form['x'])
      return this.#call(property(self, String(form['m'])) as Call, self, form)
    }
    if ('name' in form) return this.#named(String(form['name']))
    if ('get' in form) return property(this.evaluate(form['of']), String(form['get']))
    if ('item' in form) return this.#item(form)
    if ('let' in form) {
      this.#scope[String(form['let'])] = this.evaluate(form['be'])
      return this.#scope[String(form['let'])]
    }
    if ('set' in form)
      return Reflect.set(this.evaluate(form['on']) as object, String(form['set']), this.evaluate(form['be']))
    if ('var' in form) return this.#scope[String(form['var'])]
    if ('run' in form) return (form['run'] as unknown[]).map((step) => this.evaluate(step)).at(-1)
    if ('each' in form) {
      return Array.from({ length: Number(form['times']) }, () => copied(this.evaluate(form['each'])))
    }
    if ('str' in form) return String(this.evaluate(form['str']))
    if ('lambda' in form) {
      const names = form['names'] as string[]
      return (...args: readonly unknown[]): unknown => {
        const inner = Object.fromEntries(names.map((name, i) => [name, args[i]]))
        return new Interpreter(this.#roots, { ...this.#scope, ...inner }).evaluate(form['lambda'])
      }
    }
    if ('slice' in form) return torch.Slice(...(form['slice'] as [number | null, number | null, number | null]))
    if ('dtype' in form) return dtypeNamed(String(form['dtype']))
    if ('number' in form) return toNumber(form['number'] as number)
    return this.#fields(form)
  }

  #fields(form: Form): Form {
    return Object.fromEntries(Object.entries(form).map(([key, item]) => [key, this.evaluate(item)]))
  }

  #tensor({ t, s, v, g }: Form): torch.Tensor {
    const shape = s as number[]
    const count = shape.reduce((product, size) => product * size, 1)
    const values = v === undefined ? Array.from({ length: count }, (_, i) => i + 1) : (this.evaluate(v) as number[])
    const made = torch.tensor(values, { dtype: dtypeNamed(String(t)) }).reshape(shape)
    return g === undefined ? made : made.requires_grad_()
  }

  #named(path: string): unknown {
    const [root = '', ...names] = path.split('.')
    return names.reduce<unknown>(property, this.#roots[root])
  }

  #call(callee: Call, self: unknown, { a, o }: Form): unknown {
    const args = [...(this.evaluate(a) as unknown[]), ...(o === undefined ? [] : [this.#fields(o as Form)])]
    if (typeof callee !== 'function') return (property(callee, 'forward') as Call).apply(callee, args)
    return isClass(callee) ? (Reflect.construct(callee, args) as unknown) : Reflect.apply(callee, self, args)
  }

  #item({ item, of }: Form): unknown {
    const value = this.evaluate(of)
    const keys = this.evaluate(item) as unknown[]
    if (value instanceof torch.Tensor) return value.index(...(keys as torch.Index[]))
    return property(value, String(keys[0]))
  }
}

const copied = (value: unknown): unknown => {
  if (value instanceof torch.Tensor) return value.detach().clone()
  return isList(value) ? value.map(copied) : value
}

/** A text in which PyTorch's int64 is our int32, and a set has the order of the alphabet. */
const comparable = (text: string): string =>
  text
    .replaceAll('torch.int64', 'torch.int32')
    .replaceAll('LongTensor', 'IntTensor')
    .replaceAll(/\bLong\b/g, 'Int')
    .replaceAll(/\{('[^{}:]*)\}/g, (_, items: string) => `{${items.split(', ').sort().join(', ')}}`)

const firstLine = (text: unknown): string => String(text).trim().split('\n', 1)[0] ?? ''

/** What a golden file of PyTorch 2 has: each program by its text. */
async function readPrograms(name: string): Promise<[text: string, entry: Entry][]> {
  const { version, ...programs } = await readGolden<unknown>(name)
  if (typeof version !== 'string' || Number.parseInt(version, 10) < 2) throw new Error(`${name} is not of PyTorch 2`)
  return Object.entries(programs) as [string, Entry][]
}

/** How a program differs: in what it gives, in the class of its error, or in words alone, of an error or a warning. */
interface Difference {
  readonly kind: 'result' | 'words'
  readonly text: string
}

/** What is known to differ in a golden file: programs by their texts, and how many more differ in words alone. */
interface Open {
  readonly results: readonly string[]
  readonly words: number
}

/**
 * Tests the programs of a package. What is known to differ is in golden/torch2-open-PACKAGE.json, from which is taken what
 * has been mended.
 */
export async function replay(name: string, roots: Roots): Promise<void> {
  const device = devices.find((one) => one.name === 'wasm') ?? devices[0]
  if (device === undefined) throw new Error('there is no device to run on')
  const groups = Object.entries(await readGolden<Open>(`torch2-open-${name}`))
  describe('as in PyTorch 2', () => {
    beforeAll(device.use)
    test.each(groups)('%s', async (group, open) => {
      const results: string[] = []
      const words: string[] = []
      for (const [text, entry] of await readPrograms(`torch2-${group}`)) {
        const found = open.results.includes(text) ? null : await programDifference(device, roots, entry)
        if (found !== null) (found.kind === 'words' ? words : results).push(`${text}\n    ${found.text}`)
      }
      expect(results).toEqual([])
      expect(words.length, words.join('\n')).toBeLessThanOrEqual(open.words)
    })
  })
}

/** How what a program does here differs from what it did in PyTorch 2; null where it does not. */
async function programDifference(device: TestDevice, roots: Roots, entry: Entry): Promise<Difference | null> {
  torch.manual_seed(0)
  torch.set_printoptions({ profile: 'default' })
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  let value: unknown
  const thrown = caught(() => {
    value = new Interpreter(roots).evaluate(entry.program)
  })
  const warned = warn.mock.calls.map(([text]) => firstLine(text))
  warn.mockRestore()
  torch.set_printoptions({ profile: 'default' })
  const difference = await outcomeDifference(device, thrown, value, entry)
  if (difference !== null) return difference
  const missing = (entry.warns ?? []).filter(
    (wanted) => !warned.some((own) => comparable(own).includes(comparable(wanted))),
  )
  const text = `warns ${JSON.stringify(warned)}, PyTorch ${JSON.stringify(missing)}`
  return missing.length === 0 ? null : { kind: 'words', text }
}

async function outcomeDifference(
  device: TestDevice,
  thrown: unknown,
  value: unknown,
  { gives, error, message }: Entry,
): Promise<Difference | null> {
  const result = (text: string): Difference => ({ kind: 'result', text })
  if (error === undefined) {
    if (thrown !== 'nothing')
      return result(`throws ${said(thrown)}, PyTorch gives ${JSON.stringify(gives).slice(0, 300)}`)
    const text = gives === 'an object' ? null : await difference(device, value ?? null, gives, tolerance)
    return text === null ? null : result(text)
  }
  const wanted = { error, message: comparable(message ?? '') }
  if (!isObject(thrown)) return result(`gives ${shown(value)}, PyTorch throws ${said(wanted)}`)
  const { error: kind, message: words } = thrown as Failure
  const own = { error: kind, message: comparable(firstLine(words)) }
  const text = `throws ${said(own)}, PyTorch ${said(wanted)}`
  if ((await difference(device, own, wanted)) === null) return null
  return { kind: kind === error ? 'words' : 'result', text }
}

/** Sums in another order. */
const tolerance = { relative: 1e-5, slack: 10 }

interface Failure {
  readonly error: string
  readonly message: string
}

function shown(value: unknown): string {
  try {
    return String(value).slice(0, 200)
  } catch {
    return 'what cannot be printed'
  }
}

const said = (thrown: unknown): string => {
  if (!isObject(thrown)) return String(thrown)
  const { error, message } = thrown as Failure
  return `${error}: ${firstLine(message)}`
}
