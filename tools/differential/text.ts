// Programs as text that runs: in Python, and in TypeScript.

import type { Argument, Program, Statement } from './program.ts'

interface Language {
  readonly ref: (name: string, at: number | undefined) => string
  readonly dtype: (name: string) => string
  readonly slice: (parts: readonly (number | null)[]) => string
  readonly number: (value: string) => string
  readonly word: (value: boolean | null) => string
}

const python: Language = {
  ref: (name, at) => (at === undefined ? name : `${name}[${at}]`),
  dtype: (name) => `torch.${name === 'int32' ? 'int64' : name}`,
  slice: (parts) => parts.map((part) => part ?? '').join(':'),
  number: (value) => (value === '-0' ? '-0.0' : `float('${value}')`),
  word: (value) => (value === null ? 'None' : value ? 'True' : 'False'),
}
const typescript: Language = {
  ref: (name, at) => (at === undefined ? name : `Object.values(${name})[${at}]`),
  dtype: (name) => `torch.${name}`,
  slice: (parts) => `torch.Slice(${parts.join(', ')})`,
  number: (value) => ({ nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' })[value] ?? value,
  word: String,
}

function written(argument: Argument, language: Language): string {
  if (argument === null || typeof argument === 'boolean') return language.word(argument)
  if (typeof argument === 'number') return String(argument)
  if (typeof argument === 'string') return `'${argument}'`
  if (Array.isArray(argument)) {
    return `[${(argument as readonly Argument[]).map((part) => written(part, language)).join(', ')}]`
  }
  const tagged = argument as Exclude<Argument, null | number | string | boolean | readonly Argument[]>
  if ('ref' in tagged) return language.ref(tagged.ref, tagged.at)
  if ('dtype' in tagged) return language.dtype(tagged.dtype)
  return 'slice' in tagged ? language.slice(tagged.slice) : language.number(tagged.number)
}

/** Nested values of a flat list. */
function nested(values: readonly string[], shape: readonly number[]): string {
  const [size, ...rest] = shape
  if (size === undefined) return values[0] ?? ''
  const inner = values.length / Math.max(size, 1)
  return `[${Array.from({ length: size }, (_, i) => nested(values.slice(i * inner, (i + 1) * inner), rest)).join(', ')}]`
}

function input([dtype, shape, values, requiresGrad]: readonly Argument[], language: Language): string {
  const isPython = language === python
  const type = written(dtype as Argument, language)
  const sizes = shape as readonly number[]
  const flat = (values as readonly Argument[]).map((value) => written(value, language))
  const option = (name: string, value: string): string => (isPython ? `${name}=${value}` : `${name}: ${value}`)
  const options = [option('dtype', type)]
  if (requiresGrad === true) options.push(option('requires_grad', language.word(true)))
  const joined = isPython ? options.join(', ') : `{ ${options.join(', ')} }`
  return flat.length === 0
    ? `torch.zeros([${sizes.join(', ')}], ${joined})`
    : `torch.tensor(${nested(flat, sizes)}, ${joined})`
}

function call({ op, args, kwargs = {} }: Statement, language: Language): string {
  const isPython = language === python
  const [first = '', ...rest] = args.map((argument) => written(argument, language))
  const named = Object.entries(kwargs).map(([name, value]) =>
    isPython ? `${name}=${written(value, language)}` : `${name}: ${written(value, language)}`,
  )
  const options = named.length === 0 || isPython ? named : [`{ ${named.join(', ')} }`]
  const list = [...rest, ...options].join(', ')
  const whole = [...args.map((argument) => written(argument, language)), ...options].join(', ')
  const [holder = '', name = ''] = op.split('.')
  if (op === 'input') return input(args, language)
  if (op === 'index')
    return isPython ? `${first}[${rest.join(', ')}]`.replaceAll("'...'", '...') : `${first}.index(${list})`
  if (op === 'setindex') {
    const places = (args[1] as readonly Argument[]).map((place) => written(place, language)).join(', ')
    return isPython
      ? `${first}[${places}] = ${rest[1]}`.replaceAll("'...'", '...')
      : `${first}.index_put_([${places}], ${rest[1]})`
  }
  if (op === 'backward') return `${first}.backward(${list})`
  if (op === 'hook')
    return `${first}.register_hook(${isPython ? `lambda g: g * ${rest[0]}` : `(g) => g.mul(${rest[0]})`})`
  if (op === 'grad') return `torch.autograd.grad(${whole})`
  if (holder === 'get') return `${first}.${name}`
  if (holder === 'layer') return `${isPython ? '' : 'new '}nn.${name}(${whole})`
  if (op === 'apply') return `${first}(${list})`
  if (holder === 'Tensor') return `${first}.${name}(${list})`
  return `${holder === 'linalg' ? 'torch.linalg' : holder}.${name}(${whole})`
}

/** The program as one would write it in Python. */
export function toPython({ seed, statements }: Program): string {
  const lines = statements.map((statement) => {
    const line = call(statement, python)
    const bound = /\] = /.test(line) || statement.op === 'backward' ? line : `${statement.out} = ${line}`
    return statement.mode === undefined ? bound : `with torch.${statement.mode}(): ${bound}`
  })
  return [`torch.manual_seed(${seed})`, ...lines].join('\n')
}

/** The program as one would write it in TypeScript. */
export function toTypeScript({ seed, statements }: Program): string {
  const lines = statements.map((statement) => {
    const line = call(statement, typescript)
    const run = statement.mode === undefined ? line : `torch.${statement.mode}(() => ${line})`
    return statement.op === 'backward' ? run : `const ${statement.out} = ${run}`
  })
  return [`torch.manual_seed(${seed})`, ...lines].join('\n')
}
