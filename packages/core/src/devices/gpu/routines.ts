import type { Operand } from '../device.ts'
import type { Routines, ScatterMode } from '../routines.ts'
import { orderRoutines } from './order.ts'
import { compute, programOf } from './program.ts'
import type { Queue } from './queue.ts'
import { runRows } from './rows.ts'
import { runScan } from './scan.ts'
import { position, replaced, windowOf } from './text.ts'
import { tiledMatmul } from './tiled/matmul.ts'

/** How scattered elements are joined. */
const joins: Readonly<Record<ScatterMode, (old: string, value: string) => string>> = {
  set: (_, value) => value,
  add: (old, value) => `${old} + ${value}`,
  multiply: (old, value) => `${old} * ${value}`,
  max: (old, value) => `(${old} === ${old} && ${value} === ${value}) ? Math.max(${old}, ${value}) : ${old} + ${value}`,
  min: (old, value) => `(${old} === ${old} && ${value} === ${value}) ? Math.min(${old}, ${value}) : ${old} + ${value}`,
}

/** Every routine as kernels in which each cell gathers what belongs to it: none reads memory back. */
export function gpuRoutines(queue: Queue): Routines {
  return {
    ...orderRoutines(queue),

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

    scan: (kernel, out, x, dim) => runScan(queue, kernel, out, x, dim),
  }
}
