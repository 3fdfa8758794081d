// Random programs: inputs, one to six calls of the families' ops, and a backward pass.

import * as torch from '../../packages/core/src/index.ts'
import { Draw, type Ref } from './draw.ts'
import { elementwise } from './families/elementwise.ts'
import type { Family } from './families/family.ts'
import { indexing } from './families/index.ts'
import { layers } from './families/layer.ts'
import { linear } from './families/linear.ts'
import { losses } from './families/loss.ts'
import { reduce } from './families/reduce.ts'
import { shapes } from './families/shape.ts'
import { windows } from './families/window.ts'
import { exists } from './here.ts'
import type { Argument, Program } from './program.ts'

const FAMILIES: readonly Family[] = [elementwise, reduce, shapes, indexing, linear, windows, losses, layers]
const WEIGHTS = [30, 20, 24, 14, 8, 6, 5, 5]

/** The names of all ops, of those only that are asked for. */
export function opNames(wanted: readonly string[]): ReadonlyMap<string, (draw: Draw) => unknown> {
  const all = new Map(FAMILIES.flatMap((family) => Object.entries(family)))
  if (wanted.length === 0) return all
  return new Map(
    [...all].filter(([name]) => wanted.some((one) => name === one || name === `F.${one}` || name === `linalg.${one}`)),
  )
}

function anyFamily(draw: Draw): Family {
  let at = draw.random.unit() * WEIGHTS.reduce((a, b) => a + b)
  return FAMILIES.find((_, i) => (at -= WEIGHTS[i] as number) < 0) ?? elementwise
}

/** A weight for each element of a result, of its shape; at times it lies in memory otherwise. */
const weightOf = (draw: Draw, ref: Ref): Ref => {
  const { shape, dtype } = draw.tensor(ref)
  return draw.input({ shape, dtype: dtype.name as 'float32', grad: false })
}

/** A backward pass from the last results that can have one. */
function backward(draw: Draw): void {
  const { random } = draw
  const open = draw
    .tensors()
    .filter(({ x }) => x.requires_grad && x.dtype.kind === 'floating' && x.numel() > 0 && !x.is_leaf)
  const last = open[open.length - 1]
  if (last === undefined) return
  const { ref, x } = random.chance(0.8) ? last : random.of(open)
  if (random.chance(0.1)) draw.emit('hook', [ref, 2])
  if (random.chance(0.1)) draw.emit('Tensor.retain_grad', [random.of(open).ref])
  if (x.numel() === 1 && random.chance(0.2)) {
    draw.emit('backward', [ref])
    return
  }
  const weight = weightOf(draw, ref)
  const leaves = draw.tensors().filter(({ x }) => x.requires_grad && x.is_leaf)
  if (random.chance(0.25) && leaves.length > 0) {
    const inputs = leaves.map(({ ref }) => ref)
    const first = draw.emit('grad', [ref, inputs], { grad_outputs: weight, create_graph: true, allow_unused: true })
    if ('error' in first) return
    const second = inputs.flatMap((_, at) => {
      const grad = draw.value({ ...first.out, at })
      return grad instanceof torch.Tensor && grad.requires_grad && grad.numel() > 0 ? [{ ...first.out, at }] : []
    })
    if (second.length > 0) {
      const one = random.of(second)
      draw.emit('backward', [one, weightOf(draw, one)])
    }
    return
  }
  const kwargs: Record<string, Argument> = random.chance(0.08) ? { retain_graph: true } : {}
  draw.emit('backward', [ref, weight], kwargs)
  if (random.chance(0.06)) draw.emit('backward', [ref, weight])
}

/** The program of a seed. `ops` are the names of ops to take, all where it is empty. */
export function generate(seed: number, ops: readonly string[]): Program {
  const draw = new Draw(seed)
  const wanted = ops.length === 0 ? null : opNames(ops)
  const count = draw.random.of([1, 1, 2, 2, 3, 3, 4, 5, 6])
  for (let i = 0; i < count; i++) {
    const choices = [...(wanted ?? new Map(Object.entries(anyFamily(draw))))]
    const [, draws] = draw.random.of(choices)
    draws(draw)
  }
  backward(draw)
  // Names that only PyTorch has are no disagreement.
  return { seed, statements: draw.statements.filter(({ op }) => exists(op)) }
}
