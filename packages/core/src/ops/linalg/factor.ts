/** Factors of matrices, computed on the host in float64: `n` rows of `n` numbers, one after the other. */

/** `P A = L U`: both factors in one matrix, the rows in their order, and whether exchanging them turned the sign. */
export interface LU {
  readonly n: number
  readonly factors: Float64Array
  readonly rows: readonly number[]
  readonly sign: 1 | -1
  /** The first row without a pivot; `null` where the matrix is regular. */
  readonly singular: number | null
}

/** Gaussian elimination with the largest pivots. */
export function factorLU(matrix: ArrayLike<number>, n: number): LU {
  const a = Float64Array.from(matrix)
  const rows = Array.from({ length: n }, (_, i) => i)
  let sign: 1 | -1 = 1
  let singular: number | null = null
  for (let k = 0; k < n; k++) {
    let pivot = k
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(a[i * n + k] as number) > Math.abs(a[pivot * n + k] as number)) pivot = i
    }
    if (pivot !== k) {
      exchange(a, n, k, pivot)
      ;[rows[k], rows[pivot]] = [rows[pivot] as number, rows[k] as number]
      sign = sign === 1 ? -1 : 1
    }
    const divisor = a[k * n + k] as number
    if (divisor === 0) {
      singular ??= k
      continue
    }
    for (let i = k + 1; i < n; i++) {
      const factor = (a[i * n + k] as number) / divisor
      a[i * n + k] = factor
      if (factor === 0) continue
      for (let j = k + 1; j < n; j++) a[i * n + j] = (a[i * n + j] as number) - factor * (a[k * n + j] as number)
    }
  }
  return { n, factors: a, rows, sign, singular }
}

function exchange(a: Float64Array, n: number, i: number, k: number): void {
  for (let j = 0; j < n; j++) {
    const value = a[i * n + j] as number
    a[i * n + j] = a[k * n + j] as number
    a[k * n + j] = value
  }
}

/** `X` of `A X = B`, for `columns` of `B`. */
export function solveLU({ n, factors, rows }: LU, b: ArrayLike<number>, columns: number): Float64Array {
  const x = new Float64Array(n * columns)
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < columns; c++) {
      let sum = b[(rows[i] as number) * columns + c] as number
      for (let j = 0; j < i; j++) sum -= (factors[i * n + j] as number) * (x[j * columns + c] as number)
      x[i * columns + c] = sum
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let c = 0; c < columns; c++) {
      let sum = x[i * columns + c] as number
      for (let j = i + 1; j < n; j++) sum -= (factors[i * n + j] as number) * (x[j * columns + c] as number)
      x[i * columns + c] = sum / (factors[i * n + i] as number)
    }
  }
  return x
}

/** `L` of `A = L Lᵀ`, from the lower triangle; the order of the first minor that is not positive where there is none. */
export function factorCholesky(matrix: ArrayLike<number>, n: number): Float64Array | number {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] as number
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] as number) * (l[j * n + k] as number)
      if (i !== j) l[i * n + j] = sum / (l[j * n + j] as number)
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum)
      else return i + 1
    }
  }
  return l
}
