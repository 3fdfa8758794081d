/**
 * Replays the autograd programs that PyTorch ran for `golden/autograd.json` (made by `tools/golden/autograd.py`). Each
 * scenario has a twin of the same name there, line for line; what the two return must be equal, error texts included.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import * as torch from '../src/index.ts'
import { caught, isObject, readGolden } from './golden.ts'
import { onEachDevice } from './harness.ts'

const { Slice } = torch
type Tensor = torch.Tensor
type Nested = number | boolean | readonly Nested[]

const leaf = (...values: number[]) => torch.tensor(values, { requires_grad: true })
const leaf64 = (...values: number[]) => torch.tensor(values, { dtype: torch.float64, requires_grad: true })
const plain = (...values: number[]) => torch.tensor(values)
const plain64 = (...values: number[]) => torch.tensor(values, { dtype: torch.float64 })
const number = (value: number) => torch.tensor(value, { requires_grad: true })
const ints = (values: Nested) => torch.tensor(values, { dtype: torch.int32 })
const copy = (x: Tensor | null) => (x === null ? null : x.detach().clone())
const range = (end: number, ...shape: number[]) => torch.arange(end, { dtype: torch.float32 }).view(...shape)
const counted = (length: number): number[] => Array.from({ length }, (_, i) => i)
type Step = (x: Tensor) => Tensor
const table = <T>(rows: Record<string, T>, of: (row: T) => unknown): object =>
  Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, of(row)]))
const nodeName = (x: Tensor) => x.grad_fn?.name() ?? null

/** The error of a backward after a change in place of what was saved. */
function stale(make: (x: Tensor) => readonly [Tensor, Tensor], change: (saved: Tensor) => unknown): unknown {
  const [saved, out] = make(leaf(1, 2, 3))
  change(saved)
  return caught(() => out.sum().backward())
}

/** Saves its own result. */
const itself = (f: (x: Tensor) => Tensor) => (x: Tensor) => {
  const y = f(x)
  return [y, y] as const
}

/** `g` saves the result of `f`. */
const both = (f: (x: Tensor) => Tensor, g: (h: Tensor) => Tensor) => (x: Tensor) => {
  const h = f(x)
  return [h, g(h)] as const
}

// The custom functions of the scenarios.

type Context = torch.autograd.FunctionContext

class Scale extends torch.autograd.Function {
  static forward(ctx: Context, x: Tensor, factor: number) {
    ctx.factor = factor
    return x.mul(factor)
  }
  static backward(ctx: Context, grad: Tensor) {
    return [grad.mul(ctx.factor as number), null]
  }
}

class Cube extends torch.autograd.Function {
  static forward(ctx: Context, x: Tensor) {
    ctx.save_for_backward(x)
    return x.pow(3)
  }
  static backward(ctx: Context, grad: Tensor) {
    const [x] = ctx.saved_tensors as [Tensor]
    return grad.mul(3).mul(x.pow(2))
  }
}

const needs: boolean[][] = []

class Product extends torch.autograd.Function {
  static forward(ctx: Context, a: Tensor, b: Tensor) {
    ctx.save_for_backward(a, b)
    return a.mul(b)
  }
  static backward(ctx: Context, grad: Tensor) {
    const [a, b] = ctx.saved_tensors as [Tensor, Tensor]
    needs.push([...ctx.needs_input_grad])
    return [ctx.needs_input_grad[0] ? grad.mul(b) : null, ctx.needs_input_grad[1] ? grad.mul(a) : null]
  }
}

const materialized: unknown[] = []

class SumAndArgmax extends torch.autograd.Function {
  static forward(ctx: Context, x: Tensor) {
    ctx.save_for_backward(x)
    const best = x.argmax()
    const marked = x.mul(0)
    ctx.mark_non_differentiable(best, marked)
    return [x.sum(), best, marked, x.mul(2)]
  }
  static backward(ctx: Context, total: Tensor, _best: Tensor, _marked: Tensor, twice: Tensor) {
    const [x] = ctx.saved_tensors as [Tensor]
    materialized.push([copy(total), copy(twice)])
    return total.expand_as(x).add(twice.mul(2))
  }
}

const unmaterialized: unknown[] = []

class Unmaterialized extends torch.autograd.Function {
  static forward(ctx: Context, x: Tensor) {
    ctx.set_materialize_grads(false)
    return [x.mul(1), x.mul(2)]
  }
  static backward(_ctx: Context, a: Tensor | null, b: Tensor | null) {
    unmaterialized.push([copy(a), copy(b)])
    return a
  }
}

class AddOneInPlace extends torch.autograd.Function {
  static forward(ctx: Context, x: Tensor) {
    x.add_(1)
    ctx.mark_dirty(x)
    return x
  }
  static backward(_ctx: Context, grad: Tensor) {
    return grad.mul(5)
  }
}

class TooFew extends torch.autograd.Function {
  static forward(_ctx: Context, a: Tensor, b: Tensor) {
    return a.add(b)
  }
  static backward(_ctx: Context, grad: Tensor) {
    return grad
  }
}

class TooMany extends torch.autograd.Function {
  static forward(_ctx: Context, a: Tensor) {
    return a.mul(2)
  }
  static backward(_ctx: Context, grad: Tensor) {
    return [grad, grad, grad]
  }
}

class NullsAtTheEnd extends torch.autograd.Function {
  static forward(_ctx: Context, a: Tensor) {
    return a.mul(2)
  }
  static backward(_ctx: Context, grad: Tensor) {
    return [grad.mul(2), null]
  }
}

class WrongShape extends torch.autograd.Function {
  static forward(_ctx: Context, x: Tensor) {
    return x.mul(2)
  }
  static backward(_ctx: Context, grad: Tensor) {
    return grad.narrow(0, 0, 2)
  }
}

class Broadcasts extends torch.autograd.Function {
  static forward(_ctx: Context, x: Tensor) {
    return x.sum()
  }
  static backward(_ctx: Context, grad: Tensor) {
    return torch.ones(4, 3).mul(grad)
  }
}

class Identity extends torch.autograd.Function {
  static forward(_ctx: Context, x: Tensor) {
    return x
  }
  static backward(_ctx: Context, grad: Tensor) {
    return grad.mul(7)
  }
}

const one = (x: unknown): Tensor => x as Tensor
const many = (x: unknown): Tensor[] => x as Tensor[]

const scenarios: Readonly<Record<string, () => unknown>> = {
  accumulation() {
    const x = leaf(1, -2, 3)
    const before = x.grad
    x.mul(x).sum().backward()
    const once = copy(x.grad)
    x.mul(x).sum().backward()
    const twice = copy(x.grad)
    x.grad?.zero_()
    x.mul(3).sum().backward()
    const cleared = copy(x.grad)
    x.grad = null
    x.mul(x).mul(x).sum().backward()
    return {
      before,
      once,
      twice,
      'after zero_': cleared,
      'after null': x.grad,
      'grad requires grad': one(x.grad).requires_grad,
    }
  },

  five_epochs_without_clearing() {
    const w = leaf(1, 1, 1, 1)
    return Array.from({ length: 5 }, () => {
      w.mul(3).sum().backward()
      return copy(w.grad)
    })
  },

  second_backward() {
    const x = leaf(1, 2)
    const y = x.mul(x).sum()
    y.backward()
    const second = caught(() => y.backward())
    const kept = x.mul(x).sum()
    kept.backward({ retain_graph: true })
    kept.backward()
    const third = caught(() => kept.backward())
    return { second, grad: x.grad, third }
  },

  second_backward_of_what_saves_nothing() {
    const x = leaf(1, 2)
    const y = x.add(1).sum()
    y.backward()
    const second = caught(() => y.backward())
    const z = x.neg().reshape([1, 2]).t().select(0, 0).sum()
    z.backward()
    return { second, third: caught(() => z.backward()), grad: x.grad }
  },

  shared_part_freed() {
    const x = leaf(1, 2)
    const shared = x.exp()
    const [a, b] = [shared.sum(), shared.mul(2).sum()]
    a.backward()
    return { 'other branch': caught(() => b.backward()), grad: x.grad }
  },

  roots() {
    const x = leaf(1, 2)
    const scalar = number(3)
    scalar.backward()
    const plainScalar = torch.tensor(3)
    const single = leaf(5)
    single.mul(2).backward()
    x.mul(2).backward(plain(1, 0.5))
    return {
      'vector without gradient': caught(() => x.mul(2).backward()),
      'nothing requires grad': caught(() => plainScalar.backward()),
      'leaf on itself': scalar.grad,
      'one element': single.grad,
      'with gradient': x.grad,
      'wrong shape': caught(() => x.mul(2).backward(plain(1, 2, 3))),
      'wrong rank': caught(() => x.mul(2).backward(torch.tensor([[1, 2]]))),
      'integer root': caught(() => x.int().sum().backward()),
      'comparison root': caught(() => x.gt(1).sum().backward()),
    }
  },

  several_roots() {
    const [x, w] = [leaf(1, 2), leaf(3, 4)]
    torch.autograd.backward([x.mul(w), x.add(w).sum()], [plain(1, 10), torch.tensor(2)])
    const first = [copy(x.grad), copy(w.grad)]
    torch.autograd.backward([x.mul(x).sum(), w.mul(x).sum()])
    return {
      first,
      second: [x.grad, w.grad],
      count: caught(() => torch.autograd.backward([x.mul(1), w.mul(1)], [plain(1, 1)])),
    }
  },

  vector_jacobian_product() {
    const x = leaf(1, 2, 3)
    const y = x.mul(x)
    const v = plain(0.1, 1, 10)
    y.backward(v, { retain_graph: true })
    const first = copy(x.grad)
    y.backward(v)
    return { first, second: x.grad, third: caught(() => y.backward(v)), v }
  },

  diamond() {
    const x = leaf(0.5, 1.5)
    const a = x.sin()
    const b = a.mul(x)
    const c = a.add(b)
    const d = b.mul(c).add(a).sum()
    d.backward()
    return { value: d, grad: x.grad }
  },

  gradients_are_not_shared() {
    const [a, b] = [leaf(1, 2), leaf(3, 4)]
    const upstream = plain(1, 1)
    a.add(b).backward(upstream)
    a.grad?.mul_(10)
    return { a: a.grad, b: b.grad, upstream }
  },

  deep_chain() {
    const x = number(1)
    let y: Tensor = x
    for (let i = 0; i < 2000; i++) y = y.mul(1.0005).add(0.0001)
    y.backward()
    return { grad: x.grad }
  },

  grad_function() {
    const [x, w, unused] = [leaf(1, 2), leaf(3, 4), leaf(5)]
    const y = x.mul(w).sum()
    const grads = torch.autograd.grad(y, [x, w], { retain_graph: true })
    const partial = torch.autograd.grad(y, [x, unused], { allow_unused: true })
    const h = x.mul(2)
    const z = h.mul(h).sum()
    const nonLeaf = torch.autograd.grad(z, [h], { retain_graph: true })
    const pair = torch.autograd.grad(z, [h, x])
    return {
      grads,
      untouched: [x.grad, w.grad],
      allow_unused: partial,
      'non-leaf': nonLeaf,
      both: pair,
      unused: caught(() => torch.autograd.grad(x.mul(2).sum(), [unused])),
      freed: caught(() => torch.autograd.grad(z, [x])),
      'input needs no grad': caught(() => torch.autograd.grad(x.mul(2).sum(), [plain(1)])),
      'non-scalar': caught(() => torch.autograd.grad(x.mul(2), [x])),
      'no history': caught(() => torch.autograd.grad(plain(1).sum(), [x])),
      'result requires grad': grads[0]?.requires_grad,
    }
  },

  grad_outputs() {
    const x = leaf(1, 2, 3)
    const [y, z] = [x.mul(x), x.sum()]
    const vector = torch.autograd.grad([y], [x], { grad_outputs: [plain(1, 10, 100)], retain_graph: true })
    const mixed = torch.autograd.grad([y, z], [x], { grad_outputs: [plain(1, 0, 0), null], retain_graph: true })
    return {
      vector,
      'with null': mixed,
      'same input twice': torch.autograd.grad(z, [x, x], { retain_graph: true }),
      'wrong shape': caught(() => torch.autograd.grad([y], [x], { grad_outputs: [plain(1, 2)] })),
      'of itself': torch.autograd.grad([x], [x], { grad_outputs: [plain(7, 8, 9)] }),
    }
  },

  is_leaf_and_friends() {
    const x = leaf(1, 2)
    const p = plain(1, 2)
    const rows = {
      leaf: x,
      plain: p,
      result: x.mul(2),
      'result of plain': p.mul(2),
      detached: x.mul(2).detach(),
      integers: ints([1]),
      'view of a leaf': x.index(0),
      clone: x.clone(),
      'same dtype': x.to(torch.float32),
      double: x.double(),
      'int of leaf': x.int(),
      comparison: x.gt(1),
      argmax: x.argmax(),
      contiguous: x.contiguous(),
      zeros_like: torch.zeros_like(x),
      round: x.round(),
    }
    return Object.fromEntries(
      Object.entries(rows).map(([name, t]) => [name, [t.is_leaf, t.requires_grad, nodeName(t)]]),
    )
  },

  node_names_of_a_program() {
    const [x, w, b] = [leaf(1, 2, 3), leaf(0.5, -1, 2), number(0.1)]
    const z = w.mul(x).sum().add(b)
    const loss = torch.log(torch.sigmoid(z)).neg()
    const chain: string[] = []
    for (let node = loss.grad_fn; node; node = node.next_functions[0]?.[0] ?? null) chain.push(node.name())
    const names = (y: Tensor) => y.grad_fn?.next_functions.map(([node]) => node?.name() ?? null)
    return {
      chain,
      pow: nodeName(x.pow(2)),
      'scalar pow': nodeName(torch.pow(2, x)),
      rsub: nodeName(x.rsub(1)),
      mean: nodeName(x.mean()),
      'sum of dim': nodeName(x.sum(0)),
      'of add': names(w.add(b)),
      'with a constant': names(w.mul(plain(1, 1, 1))),
      indices: one(x.unbind()[2])
        .mul(2)
        .grad_fn?.next_functions.map(([, index]) => index),
    }
  },

  backward_inputs() {
    const [x, w] = [leaf(1, 2), leaf(3, 4)]
    x.mul(w)
      .sum()
      .backward({ inputs: [x] })
    const onlyX = [copy(x.grad), copy(w.grad)]
    const h = x.mul(2)
    h.mul(w)
      .sum()
      .backward({ inputs: [h, w] })
    const tensor = caught(() => x.mul(w).sum().backward({ inputs: w }))
    return {
      'only x': onlyX,
      'non-leaf': [x.grad, w.grad, h.grad],
      'a tensor': tensor,
      w: w.grad,
      'needs no grad': caught(() =>
        x
          .mul(w)
          .sum()
          .backward({ inputs: [plain(1)] }),
      ),
      none: caught(() => x.mul(w).sum().backward({ inputs: [] })),
    }
  },

  leaf_in_place() {
    const x = leaf(1, 2, 3)
    const errors = {
      add_: caught(() => x.add_(1)),
      mul_: caught(() => x.mul_(x)),
      zero_: caught(() => x.zero_()),
      view: caught(() => x.index(0).mul_(2)),
      'view of view': caught(() => x.view(3, 1).index(1).zero_()),
      'detach then': caught(() => x.detach().add_(1)),
    }
    torch.no_grad(() => {
      x.sub_(0.5)
      x.index(0).mul_(2)
    })
    x.mul(x).sum().backward()
    return { ...errors, x, 'requires grad': x.requires_grad, grad: x.grad, 'is leaf': x.is_leaf }
  },

  changed_after_saving: () => ({
    exp: stale(
      itself((x) => x.exp()),
      (y) => y.add_(1),
    ),
    sigmoid: stale(
      itself((x) => x.sigmoid()),
      (y) => y.mul_(2),
    ),
    sqrt: stale(
      itself((x) => x.sqrt()),
      (y) => y.zero_(),
    ),
    tanh: stale(
      itself((x) => x.tanh()),
      (y) => y.index(0).zero_(),
    ),
    relu: stale(
      itself((x) => x.relu()),
      (y) => y.add_(1),
    ),
    pow: stale(
      both(
        (x) => x.add(1),
        (h) => h.pow(2),
      ),
      (h) => h.mul_(2),
    ),
    log: stale(
      both(
        (x) => x.mul(1),
        (h) => h.log(),
      ),
      (h) => h.add_(1),
    ),
    mul: stale(
      both(
        (x) => x.add(1),
        (h) => h.mul(h),
      ),
      (h) => h.add_(1),
    ),
    matmul: stale(
      both(
        (x) => x.view(1, 3).mul(2),
        (h) => h.matmul(h.t()),
      ),
      (h) => h.add_(1),
    ),
    twice: stale(
      itself((x) => x.exp()),
      (y) => y.add_(1).add_(1),
    ),
    'through detach': stale(
      itself((x) => x.exp()),
      (y) => y.detach().zero_(),
    ),
    'sub keeps nothing': stale(
      both(
        (x) => x.add(1),
        (h) => h.sub(3),
      ),
      (h) => h.mul_(2),
    ),
    'add keeps nothing': stale(
      itself((x) => x.add(1)),
      (y) => y.add_(1),
    ),
    'mul by a number': stale(
      both(
        (x) => x.add(1),
        (h) => h.mul(3),
      ),
      (h) => h.mul_(2),
    ),
    'through data': stale(
      itself((x) => x.exp()),
      (y) => y.data.add_(0),
    ),
    restored: stale(
      itself((x) => x.exp()),
      (y) => y.add_(1).sub_(1),
    ),
  }),

  assignments() {
    const of = (assign: (y: Tensor) => unknown): object => {
      const y = range(6, 2, 3).requires_grad_().mul(1)
      assign(y)
      return { name: nodeName(y), values: y }
    }
    const y = range(6, 2, 3).requires_grad_()
    const distinct = [
      ...torch.unique(y, { return_counts: true }),
      torch.unique(y, { dim: 0 }),
      torch.unique_consecutive(y),
    ]
    return {
      ...table(
        {
          everything: (x) => x.index_put_(['...'], 7),
          copied: (x) => x.index_put_(['...'], torch.ones(3)),
          sliced: (x) => x.index_put_([Slice()], 7),
          whole: (x) => x.index_put_([Slice(0, 2), Slice(0, 3)], torch.zeros(2, 3)),
          row: (x) => x.index_put_([1], torch.ones(1, 3)),
          // Of a tensor alone it would be PyTorch's `index_put_`, which takes no dimension more.
          picked: (x) => x.index_put_([ints([1, 0]), '...'], torch.ones(1, 1, 3)),
          masked: (x) => x.index_put_([x.gt(2)], torch.tensor(5, { dtype: torch.int32 })),
        } satisfies Record<string, (x: Tensor) => unknown>,
        of,
      ),
      reads: table<Tensor>(
        {
          all: y.index('...'),
          slice: y.index(Slice(0, 2)),
          slices: y.index(Slice(0, 2), Slice(0, 3)),
          open: y.index(Slice()),
          new: y.index(null),
        },
        nodeName,
      ),
      unique: distinct.map(nodeName),
      backward: caught(() => distinct[0]?.sum().backward()),
    }
  },

  changed_indices() {
    const of = (step: (x: Tensor, index: Tensor) => Tensor, ...values: Nested[]): unknown => {
      const x = range(6, 3, 2).requires_grad_()
      const index = typeof values[0] === 'boolean' ? torch.tensor(values) : ints(values)
      const out = step(x, index)
      if (index.dtype === torch.bool) index.logical_not_()
      else index.add_(1)
      return caught(() => out.sum().backward())
    }
    const put = (x: Tensor, index: Tensor): Tensor => x.clone().index_put_([index], x.index(Slice(null, 1)))
    const rows = torch.ones(2, 2, { requires_grad: true })
    const square = [
      [0, 1],
      [1, 0],
    ]
    const column = (x: Tensor): Tensor => x.index(Slice(), 0)
    const mask = [true, false, true]
    const row = (): Tensor => rows.index(0)
    return {
      index_select: of((x, i) => x.index_select(0, i), 0, 2),
      gather: of((x, i) => x.gather(1, i), ...square),
      take: of((x, i) => x.take(i), 0, 5),
      take_along_dim: of((x, i) => x.index(Slice(null, 2)).take_along_dim(i, 1), ...square),
      index: of((x, i) => x.index(i), 0, 2),
      'index of a column': of((x, i) => x.index(Slice(1), i), 0, 1),
      mask: of((x, i) => x.index(i), ...mask),
      masked_select: of((x, i) => column(x).masked_select(i), ...mask),
      masked_scatter: of((x, i) => column(x).masked_scatter(i, row()), ...mask),
      masked_scatter_: of((x, i) => column(x).clone().masked_scatter_(i, row()), ...mask),
      masked_fill: of((x, i) => column(x).masked_fill(i, 1), ...mask),
      masked_fill_: of((x, i) => column(x).clone().masked_fill_(i, 1), ...mask),
      scatter: of((x, i) => x.scatter(0, i, rows), ...square),
      scatter_: of((x, i) => x.clone().scatter_(0, i, 5), ...square),
      scatter_add: of((x, i) => x.scatter_add(0, i, rows), ...square),
      scatter_add_: of((x, i) => x.clone().scatter_add_(0, i, rows), ...square),
      scatter_reduce: of((x, i) => x.scatter_reduce(0, i, rows, 'sum'), ...square),
      index_add: of((x, i) => x.index_add(0, i, rows), 0, 2),
      index_add_: of((x, i) => x.clone().index_add_(0, i, rows), 0, 2),
      index_copy: of((x, i) => x.index_copy(0, i, rows), 0, 2),
      index_copy_: of((x, i) => x.clone().index_copy_(0, i, rows), 0, 2),
      index_fill: of((x, i) => x.index_fill(0, i, 1), 0, 2),
      index_fill_: of((x, i) => x.clone().index_fill_(0, i, x.sum()), 0, 2),
      index_put: of((x, i) => x.index_put([i], rows), 0, 2),
      index_put_: of(put, 0, 2),
      'index_put_ of a mask': of(put, ...mask),
    }
  },

  changed_results() {
    const of = (step: (x: Tensor) => { readonly values: Tensor; readonly indices: Tensor }): unknown => {
      const { values, indices } = step(range(6, 3, 2).requires_grad_())
      indices.zero_()
      return caught(() => values.sum().backward())
    }
    return {
      sort: of((x) => x.sort(0)),
      topk: of((x) => x.topk(1, 0)),
      kthvalue: of((x) => x.kthvalue(1, 0)),
      median: of((x) => x.median(0)),
      mode: of((x) => x.mode(0)),
      cummax: of((x) => x.cummax(0)),
      max: of((x) => x.max(0)),
      min: of((x) => x.min(0, true)),
    }
  },

  changed_leaf() {
    const [x, w] = [leaf(1, 2), leaf(3, 4)]
    const y = x.mul(w).sum()
    torch.no_grad(() => w.add_(1))
    return { error: caught(() => y.backward()) }
  },

  double_precision_and_shapes_in_the_error() {
    const x = torch.ones(2, 3, { dtype: torch.float64, requires_grad: true })
    const y = x.exp()
    y.index(0).add_(1)
    const s = number(2).exp()
    s.add_(1)
    return { matrix: caught(() => y.sum().backward()), scalar: caught(() => s.backward()) }
  },

  versions() {
    const x = plain(1, 2, 3)
    const seen = [x._version]
    x.add_(1)
    seen.push(x._version)
    x.index(0).mul_(2)
    seen.push(x._version)
    const view = x.index(Slice(1))
    seen.push(view._version)
    x.detach().zero_()
    seen.push(view._version)
    torch.no_grad(() => x.add_(1))
    seen.push(x._version)
    x.data.add_(1)
    seen.push(x._version, x.clone()._version)
    x.index_put_([0], 5)
    seen.push(x._version)
    x.copy_(plain(1, 1, 1))
    seen.push(x._version)
    return seen
  },

  in_place_on_results() {
    const [x, w] = [leaf(1, 2, 3), leaf(0.5, -1, 2)]
    const names: Record<string, string | null> = {}
    const y = x.mul(2)
    names['add_'] = nodeName(y.add_(w))
    names['mul_'] = nodeName(y.mul_(w))
    names['sigmoid_'] = nodeName(y.sigmoid_())
    y.backward(plain(1, 2, 3))
    const z = x.mul(1)
    names['relu_'] = nodeName(z.relu_())
    names['exp_'] = nodeName(z.exp_())
    names['neg_'] = nodeName(z.neg_())
    names['zero_'] = nodeName(z.zero_())
    names['tanh_'] = nodeName(z.tanh_())
    names['sqrt_'] = nodeName(z.sqrt_())
    names['abs_'] = nodeName(z.abs_())
    names['square_'] = nodeName(z.square_())
    names['sin_'] = nodeName(z.sin_())
    names['fill_'] = nodeName(z.fill_(3))
    names['clamp_'] = nodeName(z.clamp_(0, 1))
    names['div_'] = nodeName(z.div_(2))
    names['copy_'] = nodeName(z.copy_(x))
    return { names, y, x: x.grad, w: w.grad }
  },

  in_place_on_a_view() {
    const x = leaf(1, 2, 3, 4)
    const y = x.mul(2)
    const v = y.index(Slice(1, 3))
    const before = [nodeName(y), nodeName(v)]
    v.mul_(10)
    const after = [nodeName(y), nodeName(v)]
    y.mul(plain(1, 2, 3, 4))
      .sum()
      .backward()
    return { before, after, y, v, grad: x.grad }
  },

  in_place_on_a_base() {
    const x = leaf(1, 2, 3, 4)
    const y = x.mul(2)
    const v = y.view(2, 2)
    const w = v.index(1)
    y.mul_(10)
    const names = [nodeName(y), nodeName(v), nodeName(w)]
    v.mul(v).sum().backward({ retain_graph: true })
    const first = copy(x.grad)
    x.grad = null
    w.mul(3).sum().backward()
    return { names, v, first, second: x.grad }
  },

  in_place_select() {
    const x = leaf(1, 2, 3)
    const y = x.clone()
    y.index(0).mul_(5)
    y.index_put_([1], 7)
    y.index(Slice(2)).exp_()
    y.mul(y).sum().backward()
    return { y, name: nodeName(y), grad: x.grad }
  },

  in_place_from_another_leaf() {
    const [x, w] = [leaf(1, 2, 3), leaf(10, 20)]
    const y = x.mul(1)
    y.index_put_([Slice(1)], w.mul(2))
    y.index(0).mul_(w.index(0))
    y.mul(plain(1, 2, 3))
      .sum()
      .backward()
    return { y, x: x.grad, w: w.grad }
  },

  constants_become_part_of_the_graph() {
    const w = leaf(1, 2)
    const z = torch.zeros(4)
    const before = z.requires_grad
    const view = z.index(Slice(1, 3))
    view.copy_(w)
    const names = [nodeName(z), nodeName(view)]
    z.index_put_([0], w.index(1).mul(3))
    z.mul(plain(1, 2, 3, 4))
      .sum()
      .backward()
    const other = torch.ones(2)
    other.mul_(w)
    return {
      before,
      after: [z.requires_grad, z.is_leaf],
      names,
      z,
      grad: w.grad,
      mul_: [nodeName(other), other],
    }
  },

  views_of_views_in_place() {
    const x = range(6, 2, 3).requires_grad_()
    const y = x.mul(1)
    const t = y.t()
    t.index(1).mul_(3)
    t.index(Slice(0, 2), 1).add_(5)
    y.view(6).index(Slice(4)).zero_()
    y.mul(torch.arange(1, 7, { dtype: torch.float32 }).view(2, 3))
      .sum()
      .backward()
    return { y, t, names: [nodeName(y), nodeName(t)], grad: x.grad }
  },

  permuted_base_in_place() {
    const x = range(6, 2, 3).requires_grad_()
    const y = x.mul(1).t().contiguous()
    y.index(1).mul_(4)
    const z = x.mul(2).t()
    z.index(2).mul_(3)
    y.sum().add(z.mul(z).sum()).backward()
    return { y, z, grad: x.grad }
  },

  views_that_forbid_it() {
    const x = leaf(1, 2, 3)
    const y = x.mul(1)
    const [parts, pieces] = [x.mul(2).unbind(), x.mul(2).split(2)]
    const [unseen, alone] = torch.no_grad(() => [y.index(0), y.view(3)] as const)
    const p = plain(1, 2, 3)
    one(p.unbind()[0]).mul_(2)
    return {
      unbind: caught(() => one(parts[0]).mul_(2)),
      split: caught(() => one(pieces[1]).add_(1)),
      chunk: caught(() => one(x.mul(2).chunk(3)[2]).zero_()),
      'made in no_grad': caught(() => unseen.mul_(2)),
      'view in no_grad': caught(() => alone.mul_(2)),
      'unbind of plain': p,
      expanded: caught(() => torch.zeros(1).expand(3).add_(1)),
    }
  },

  in_place_twice_saved() {
    const x = leaf(1, 2)
    const first = x.exp()
    const z = first.mul(first)
    const y = first.clone()
    y.mul_(3)
    z.sum().add(y.mul(x).sum()).backward()
    return { grad: x.grad }
  },

  index_put_gradients() {
    const [x, v] = [leaf(1, 2, 3), leaf(10, 20, 30)]
    const y = x.mul(2)
    y.index_put_([ints([0, 2, 0])], v, { accumulate: true })
    const name = nodeName(y)
    y.mul(y).sum().backward()
    const w = leaf(5)
    const z = x.mul(1)
    z.index_put_([torch.tensor([true, false, true])], w)
    const mask = torch.autograd.grad(z.mul(plain(1, 2, 3)).sum(), [x, w])
    return { name, y, x: x.grad, v: v.grad, mask }
  },

  hooks() {
    const order: unknown[] = []
    const x = leaf(1, 2)
    const y = x.mul(3)
    const note = (name: string, scale?: number) => (grad: Tensor) => {
      order.push([name, copy(grad)])
      return scale === undefined ? undefined : grad.mul(scale)
    }
    x.register_hook(note('x first', 2))
    x.register_hook(note('x second', 10))
    y.register_hook(note('y first'))
    const removable = y.register_hook(note('y removed', 100))
    y.register_hook(note('y last', -1))
    removable.remove()
    y.sum().backward()
    const first = copy(x.grad)
    x.mul(x).sum().backward()
    return { order, first, second: x.grad }
  },

  hooks_and_sums() {
    const seen: unknown[] = []
    const x = leaf(1, 2)
    const h = x.mul(2)
    h.register_hook((g) => {
      seen.push(copy(g))
    })
    h.mul(h).add(h).sum().backward()
    return { 'once, with the sum': seen, grad: x.grad }
  },

  hook_errors() {
    const y = leaf(1, 2).mul(2)
    y.register_hook((g) => g.narrow(0, 0, 1))
    const other = caught(() => y.sum().backward())
    const fields = isObject(other) && 'error' in other && 'message' in other ? other : { error: null, message: null }
    return {
      'no grad': caught(() => plain(1).register_hook((g) => g)),
      'other size': [fields.error, String(fields.message).includes('has changed the size of value')],
    }
  },

  retain_grad() {
    const x = leaf(1, 2)
    const y = x.mul(3)
    const z = y.mul(y)
    y.retain_grad()
    y.retain_grad()
    const before = y.grad
    const flags = [y.retains_grad, z.retains_grad, x.retains_grad]
    z.sum().backward({ retain_graph: true })
    const once = copy(y.grad)
    z.sum().backward()
    x.retain_grad()
    return {
      before,
      flags,
      once,
      twice: y.grad,
      'not asked': z.grad,
      leaf: x.retains_grad,
      error: caught(() => plain(1).retain_grad()),
    }
  },

  retain_grad_sees_hooks() {
    const x = leaf(1, 2)
    const y = x.mul(3)
    y.register_hook((g) => g.mul(2))
    y.retain_grad()
    const z = x.mul(3)
    z.retain_grad()
    z.register_hook((g) => g.mul(2))
    y.add(z).sum().backward()
    return { 'retained last': y.grad, 'retained first': z.grad, x: x.grad }
  },

  node_hooks() {
    const seen: unknown[] = []
    const y = leaf(1, 2).mul(3)
    y.grad_fn?.register_hook((inputs, outputs) => {
      seen.push([copy(inputs[0] ?? null), copy(outputs[0] ?? null)])
    })
    y.sum().backward()
    return { seen }
  },

  detach() {
    const x = leaf(1, 2)
    const y = x.mul(2)
    const d = y.detach()
    d.mul_(10)
    const other = x.mul(3)
    other.detach_()
    const detachedLeaf = leaf(1)
    detachedLeaf.detach_()
    const view = x.mul(2).index(0)
    y.mul(d).sum().backward()
    return {
      shares: y,
      flags: [d.requires_grad, d.is_leaf, nodeName(d)],
      detach_: [other.requires_grad, other.is_leaf, nodeName(other)],
      leaf: detachedLeaf.requires_grad,
      view: caught(() => view.detach_()),
      grad: x.grad,
      'backward of it': caught(() => d.sum().backward()),
    }
  },

  no_grad() {
    const x = leaf(1, 2)
    const { y, made, inner, off, on, view } = torch.no_grad(() => {
      const inside = {
        y: x.mul(2),
        made: torch.zeros(2, { requires_grad: true }),
        inner: torch.enable_grad(() => x.mul(3)),
        off: torch.is_grad_enabled(),
        on: torch.set_grad_enabled(true, () => torch.is_grad_enabled()),
        view: x.index(0),
      }
      inside.view.mul_(10)
      return inside
    })
    torch.set_grad_enabled(false)
    const outside = x.mul(2)
    torch.set_grad_enabled(true)
    caught(() =>
      torch.no_grad(() => {
        throw new torch.ValueError('inside')
      }),
    )
    const afterError = torch.is_grad_enabled()
    return {
      y: [y.requires_grad, y.is_leaf, nodeName(y)],
      made: [made.requires_grad, made.is_leaf],
      inner: [inner.requires_grad, nodeName(inner)],
      modes: [off, on, torch.is_grad_enabled(), afterError],
      function: outside.requires_grad,
      x,
      view: view.detach(),
      backward: caught(() => y.sum().backward()),
    }
  },

  inference_mode() {
    const x = leaf(1, 2)
    const { y, inside, made, view, normal, value } = torch.inference_mode(() => {
      const result = x.mul(2)
      const modes = [torch.is_inference_mode_enabled(), torch.is_grad_enabled()]
      result.add_(1)
      return {
        y: result,
        inside: modes,
        made: torch.ones(2),
        view: x.index(Slice(0, 1)),
        normal: torch.inference_mode(false, () => torch.ones(2)),
        value: result.clone(),
      }
    })
    return {
      y: value,
      flags: [y.is_inference(), y.requires_grad, y.is_leaf, made.is_inference(), normal.is_inference()],
      view: view.is_inference(),
      inside,
      after: torch.is_inference_mode_enabled(),
      saved: caught(() => x.mul(y)),
      'not saved': caught(() => x.add(y)),
      'in place': caught(() => y.add_(1)),
      requires_grad_: caught(() => made.requires_grad_()),
      backward: caught(() => y.sum().backward()),
      version: caught(() => made._version),
      clone: [y.clone().is_inference(), x.mul(y.clone()).requires_grad],
      'result outside': y.mul(2).is_inference(),
    }
  },

  custom_function() {
    const x = leaf(1, 2, 3)
    const y = Scale.apply(x, 4)
    y.sum().backward()
    const z = Cube.apply(x)
    const [g1] = many(torch.autograd.grad(z.sum(), [x], { create_graph: true })) as [Tensor]
    const [g2] = many(torch.autograd.grad(g1.sum(), [x], { create_graph: true })) as [Tensor]
    const [g3] = torch.autograd.grad(g2.sum(), [x])
    const freed = Cube.apply(x).sum()
    freed.backward()
    const untracked = one(Scale.apply(plain(1), 2))
    return {
      y,
      name: nodeName(y),
      grad: x.grad,
      orders: [g1, g2, g3],
      'name of cube': nodeName(z),
      'plain input': [untracked.requires_grad, nodeName(untracked)],
      freed: caught(() => freed.backward()),
      'in no_grad': torch.no_grad(() => Scale.apply(x, 2)).requires_grad,
    }
  },

  custom_function_inputs() {
    needs.length = 0
    const [a, b, c] = [leaf(1, 2), leaf(3, 4), plain(5, 6)]
    Product.apply(a, b).sum().backward()
    Product.apply(a, c).sum().backward()
    Product.apply(c, b).sum().backward()
    return { needs, a: a.grad, b: b.grad }
  },

  custom_function_outputs() {
    materialized.length = 0
    unmaterialized.length = 0
    const x = leaf(1, 3, 2)
    const [total, best, marked, twice] = SumAndArgmax.apply(x) as [Tensor, Tensor, Tensor, Tensor]
    const flags = [total.requires_grad, best.requires_grad, marked.requires_grad, twice.requires_grad]
    total.backward({ retain_graph: true })
    const first = copy(x.grad)
    total.mul(2).add(twice.sum()).backward()
    const [a] = Unmaterialized.apply(x)
    one(a).sum().backward()
    return { flags, best, first, grad: x.grad, seen: materialized, unmaterialized }
  },

  custom_function_in_place() {
    const x = leaf(1, 2)
    const h = x.mul(2)
    const y = AddOneInPlace.apply(h)
    const same = y === h
    y.sum().backward()
    return { same, name: nodeName(h), h, grad: x.grad, leaf: caught(() => AddOneInPlace.apply(leaf(1))) }
  },

  custom_function_errors() {
    const [a, b] = [leaf(1, 2, 3), leaf(4, 5, 6)]
    NullsAtTheEnd.apply(b).sum().backward()
    return {
      'too few': caught(() => TooFew.apply(a, b).sum().backward()),
      'too many': caught(() => TooMany.apply(a).sum().backward()),
      'nulls at the end': b.grad,
      'wrong shape': caught(() => WrongShape.apply(a).sum().backward()),
      'summed to the shape': caught(() => Broadcasts.apply(a).backward()),
      grad: a.grad,
    }
  },

  custom_function_identity() {
    const x = leaf(1, 2)
    const y = Identity.apply(x)
    y.sum().backward()
    return { same: y === x, name: nodeName(y), grad: x.grad }
  },

  custom_function_saved_then_changed() {
    const h = leaf(1, 2).mul(1)
    const y = Cube.apply(h)
    h.add_(1)
    return { error: caught(() => y.sum().backward()) }
  },

  anomaly() {
    const run = () => {
      const x = leaf(0, 4)
      return [x.sqrt().mul(plain(0, 1)).sum(), x] as const
    }
    const [loss, x] = run()
    loss.backward()
    const silent = copy(x.grad)
    torch.warnings.simplefilter('ignore')
    const error = torch.autograd.detect_anomaly(() => {
      const [watched] = run()
      return caught(() => watched.backward())
    })
    const [enabled, second] = torch.autograd.set_detect_anomaly(true, () => {
      const [again] = run()
      return [torch.is_anomaly_enabled(), caught(() => again.backward())] as const
    })
    return { silent, error, second, enabled: [enabled, torch.is_anomaly_enabled()] }
  },

  third_order() {
    const x = leaf64(0.5, -1.2, 2)
    const functions: Record<string, (t: Tensor) => Tensor> = {
      'x^4': (t) => t.pow(4),
      sin: (t) => t.sin(),
      'exp(sin)': (t) => t.sin().exp(),
      sigmoid: (t) => t.sigmoid(),
      'tanh of square': (t) => t.mul(t).tanh(),
      softplus: (t) => torch.softplus(t),
      quotient: (t) => t.div(t.mul(t).add(1)),
      logsumexp: (t) => t.logsumexp(0),
      prod: (t) => t.prod(),
      norm: (t) => t.norm(),
      softmax: (t) =>
        t
          .softmax(0)
          .mul(plain64(1, 2, 3))
          .sum(),
      gelu: (t) => torch.gelu(t),
      erf: (t) => torch.erf(t),
      'pow of x': (t) => t.abs().add(1).pow(t),
    }
    const orders = (f: (t: Tensor) => Tensor) => {
      let y = f(x)
      return [1, 2, 3].map(() => {
        y = one(torch.autograd.grad(y.sum(), [x], { create_graph: true })[0])
        return copy(y)
      })
    }
    return Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, orders(f)]))
  },

  mixed_partials() {
    const [x, y] = [number(1.5), number(-2)]
    const f = x.pow(2).mul(y.pow(3))
    const [fx, fy] = many(torch.autograd.grad(f, [x, y], { create_graph: true })) as [Tensor, Tensor]
    const [fxy] = torch.autograd.grad(fx, [y], { retain_graph: true })
    const [fyx] = many(torch.autograd.grad(fy, [x], { create_graph: true })) as [Tensor]
    const [fyxy] = torch.autograd.grad(fyx, [y])
    return { fx, fy, fxy, fyx, fyxy, name: nodeName(fx) }
  },

  gradient_penalty() {
    const w = torch.tensor(
      [
        [0.5, -1],
        [2, 0.3],
      ],
      { requires_grad: true },
    )
    const x = torch.tensor([[1, 2]], { requires_grad: true })
    const out = torch.tanh(x.matmul(w)).sum()
    const [gx] = many(torch.autograd.grad(out, [x], { create_graph: true })) as [Tensor]
    const penalty = gx.norm().sub(1).pow(2)
    penalty.backward()
    return { penalty, w: w.grad, x: x.grad }
  },

  create_graph_in_backward() {
    const x = leaf(1, 2)
    x.pow(3).sum().backward({ create_graph: true })
    const grad = one(x.grad)
    const [first, flag] = [copy(grad), grad.requires_grad]
    const total = grad.sum()
    x.grad = null
    total.backward()
    return { first, 'requires grad': flag, second: x.grad }
  },

  hessian_vector_product() {
    const x = leaf64(1, -2, 0.5)
    const v = plain64(1, 2, 3)
    const f = x.index(0).mul(x.index(1)).mul(x.index(2)).exp().add(x.pow(3).sum())
    const [g] = many(torch.autograd.grad(f, [x], { create_graph: true })) as [Tensor]
    const [hv] = torch.autograd.grad(g, [x], { grad_outputs: [v] })
    return { g, hv }
  },

  requires_grad_changes() {
    const y = leaf(1, 2).mul(2)
    const p = plain(1, 2)
    const returned = p.requires_grad_() === p
    y.requires_grad_(true)
    const off = leaf(1)
    off.requires_grad_(false)
    return {
      'off on a result': caught(() => {
        y.requires_grad = false
      }),
      'requires_grad_(False) on a result': caught(() => y.requires_grad_(false)),
      integers: caught(() => ints([1]).requires_grad_()),
      'tensor of integers': caught(() => torch.tensor([1], { dtype: torch.int32, requires_grad: true })),
      'zeros of bools': caught(() => torch.zeros(2, { dtype: torch.bool, requires_grad: true })),
      returned,
      p: p.requires_grad,
      off: off.requires_grad,
      y: y.requires_grad,
      'integers off': caught(() => ints([1]).requires_grad_(false)),
    }
  },

  grad_assignment() {
    const x = leaf(1, 2)
    const given = plain(5, 6)
    x.grad = given
    x.mul(2).sum().backward()
    return { accumulated: x.grad, 'same tensor': x.grad === given, given }
  },

  dtypes_of_gradients() {
    const [x, d] = [leaf(1, 2), leaf64(3, 4)]
    const y = x.mul(d)
    y.sum().backward()
    const z = leaf(1.5, 2.5)
    z.double().pow(2).sum().backward()
    z.mul(ints([1, 2]))
      .sum()
      .backward()
    return { y, x: x.grad, d: d.grad, z: z.grad }
  },

  broadcast_gradients() {
    const a = torch.ones(2, 1, 3, { requires_grad: true })
    const b = torch.full([4, 1], 2, { dtype: torch.float32, requires_grad: true })
    const s = number(3)
    const y = a.mul(b).add(s)
    y.backward(range(24, 2, 4, 3))
    const e = leaf(1, 2)
    e.expand(3, 2).backward(range(6, 3, 2))
    return { shape: [...y.shape], a: a.grad, b: b.grad, s: s.grad, expand: e.grad }
  },

  choices() {
    const ties = leaf(2, 3, 3)
    const functions: Record<string, (t: Tensor) => Tensor> = {
      max: (t) => t.max(),
      amax: (t) => t.amax(0),
      'max over a dim': (t) => t.max(0).values,
      maximum: (t) => torch.maximum(t, plain(2, 1, 5)),
      'relu at 0': (t) => t.sub(3).relu(),
      'abs at 0': (t) => t.sub(2).abs(),
      clamp: (t) => t.clamp(2, 3),
      'clamp inside': (t) => t.clamp(2.5, 3),
      sort: (t) => t.sort().values.index(0),
      where: (t) => torch.where(t.gt(2), t.mul(t), t.mul(10)),
      'sqrt at 0': (t) => t.sub(2).sqrt(),
      'norm at 0': (t) => t.sub(t).norm(),
      'pow 0': (t) => t.sub(2).pow(0),
      median: (t) => t.median(),
      min: (t) => t.min(),
      leaky: (t) => torch.leaky_relu(t.sub(3), 0.1),
      sign: (t) => t.sign(),
      round: (t) => t.round(),
      fmod: (t) => t.fmod(2),
      std: (t) => t.std(),
    }
    const gradient = (f: (t: Tensor) => Tensor) => torch.autograd.grad(f(ties).sum(), [ties], { allow_unused: true })
    return Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, gradient(f)]))
  },

  where_hides_no_nan() {
    const x = leaf(0, 4)
    torch.where(x.gt(0), x.sqrt(), torch.zeros(2)).sum().backward()
    return { grad: x.grad }
  },

  indexing_gradients() {
    const x = range(12, 3, 4).requires_grad_()
    const gradient = (y: Tensor) => {
      x.grad = null
      y.sum().backward()
      return copy(x.grad)
    }
    return {
      row: gradient(x.index(1).mul(2)),
      slices: gradient(x.index(Slice(), Slice(null, null, 2)).mul(x.index(Slice(), Slice(1, 3)))),
      repeated: gradient(x.index(ints([0, 0, 2])).mul(range(12, 3, 4))),
      masked: gradient(x.index(x.gt(5)).pow(2)),
      gathered: gradient(
        x.gather(
          1,
          ints([
            [0, 0],
            [1, 3],
            [2, 2],
          ]),
        ),
      ),
    }
  },

  in_place_on_views_of_any_layout() {
    const weight = plain(...counted(24).map((i) => i + 1)).reshape(2, 3, 4)
    const of = (make: Step, view: Step, change: (window: Tensor, x: Tensor) => unknown) => {
      const x = plain(...counted(24).map((i) => (i + 1) / 32))
        .reshape(2, 3, 4)
        .requires_grad_()
      const base = make(x)
      const window = view(base)
      change(window, x)
      base
        .mul(weight.reshape(-1).narrow(0, 0, base.numel()).reshape(base.shape))
        .sum()
        .backward(null, { retain_graph: true })
      const first = copy(x.grad)
      window.mul(window).sum().backward()
      return [first, x.grad, nodeName(base), nodeName(window), base.detach(), window.detach()]
    }
    const bases: Record<string, Step> = {
      transposed: (x) => x.mul(2).transpose(0, 2),
      'permuted and computed': (x) => x.permute(2, 0, 1).mul(2),
      'transposed, sin': (x) => x.transpose(1, 2).sin(),
      narrowed: (x) => x.mul(2).narrow(1, 1, 2),
      stepped: (x) => x.mul(2).index(Slice(), Slice(null, null, 2), Slice(1)),
    }
    const views: Record<string, Step> = {
      row: (b) => b.index(0),
      'last column': (b) => b.index('...', -1),
      transposed: (b) => b.transpose(0, 1),
      diagonal: (b) => b.diagonal(0, 0, 1),
      stepped: (b) => b.index(Slice(), Slice(null, null, 2)),
    }
    const changes: Record<string, (window: Tensor, x: Tensor) => unknown> = {
      mul_: (w) => w.mul_(3),
      'mul_ by leaf': (w, x) => w.mul_(x.sum()),
      copy_: (w) => w.copy_(torch.ones_like(w)),
      sigmoid_: (w) => w.sigmoid_(),
    }
    return table(bases, (b) => table(views, (v) => table(changes, (c) => of(b, v, c))))
  },

  as_strided_of_any_layout() {
    const weight = plain(1, -2, 3, -4, 5, -6, 7, -8, 9).reshape(3, 3)
    const of = (make: Step, strides: number[], offset?: number) => {
      const x = plain(...counted(20).map((i) => (i + 1) / 4))
        .reshape(4, 5)
        .requires_grad_()
      const out = make(x).as_strided([3, 3], strides, offset)
      const [grad] = torch.autograd.grad(out.mul(out).mul(weight).sum(), [x], { create_graph: true })
      const [twice] = torch.autograd.grad(grad.mul(grad).sum(), [x])
      return [out, grad, twice]
    }
    const bases: Record<string, Step> = {
      'row-major': (x) => x.mul(2),
      transposed: (x) => x.mul(2).t(),
      offset: (x) => x.mul(2).index(Slice(1)),
      window: (x) => x.mul(2).index(Slice(1), Slice(1, 4)),
      stepped: (x) => x.mul(2).index(Slice(null, null, 3), Slice(null, null, 2)),
      expanded: (x) => x.mul(2).index(Slice(null, 1)).expand(4, 5),
    }
    const windows: Record<string, readonly [number[], number?]> = {
      'own offset': [[5, 1]],
      overlapping: [[1, 1]],
      'at 2': [[4, 1], 2],
      'at 5': [[1, 3], 5],
      broadcast: [[0, 2], 1],
    }
    return table(bases, (b) => table(windows, (w) => of(b, ...w)))
  },

  views_after_a_change() {
    const x = leaf(1, 2, 3, 4, 5, 6)
    const y = x.mul(2)
    const [square, overlapping] = [y.view(2, 3), y.as_strided([4, 3], [1, 1])]
    const column = square.index(Slice(), 1)
    y.mul_(x)
    const gradient = (z: Tensor) => torch.autograd.grad(z.mul(z).sum(), [x], { retain_graph: true })[0]
    return {
      square: gradient(square),
      overlapping: gradient(overlapping),
      column: gradient(column),
      names: [nodeName(square), nodeName(overlapping), nodeName(column)],
    }
  },

  unbind_gradients() {
    const x = range(6, 2, 3).requires_grad_()
    const [a, b] = many(x.unbind(0)) as [Tensor, Tensor]
    a.mul(b).sum().backward()
    const unbind = copy(x.grad)
    x.grad = null
    const right = one(x.split([1, 2], 1)[1])
    right.mul(right).sum().backward()
    const split = copy(x.grad)
    x.grad = null
    const { values, indices } = x.max(1)
    values.mul(plain(2, 3)).sum().backward()
    return { unbind, split, max: x.grad, indices, flags: [indices.requires_grad, values.requires_grad] }
  },

  views_in_place() {
    const weights = range(6, 6).sub(2)
    const steps: Record<string, Step> = {
      squeeze_: (t) => t.squeeze_(),
      'squeeze_ dim': (t) => t.squeeze_(-2),
      unsqueeze_: (t) => t.unsqueeze_(-1),
      transpose_: (t) => t.transpose_(0, 2),
      swapaxes_: (t) => t.swapaxes_(1, -1),
      swapdims_: (t) => t.swapdims_(1, 0),
      as_strided_: (t) => t.as_strided_([3, 2], [1, 3]),
      'as_strided_ part': (t) => t.as_strided_([2, 2], [2, 1], 1),
      twice: (t) => t.squeeze_(1).t_(),
      named: (t) => t.transpose_({ dim0: 0, dim1: 1 }).unsqueeze_({ dim: 0 }),
    }
    return table(steps, (step) => {
      const x = range(6, 2, 1, 3).add(1).requires_grad_()
      const y = x.mul(2)
      const version = y._version
      const out = step(y)
      const found = { same: out === y, shape: y.shape, strides: y.stride(), offset: y.storage_offset() }
      const [node, changes] = [nodeName(y), y._version - version]
      y.mul(y)
        .mul(weights.narrow(0, 0, y.numel()).reshape(y.shape))
        .sum()
        .backward()
      return { ...found, node, changes, grad: x.grad }
    })
  },

  views_in_place_of_views() {
    const x = range(6, 2, 1, 3).add(1).requires_grad_()
    const base = x.mul(2)
    const [row, column] = [base.index(0), base.index(Slice(), Slice(), 1)]
    row.unsqueeze_(0)
    const names = [nodeName(base), nodeName(row)]
    column.t_()
    row.mul_(3)
    base.squeeze_()
    base
      .mul(range(6, 2, 3))
      .sum()
      .backward(null, { retain_graph: true })
    const first = copy(x.grad)
    x.grad = null
    column.mul(plain(5, 7)).sum().backward(null, { retain_graph: true })
    const second = copy(x.grad)
    x.grad = null
    row.sum().backward()
    const results = { base: copy(base), row: copy(row), column: copy(column) }
    return { names, ...results, 'of base': first, 'of column': second, 'of row': x.grad }
  },

  views_in_place_after_use() {
    const x = range(4, 2, 2).add(1).requires_grad_()
    const uses: Record<string, Step> = {
      sum: (y) => y.sum(),
      index_select: (y) => y.index_select(0, ints([1])),
      max: (y) => y.max(1).values,
      sort: (y) => y.sort(1).values,
      topk: (y) => y.topk(1).values,
      repeat: (y) => y.repeat(2, 1),
      cumsum: (y) => y.cumsum(0),
      narrow: (y) => y.narrow(0, 0, 1),
      copy_: (y) => torch.zeros(2, 2).copy_(y),
      cat: (y) => torch.cat([y, y]),
      addmm: (y) => torch.addmm(y, torch.ones(2, 3), torch.ones(3, 2)),
      expand: (y) => y.expand(2, 2, 2),
      amax: (y) => y.amax(1),
      exp: (y) => y.exp(),
      mul: (y) => y.mul(y),
      scatter_add: (y) =>
        torch.zeros(2, 2).scatter_add(
          0,
          ints([
            [0, 1],
            [1, 1],
          ]),
          y,
        ),
    }
    return table(uses, (use) => {
      x.grad = null
      const y = x.mul(3)
      const out = use(y)
      y.unsqueeze_(0)
      const error = caught(() => out.mul(2).sum().backward())
      return error === 'nothing' ? x.grad : error
    })
  },

  resizing() {
    const x = torch.arange(6)
    const version = x._version
    const fewer = [x.resize_(2, 2).clone(), x._version - version, x.stride()]
    const back = x.resize_([3, 2]).clone()
    const more = range(3, 3)
    const same = more.view(3, 1)
    more.resize_(2, 4)
    more.index_put_([1], 7)
    return {
      fewer,
      back,
      transposed: torch.arange(6).view(2, 3).t().resize_(2, 3),
      'as it is': torch.arange(6).view(2, 3).t().resize_(3, 2).stride(),
      part: torch.arange(6).index(Slice(2, null)).resize_(2, 2),
      more: [more.shape, more.index(0, Slice(null, 3)).clone(), more.index(1).clone(), same.clone()],
      'of one': torch.tensor(5).resize_(1, 1),
      like: torch.arange(6).resize_as_(torch.zeros(2, 2)),
      none: torch.arange(6).resize_(0, 3).shape,
      leaf: caught(() => leaf(1, 2).resize_(1)),
      result: caught(() => leaf(1, 2).mul(2).resize_(1)),
    }
  },

  refused_views_in_place() {
    const x = leaf(1, 2, 3)
    const free = torch.no_grad(() => {
      const view = x.view(1, 3)
      x.unsqueeze_(0)
      return view
    })
    const [shape, grows] = [x.shape, x.requires_grad]
    x.mul(2).sum().backward()
    return [
      shape,
      grows,
      copy(x.grad),
      caught(() => x.squeeze_()),
      caught(() => x.index(0).unsqueeze_(0)),
      caught(() => x.t_()),
      caught(() => x.mul(2).split(1, 1)[0]?.squeeze_()),
      caught(() => free.squeeze_()),
      caught(() => plain(1).unsqueeze_(3)),
      caught(() => torch.zeros(1, 1, 1).t_()),
      caught(() => plain(1).transpose_(0, 1)),
      caught(() => plain(1).squeeze_(2)),
    ]
  },

  printed() {
    const x = leaf(1, 2)
    const y = x.mul(2)
    const z = y.clone()
    z.index(0).mul_(2)
    return {
      leaf: String(x),
      result: String(y),
      slices: String(z),
      scalar: String(x.pow(2).sum()),
      detached: String(y.detach()),
      grad: String(torch.autograd.grad(y.sum(), [x])[0]),
      select: String(x.index(0)),
      double: String(x.double()),
      custom: String(Scale.apply(x, 2)),
      comparison: String(x.gt(1)),
      view: String(x.view(2, 1)),
    }
  },
}

const golden = await readGolden<unknown>('autograd')

it('has a twin of each scenario', () => {
  expect(Object.keys(scenarios).sort()).toEqual(Object.keys(golden).sort())
})

/** Those that pick by a mask, with `unique`, and with a look for NaN. */
const readingAtOnce = ['indexing_gradients', 'anomaly', 'changed_indices', 'assignments']

onEachDevice('autograd as PyTorch runs it', (on) => {
  beforeEach(() => torch.set_default_device(on.device.type))
  afterEach(() => {
    torch.set_default_device(null)
    torch.warnings.simplefilter('default')
    vi.restoreAllMocks()
  })

  const hasDouble = on.device.floats.includes(torch.float64)
  // A scenario that names float64 is for devices that have it.
  const fitting = Object.entries(scenarios).filter(
    ([name, run]) => (hasDouble || !/64|double/.test(String(run))) && (on.device.sync || !readingAtOnce.includes(name)),
  )

  it.each(fitting)('%s', async (name, run) => {
    const text = await on.difference(run(), golden[name])
    expect(text === null, text ?? '').toBe(true)
  })
})
