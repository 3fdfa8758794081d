// Writes docs/ops.md, the reference of all ops, from the registries that their definitions fill: `pnpm reference`. With
// --print, shows it instead. The sentence on each op is that of its comment in the source.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatFormula, gradientFormula, parse } from '../packages/core/src/formula/index.ts'
import * as torch from '../packages/core/src/index.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const publicNames: ReadonlyMap<string, unknown> = new Map(Object.entries(torch))

/** The comment on each function of the core's ops, up to its first tag. */
function comments(): Map<string, string> {
  const found = new Map<string, string>()
  const folder = `${root}packages/core/src/ops`
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.ts')) continue
    const text = readFileSync(`${folder}/${file}`, 'utf8')
    for (const [, comment = '', name = ''] of text.matchAll(
      /\/\*\*((?:(?!\*\/).)*)\*\/\n(?:export )?(?:const|function) (\w+)/gs,
    )) {
      const sentences = comment.replaceAll(/\n \*/g, ' ').replaceAll(/\s+/g, ' ').split(' @')[0] ?? ''
      found.set(name, sentences.trim().replace(/\.$/, ''))
    }
    // `export { varianceOf as var }`: words of JavaScript are names of exports only.
    for (const [, name = '', other = ''] of text.matchAll(/^export \{ (\w+) as (\w+) \}/gm)) {
      if (!publicNames.has(name)) found.set(other, found.get(name) ?? '')
    }
  }
  return found
}
const commentOf = comments()

const cell = (text: string): string => text.replaceAll('|', '\\|')
const code = (text: string): string => `\`${cell(text)}\``
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('')

/** The name as a user writes it, with other names of the same function. */
function title(name: string, args: readonly string[], parameters: Readonly<Record<string, number>> = {}): string {
  const defaults = Object.entries(parameters).map(([parameter, value]) => `${parameter}=${value}`)
  const same = publicNames.get(name)
  const others = [...publicNames].filter(([other, value]) => value === same && other !== name && same !== undefined)
  const aliases = others.length === 0 ? '' : `, also ${others.map(([other]) => code(other)).join(', ')}`
  return code(`${name}(${[...args, ...defaults].join(', ')})`) + aliases
}

/** What the op gives. Kernels that no function and no method shows are chosen by an op that has a name. */
function sentence(name: string): string {
  if (!publicNames.has(name) && !(name in torch.Tensor.prototype)) return '*part of an op*'
  const value = publicNames.get(name)
  return cell(commentOf.get(name) ?? (typeof value === 'function' ? commentOf.get(value.name) : undefined) ?? '')
}

function elementwiseRows(): string[][] {
  return [...torch.elementwiseOps].map(([name, op]) => {
    const { forward, gradient = {}, parameters = {}, masks = [] } = op.definition
    const inputs = op.kernel.inputs.slice(0, op.arity)
    const tree = parse(forward, op.kernel.inputs)
    const gradients = inputs.flatMap((input) => {
      if (masks.includes(input)) return []
      const written = gradient[input]
      const formula = written ?? formatFormula(gradientFormula(tree, input))
      return formula === '0' ? [] : [`${code(`${input}: ${formula}`)}${written === undefined ? ' *' : ''}`]
    })
    return [title(name, inputs, parameters), sentence(name), code(forward), gradients.join('<br>') || 'none']
  })
}

function reductionRows(): string[][] {
  return [...torch.reductionOps].map(([name, op]) => {
    const { start, step, finish = '', gradient, parameters = {} } = op.definition
    const named = (value: number | string | Readonly<Record<string, number | string>>): string =>
      typeof value === 'object'
        ? Object.entries(value)
            .map(([state, formula]) => code(`${state}: ${formula}`.replace('Infinity', 'inf')))
            .join('<br>')
        : code(String(value).replace('Infinity', 'inf'))
    const gradients = gradient === undefined ? 'derived' : typeof gradient === 'function' ? null : gradient
    return [
      title(name, op.inputs, parameters),
      sentence(name),
      named(start),
      named(step),
      finish === '' ? '' : code(finish),
      gradients === null ? '' : typeof gradients === 'string' ? gradients : named(gradients),
    ]
  })
}

const viewRows = (): string[][] => [...torch.viewOps].map((name) => [code(name), sentence(name)])

/** Every other function of tensors: routines, and what is composed of ops. */
function otherRows(): string[][] {
  const isListed = (name: string): boolean =>
    torch.elementwiseOps.has(name) || torch.reductionOps.has(name) || torch.viewOps.has(name)
  const listed = new Set([...publicNames].filter(([name]) => isListed(name)).map(([, value]) => value))
  const others = [...publicNames].filter(([name, value]) => {
    return typeof value === 'function' && commentOf.has(name) && !isListed(name) && !listed.has(value)
  })
  const first = new Map(others.map(([name, value]) => [value, name]).reverse() as [unknown, string][])
  return [...first.values()].sort().map((name) => [title(name, ['…']), sentence(name)])
}

const text = `# Ops

The reference of all ops of \`@chainrule/core\`, made by \`pnpm reference\` from their definitions. In formulas, \`g\` is the
gradient that comes in, \`out\` the result of the op. A method of every tensor has the same name: \`torch.exp(x)\` is
\`x.exp()\`. Elementwise methods have a form that works in place, \`x.exp_()\`.

## Elementwise

One formula gives the function, its kernels and its gradients. A star marks gradients that are derived from the formula.
"Part of an op" is a kernel that an op of another name chooses: \`torch.pow(x, 2)\` runs \`pow_2\`.

${table(['op', 'what it gives', 'formula', 'gradients'], elementwiseRows())}
## Reductions

A start, a step for each element, and a finish, where \`n\` is the number of elements and \`i\` the index of one. A gradient that is not
shown is composed of other ops, or the op has none.

${table(['op', 'what it gives', 'start', 'step', 'finish', 'gradient'], reductionRows())}
## Views

They compute nothing: another shape and other strides over the same memory.

${table(['view', 'what it gives'], viewRows())}
## Other functions

Routines, which no formula says, and functions that are composed of ops.

${table(['function', 'what it gives'], otherRows())}`

if (process.argv.includes('--print')) process.stdout.write(text)
else writeFileSync(`${root}docs/ops.md`, text)
