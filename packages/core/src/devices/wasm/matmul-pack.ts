import { type Effect, type FunctionBuilder, type FunctionHandle, I32, type ModuleBuilder } from './assembler.ts'
import { type Element, type Lanes, range } from './matmul-element.ts'

export type Pack = FunctionHandle<PackParameters, Effect>

type PackParameters = [rows: I32, columns: I32, from: I32, row: I32, column: I32, to: I32, step: I32]

type Source = Record<'rows' | 'columns' | 'from' | 'row' | 'column' | 'to' | 'step', I32>

/**
 * Adds the function that copies a matrix of any strides to rows of whole vectors, `step` bytes apart, filled up with zeros
 * behind the last column: a panel of B, or a block of A. Strides are in bytes.
 */
export function packKernel<V extends Lanes<V>>(m: ModuleBuilder, element: Element<V>): Pack {
  const { bytes, lanes } = element
  return m.function<PackParameters>(
    [I32, I32, I32, I32, I32, I32, I32],
    undefined,
    (f, rows, columns, from, row, column, to, step) => {
      const whole = f.let(columns.sub(columns.rem(lanes)))
      f.if(
        column.eq(bytes),
        () => copyRows(f, element, { rows, columns: whole, from, row, column, to, step }),
        () => {
          f.if(row.ne(bytes), () => f.set(whole, I32.const(0)))
          transposeColumns(f, element, { rows, columns: whole, from, row, column, to, step })
        },
      )
      f.if(whole.ne(columns), () => {
        const [restFrom, restTo] = [from.add(whole.mul(column)), to.add(whole.mul(bytes))]
        const rest = { columns: f.let(columns.sub(whole)), from: f.let(restFrom), to: f.let(restTo) }
        gather(f, element, { rows, row, column, step, ...rest })
      })
    },
  )
}

/** For columns side by side: copies whole vectors. */
function copyRows<V extends Lanes<V>>(f: FunctionBuilder, element: Element<V>, source: Source): void {
  const [from, to, left] = [f.let(source.from), f.let(source.to), f.let(source.rows)]
  const width = f.let(source.columns.mul(element.bytes))
  f.while(left, () => {
    const offset = f.let(I32.const(0))
    f.while(offset.lt(width), () => {
      f.store(to.add(offset), element.load(from.add(offset)))
      f.set(offset, offset.add(16))
    })
    f.set(from, from.add(source.row))
    f.set(to, to.add(source.step))
    f.set(left, left.sub(1))
  })
}

/** For rows side by side: reads vectors down the columns, and turns one square after the other. */
function transposeColumns<V extends Lanes<V>>(f: FunctionBuilder, element: Element<V>, source: Source): void {
  const { bytes, lanes } = element
  const [from, to, left] = [f.let(source.from), f.let(source.to), f.let(source.columns)]
  f.while(left, () => {
    const columns = [f.let(from)]
    for (const i of range(lanes - 1)) columns.push(f.let((columns[i] ?? from).add(source.column)))
    const [target, rowsLeft] = [f.let(to), f.let(source.rows)]
    const steps = (size: number, load: () => V[]): void => {
      f.while(rowsLeft.ge(size), () => {
        for (const row of load()) {
          f.store(target, row)
          f.set(target, target.add(source.step))
        }
        for (const column of columns) f.set(column, column.add(size * bytes))
        f.set(rowsLeft, rowsLeft.sub(size))
      })
    }
    steps(lanes, () => element.transpose(columns.map((column) => f.let(element.load(column)))))
    steps(1, () => {
      const vector = f.let(element.zero())
      columns.forEach((column, lane) => f.set(vector, element.loadLane(vector, lane, column)))
      return [vector]
    })
    f.set(from, from.add(source.column.mul(lanes)))
    f.set(to, to.add(16))
    f.set(left, left.sub(lanes))
  })
}

/** For any strides and any number of columns: one element after the other. */
function gather<V extends Lanes<V>>(f: FunctionBuilder, element: Element<V>, source: Source): void {
  const [row, target, rowsLeft] = [f.let(source.from), f.let(source.to), f.let(source.rows)]
  f.while(rowsLeft, () => {
    const [from, to, left] = [f.let(row), f.let(target), f.let(source.columns)]
    f.while(left, () => {
      const vector = f.let(element.zero())
      for (const lane of range(element.lanes)) {
        f.if(left, () => {
          f.set(vector, element.loadLane(vector, lane, from))
          f.set(from, from.add(source.column))
          f.set(left, left.sub(1))
        })
      }
      f.store(to, vector)
      f.set(to, to.add(16))
    })
    f.set(row, row.add(source.row))
    f.set(target, target.add(source.step))
    f.set(rowsLeft, rowsLeft.sub(1))
  })
}
