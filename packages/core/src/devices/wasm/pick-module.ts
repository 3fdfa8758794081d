import { type Effect, F32, F32x4, type FunctionHandle, I32, ModuleBuilder } from './assembler.ts'

/** How an element that is moved is joined with what is there; the same for one and for four. */
type Join = <V extends { add(b: V): V; mul(b: V): V; max(b: V): V; min(b: V): V }>(old: V, value: V) => V

const joins = {
  set: (_, value) => value,
  add: (old, value) => old.add(value),
  multiply: (old, value) => old.mul(value),
  max: (old, value) => old.max(value),
  min: (old, value) => old.min(value),
} satisfies Record<string, Join>

type Pick = FunctionHandle<PickParameters, Effect>

type PickParameters = [
  ...[rows: I32, n: I32, to: I32, toRow: I32, toStep: I32, from: I32, fromRow: I32, fromStep: I32],
  ...[index: I32, indexRow: I32, indexStep: I32, along: I32],
]

/** The module that moves float32 by indices: it exports `gather` and, for each way to join, `scatter_add` and its like. */
export function pickModule({ shared = false }: { readonly shared?: boolean } = {}): ModuleBuilder {
  const module = new ModuleBuilder()
  module.importMemory({ shared })
  module.export('gather', pickKernel(module, 'from', joins.set))
  for (const [mode, join] of Object.entries(joins)) module.export(`scatter_${mode}`, pickKernel(module, 'to', join))
  return module
}

/**
 * Adds the kernel that moves `rows` × `n` elements: each `from` an address `to` another, of which one is `indexed`, moved by
 * its index times `along`. All steps are in bytes. Where a row has one index (`indexStep` 0), it moves as vectors.
 */
function pickKernel(m: ModuleBuilder, indexed: 'from' | 'to', join: Join): Pick {
  return m.function<PickParameters>(
    [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, rows, n, to, toRow, toStep, from, fromRow, fromStep, index, indexRow, indexStep, along) => {
      const isRun = f.let(indexStep.eqz().and(toStep.eq(4)).and(fromStep.eq(4)))
      f.while(rows, () => {
        const [left, target, source, at] = [f.let(n), f.let(to), f.let(from), f.let(index)]
        f.if(
          isRun,
          () => {
            const moved = indexed === 'to' ? target : source
            f.set(moved, moved.add(I32.load(at).mul(along)))
            f.while(left.ge(4), () => {
              f.store(target, join(F32x4.load(target), F32x4.load(source)))
              f.set(target, target.add(16))
              f.set(source, source.add(16))
              f.set(left, left.sub(4))
            })
            f.while(left, () => {
              f.store(target, join(F32.load(target), F32.load(source)))
              f.set(target, target.add(4))
              f.set(source, source.add(4))
              f.set(left, left.sub(1))
            })
          },
          () => {
            f.while(left, () => {
              const by = f.let(I32.load(at).mul(along))
              const there = indexed === 'to' ? f.let(target.add(by)) : target
              const here = indexed === 'from' ? source.add(by) : source
              f.store(there, join(F32.load(there), F32.load(here)))
              f.set(target, target.add(toStep))
              f.set(source, source.add(fromStep))
              f.set(at, at.add(indexStep))
              f.set(left, left.sub(1))
            })
          },
        )
        f.set(to, to.add(toRow))
        f.set(from, from.add(fromRow))
        f.set(index, index.add(indexRow))
        f.set(rows, rows.sub(1))
      })
    },
  )
}
