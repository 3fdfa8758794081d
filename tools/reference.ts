// Writes the references, `pnpm reference`: docs/ops.md of all ops, from the registries that their definitions fill, and
// docs/layers.md of all layers, losses, optimizers and schedulers, from what the packages export. `--print ops.md` shows one
// instead. The sentence on each is that of its comment in the source.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatFormula, gradientFormula, parse } from '../packages/core/src/formula/index.ts'
import * as torch from '../packages/core/src/index.ts'
import * as nn from '../packages/nn/src/index.ts'
import * as optim from '../packages/optim/src/index.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const publicNames: ReadonlyMap<string, unknown> = new Map(Object.entries(torch))

/** The comment on each function and class in a folder of sources, up to its first tag. */
function comments(path: string): Map<string, string> {
  const found = new Map<string, string>()
  const folder = `${root}packages/${path}`
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.ts')) continue
    const text = readFileSync(`${folder}/${file}`, 'utf8')
    for (const [, comment = '', name = ''] of text.matchAll(
      /\/\*\*((?:(?!\*\/).)*)\*\/\n(?:export )?(?:const|function|(?:abstract )?class) (\w+)/gs,
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
const commentOf = comments('core/src/ops')

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

const isPublic = (name: string): boolean => publicNames.has(name) || name in torch.Tensor.prototype

/** What the op gives. Kernels that no function and no method shows are chosen by an op that has a name. */
function sentence(name: string): string {
  if (!isPublic(name)) return '*part of an op*'
  const value = publicNames.get(name)
  return cell(commentOf.get(name) ?? (typeof value === 'function' ? commentOf.get(value.name) : undefined) ?? '')
}

/** By name; what is only part of an op comes last. */
function sorted<T>(ops: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  const rank = (name: string): string => `${isPublic(name) ? 0 : 1}${name}`
  return [...ops].sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1))
}

function elementwiseRows(): string[][] {
  return sorted(torch.elementwiseOps).map(([name, op]) => {
    const { forward, gradient = {}, parameters = {}, masks = [], undifferentiable } = op.definition
    const inputs = op.kernel.inputs.slice(0, op.arity)
    const tree = parse(forward, op.kernel.inputs)
    const gradients = inputs.flatMap((input) => {
      if (masks.includes(input)) return []
      const written = gradient[input]
      const formula = written ?? formatFormula(gradientFormula(tree, input))
      return formula === '0' ? [] : [`${code(`${input}: ${formula}`)}${written === undefined ? ' *' : ''}`]
    })
    const shown = undifferentiable === undefined ? gradients.join('<br>') || 'none' : 'refused'
    return [title(name, inputs, parameters), sentence(name), code(forward), shown]
  })
}

function reductionRows(): string[][] {
  return sorted(torch.reductionOps).map(([name, op]) => {
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

const viewRows = (): string[][] =>
  sorted([...torch.viewOps].map((name) => [name, name])).map(([name]) => [code(name), sentence(name)])

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

const ops = `# Ops

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

/** Every class of a kind that a package exports, by name. */
function classRows(
  exported: object,
  path: string,
  isOne: (name: string, made: NewableFunction) => boolean,
): string[][] {
  const commentOf = comments(path)
  const names = Object.entries(exported).filter(
    ([name, value]: [string, unknown]) => typeof value === 'function' && /^[A-Z]/.test(name) && isOne(name, value),
  )
  return names
    .map(([name]) => name)
    .sort()
    .map((name) => {
      const comment = commentOf.get(name)
      if (comment === undefined) throw new Error(`reference: ${name} has no comment in packages/${path}`)
      return [code(name), cell(comment)]
    })
}

const isModule = (made: NewableFunction): boolean => made.prototype instanceof nn.Module
const layers = classRows(nn, 'nn/src', (name, made) => isModule(made) && !name.endsWith('Loss'))
const losses = classRows(nn, 'nn/src', (name, made) => isModule(made) && name.endsWith('Loss'))
const optimizers = classRows(optim, 'optim/src', (_, made) => made.prototype instanceof optim.Optimizer)
const schedulers = classRows(optim.lr_scheduler, 'optim/src', (name) => name !== 'LRScheduler')

const classes = `# Layers, losses, optimizers, schedulers

All of them, by name, made by \`pnpm reference\` from the packages. What each is made with has PyTorch's names and order; editors show
it, with the shapes.

## Layers

\`@chainrule/nn\`.

${table(['layer', 'what it does'], layers)}
## Losses

\`@chainrule/nn\`, as functions in \`nn.functional\`.

${table(['loss', 'what it measures'], losses)}
## Optimizers

\`@chainrule/optim\`.

${table(['optimizer', 'what it is'], optimizers)}
## Schedulers

\`optim.lr_scheduler\`.

${table(['scheduler', 'what it does to the learning rate'], schedulers)}`

const texts = { 'ops.md': ops, 'layers.md': classes }
const { values } = parseArgs({ options: { print: { type: 'string' } } })
for (const [page, text] of Object.entries(texts)) {
  if (values.print === undefined) writeFileSync(`${root}docs/${page}`, text.trimEnd() + '\n')
  else if (values.print === page) process.stdout.write(text.trimEnd() + '\n')
}
