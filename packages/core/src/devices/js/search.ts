import type { Operand } from '../device.ts'
import { hostArray, rowMajor } from './host.ts'

/** See Routines. Comparisons become numbers, not jumps: which way the next one goes, no processor can guess. */
export function search(out: Operand, sorted: Operand, values: Operand, right: boolean): void {
  const [places, lines, wanted] = [hostArray(out.storage), rowMajor(sorted), rowMajor(values)]
  const [rows, m] = out.shape as readonly [number, number]
  const n = sorted.shape[1] as number
  for (let row = 0; row < rows; row++) {
    const line = sorted.shape[0] === 1 ? lines : lines.subarray(row * n, (row + 1) * n)
    for (let i = row * m; i < (row + 1) * m; i++) {
      const given = wanted[i] as number
      const isNaN = given !== given
      const value = isNaN ? Number.POSITIVE_INFINITY : given
      const isAfter = right || isNaN
      let place = 0
      for (let rest = n; rest > 0; ) {
        const half = (rest + 1) >>> 1
        const element = line[place + half - 1] as number
        place += half * Number(isAfter ? element <= value : element < value)
        rest -= half
      }
      places[out.offset + i] = place
    }
  }
}
