import type { Operand } from '../device.ts'
import type { ReductionKernel } from '../kernel.ts'
import type { Routines, ScatterMode } from '../routines.ts'
import { convRoutines } from './conv.ts'
import { memoryOf } from './elementwise.ts'
import type { Program } from './engine.ts'
import { printFormulas, stored } from './formula.ts'
import { poolRoutines } from './pooling.ts'
import { compute, programOf } from './program.ts'
import type { Queue } from './queue.ts'
import { runRows } from './rows.ts'
import { KernelText, position, specialNumbers } from './text.ts'
import { tiledMatmul } from './tiled/matmul.ts'

/** How scattered elements are joined. */
const joins: Readonly<Record<ScatterMode, (old: string, value: string) => string>> = {
  set: (_, value) => value,
  add: (old, value) => `${old} + ${value}`,
  multiply: (old, value) => `${old} * ${value}`,
  max: (old, value) => `(${old} === ${old} && ${value} === ${value}) ? Math.max(${old}, ${value}) : ${old} + ${value}`,
  min: (old, value) => `(${old} === ${old} && ${value} === ${value}) ? Math.min(${old}, ${value}) : ${old} + ${value}`,
}

/** A list with another item in one place. */
const replaced = (list: readonly string[], place: number, item: string): string[] =>
  list.map((old, i) => (i === place ? item : old))

/** A window as numbers: where it starts, then its strides. */
const windowOf = (x: Operand): number[] => [x.offset, ...x.strides]

/** Every routine as kernels in which each cell gathers what belongs to it: none reads memory back. */
export function gpuRoutines(queue: Queue): Routines {
  return {
    ...convRoutines(queue),
    ...poolRoutines(queue),

    matmul(out, a, b, start) {
      if (tiledMatmul(queue, out, a, b, start)) return
      const program = programOf(start === null ? 'matmul' : 'matmul:start', (text) => {
        const k = text.number()
        const sizes = text.list(3)
        const [left, right] = [text.array(), text.array()]
        const [batch, row, column] = text.indices(text.constant('this.thread.x'), sizes) as [string, string, string]
        const from = text.constant(position(text.number(), [batch, row], text.list(2)))
        const step = text.number()
        const to = text.constant(position(text.number(), [batch, column], text.list(2)))
        const next = text.number()
        const sum = text.variable(`${k} - ${k}`)
        text.loop(k, (p) => {
          const x = text.constant(`${left}[${from} + ${p} * ${step}]`)
          const y = text.constant(`${right}[${to} + ${p} * ${next}]`)
          text.add(`${sum} = ${sum} + ${x} * ${y};`)
        })
        if (start === null) return text.add(`return ${sum};`)
        const first = text.array()
        text.add(`return ${first}[${position(text.number(), [batch, row, column], text.list(3))}] + ${sum};`)
      })
      const batchOf = (x: Operand): number => (x.shape[0] === 1 ? 0 : (x.strides[0] as number))
      compute(queue, 'matmul', out, program, start === null ? [a, b] : [a, b, start], [
        a.shape[2] as number,
        ...out.shape,
        a.offset,
        batchOf(a),
        a.strides[1] as number,
        a.strides[2] as number,
        b.offset,
        batchOf(b),
        b.strides[2] as number,
        b.strides[1] as number,
        ...(start === null ? [] : windowOf(start)),
      ])
    },

    gather(out, x, index, dim) {
      const rank = out.shape.length
      const program = programOf(`gather:${rank}:${dim}`, (text) => {
        const indices = text.indices(text.constant('this.thread.x'), text.list(rank))
        const [source, picks] = [text.array(), text.array()]
        const at = text.constant(position(text.number(), indices, text.list(rank)))
        const picked = replaced(indices, dim, text.constant(`${picks}[${at}]`))
        text.add(`return ${source}[${text.constant(position(text.number(), picked, text.list(rank)))}];`)
      })
      compute(queue, 'gather', out, program, [x, index], [...out.shape, ...windowOf(index), ...windowOf(x)])
    },

    /** Each element of the target looks at all that may come to it: the cost is its size times the index's along `dim`. */
    scatter(out, index, source, dim, mode) {
      const rank = out.shape.length
      const program = programOf(`scatter:${rank}:${dim}:${mode}`, (text) => {
        const cell = text.constant('this.thread.x')
        const indices = text.indices(cell, text.list(rank))
        const sizes = text.list(rank)
        const [old, picks, values] = [text.array(), text.array(), text.array()]
        const result = text.variable(`${old}[${cell}]`)
        indices.forEach((at, d) => {
          if (d !== dim) text.add(`if (${at} >= ${sizes[d] as string}) { return ${result}; }`)
        })
        const [pickOffset, pickStrides] = [text.number(), text.list(rank)]
        const [valueOffset, valueStrides] = [text.number(), text.list(rank)]
        text.loop(sizes[dim] as string, (turn) => {
          const at = replaced(indices, dim, turn)
          const pick = text.constant(`${picks}[${position(pickOffset, at, pickStrides)}]`)
          const value = text.constant(`${values}[${position(valueOffset, at, valueStrides)}]`)
          text.add(`if (${pick} === ${indices[dim] as string}) { ${result} = ${joins[mode](result, value)}; }`)
        })
        text.add(`return ${result};`)
      })
      compute(
        queue,
        'scatter',
        out,
        program,
        [out, index, source],
        [...out.shape, ...index.shape, ...windowOf(index), ...windowOf(source)],
      )
    },

    rows: (kernel, outputs, inputs) => runRows(queue, kernel, outputs, inputs),

    /** Each result folds all before it: the cost is the square of the length. */
    scan(kernel: ReductionKernel, out, x, dim) {
      const rank = out.shape.length
      const key = `gpu:scan:${rank}:${dim}:${out.dtype.name}`
      const known = kernel.compiled.get(key) as Program | undefined
      const program = known ?? writeScan(kernel, rank, dim, out)
      kernel.compiled.set(key, program)
      compute(queue, kernel.name, out, program, [x], [...kernel.start, ...out.shape, ...windowOf(x)])
    },

    /** Counts for each element those before it: the cost is the square of the row's length. */
    sort(values, indices, x, descending) {
      const rows = x.shape.length
      const row = (text: KernelText): readonly [base: string, stride: string, index: string, n: string] => {
        const sizes = text.list(rows)
        const at = text.indices(text.constant('this.thread.x'), sizes)
        const base = text.constant(position(text.number(), at.slice(0, -1), text.list(rows - 1)))
        return [base, text.number(), at.at(-1) as string, sizes.at(-1) as string]
      }
      const ranks = programOf(`sort:ranks:${rows}:${descending}`, (text) => {
        const source = text.array()
        const [base, stride, index, n] = row(text)
        const own = text.constant(`${source}[${base} + ${index} * ${stride}]`)
        const count = text.variable(`${n} - ${n}`)
        text.loop(n, (turn) => {
          const other = text.constant(`${source}[${base} + ${turn} * ${stride}]`)
          const [a, b] = descending ? [own, other] : [other, own]
          const less = `(${a} < ${b} || (${a} === ${a} && !(${b} === ${b})))`
          const same = `(${a} === ${b} || (!(${a} === ${a}) && !(${b} === ${b})))`
          text.add(`if (${less} || (${same} && ${turn} < ${index})) { ${count} = ${count} + 1; }`)
        })
        text.add(`return ${count};`)
      })
      const order = programOf(`sort:order:${rows}`, (text) => {
        const counts = text.array()
        const [base, stride, index, n] = row(text)
        const found = text.variable(`${n} - ${n}`)
        text.loop(n, (turn) => {
          text.add(
            `if (${counts}[${base} + ${turn} * ${stride}] === ${index}) { ${found} = ${found} - ${found} + ${turn}; }`,
          )
        })
        text.add(`return ${found};`)
      })
      const pick = programOf(`sort:pick:${rows}`, (text) => {
        const [source, places] = [text.array(), text.array()]
        const [base, stride] = row(text)
        text.add(`return ${source}[${base} + ${places}[this.thread.x] * ${stride}];`)
      })
      const own = indices.strides
      const counts = queue.allocate(indices.storage.length)
      const numbers = [...x.shape, ...windowOf(x), ...specialNumbers]
      queue.launch('sort', [{ program: ranks, target: counts, inputs: [memoryOf(x)], numbers }])
      const places = [...x.shape, 0, ...own, ...specialNumbers]
      queue.launch('sort', [{ program: order, target: memoryOf(indices), inputs: [counts], numbers: places }])
      compute(queue, 'sort', values, pick, [x, indices], [...x.shape, ...windowOf(x)])
      queue.free(counts)
    },

    search(out, sorted, values, right) {
      const program = programOf('search', (text) => {
        const [turns, n, right] = [text.number(), text.number(), text.number()]
        const [row, column] = text.indices(text.constant('this.thread.x'), text.list(2)) as [string, string]
        const [source, wanted] = [text.array(), text.array()]
        const base = text.constant(position(text.number(), [row], text.list(1)))
        const stride = text.number()
        const given = text.constant(`${wanted}[${position(text.number(), [row, column], text.list(2))}]`)
        // All but NaN come before NaN.
        const value = text.constant(`${given} === ${given} ? ${given} : k_inf`)
        const isAfter = text.constant(`${given} === ${given} ? ${right} : 1`)
        const place = text.variable(`${n} - ${n}`)
        const rest = text.variable(n)
        text.loop(turns, () => {
          text.add(`if (${rest} > 0) {`)
          const half = text.constant(`Math.trunc((${rest} + 1) * 0.5)`)
          const element = text.constant(`${source}[${base} + (${place} + ${half} - 1) * ${stride}]`)
          text.add(
            `if (${element} < ${value} || (${isAfter} > 0 && ${element} === ${value})) { ${place} = ${place} + ${half}; }`,
          )
          text.add(`${rest} = ${rest} - ${half};`)
          text.add('}')
        })
        text.add(`return ${place};`)
      })
      const [rows, n] = sorted.shape as readonly [number, number]
      const [step, stride] = sorted.strides as readonly [number, number]
      compute(
        queue,
        'search',
        out,
        program,
        [sorted, values],
        [
          Math.floor(Math.log2(n)) + 1,
          n,
          right ? 1 : 0,
          ...out.shape,
          sorted.offset,
          rows === 1 ? 0 : step,
          stride,
          ...windowOf(values),
        ],
      )
    },
  }
}

function writeScan(kernel: ReductionKernel, rank: number, dim: number, out: Operand): Program {
  const text = new KernelText()
  const starts = text.list(kernel.states.length)
  const indices = text.indices(text.constant('this.thread.x'), text.list(rank))
  const source = text.array()
  const offset = text.number()
  const strides = text.list(rank)
  const last = indices[dim] as string
  const read: Record<string, string> = {}
  kernel.states.forEach((state, k) => {
    read[state] = text.variable(starts[k] as string)
  })
  read['i'] = text.variable(`${last} - ${last}`)
  text.loop(text.constant(`${last} + 1`), (turn) => {
    const at = text.constant(position(offset, replaced(indices, dim, turn), strides))
    read[kernel.inputs[0] as string] = text.constant(`${source}[${at}]`)
    read['n'] = text.constant(`${read['i'] as string} + 1`)
    const { statements, results } = printFormulas(kernel.step, read)
    text.add(...statements)
    const next = results.map((result) => text.constant(result))
    kernel.states.forEach((state, k) => text.add(`${read[state] as string} = ${next[k] as string};`))
    text.add(`${read['i'] as string} = ${read['i'] as string} + 1;`)
  })
  const { statements, results } = printFormulas([kernel.finish], { ...read, n: read['i'] }, { prefix: 'k_f' })
  text.add(...statements, `return ${stored(results[0] as string, out.dtype)};`)
  return text.program()
}
