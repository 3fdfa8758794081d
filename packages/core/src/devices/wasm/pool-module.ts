import { F32, F32x4, type FunctionBuilder, I32, I32x4, ModuleBuilder, select } from './assembler.ts'
import { clearKernel } from './clear.ts'
import { eachElement, eachWindow, type PoolParameters, poolParameters, type Windows } from './pool-windows.ts'

/** The module of pooling kernels of float32; pool.ts calls them. */
export function poolModule({ shared = false }: { readonly shared?: boolean } = {}): ModuleBuilder {
  const module = new ModuleBuilder()
  module.importMemory({ shared })
  const clear = clearKernel(module)
  module.export('clear', clear)
  module.export('maxForward', maxForward(module))
  module.export('maxBackward', maxBackward(module, clear))
  module.export('averageForward', averageForward(module))
  module.export('averageBackward', averageBackward(module))
  return module
}

/**
 * Adds max pooling. The index of a maximum counts through its plane; the first of equals wins, a NaN wins over all, and
 * where everything is -∞ the first element stands.
 */
function maxForward(m: ModuleBuilder) {
  return m.function<[...PoolParameters, from: I32, to: I32, indices: I32]>(
    [...poolParameters, I32, I32, I32],
    undefined,
    (f, ...all) => {
      const [geometry, [from, to, indices]] = split3(all)
      const [, height, width, , , kernelY, kernelX, , strideX, , , dilationY, dilationX] = geometry
      const lanes = f.let(I32x4.splat(strideX).mul(laneNumbers()))
      const isUsual = f.let(allEqual([kernelY, kernelX, strideX], 2).and(allEqual([dilationY, dilationX], 1)))
      const below = f.let(I32x4.splat(width))
      eachWindow(f, geometry, true, (windows) => {
        const plane = f.let(from.add(windows.plane.mul(height).mul(width).shl(2)))
        const best = f.let(F32x4.const(Number.NEGATIVE_INFINITY))
        const index = f.let(I32x4.splat(windows.firstY.mul(width).add(windows.firstX)).add(lanes))
        const take = (value: F32x4, at: I32x4): void => {
          const better = f.let(value.gt(best).or(value.ne(value)))
          f.set(best, better.select(value, best))
          f.set(index, better.select(at, index))
        }
        const each = (): void =>
          eachElement(f, windows, [dilationY, dilationX], (y, x) => {
            const at = f.let(y.mul(width).add(x))
            take(f.let(loadApart(f, windows.count, plane.add(at.shl(2)), strideX)), I32x4.splat(at).add(lanes))
          })
        /** The windows that nearly everybody has, 2 × 2 and next to each other: without loops. */
        const usual = (): void => {
          const at = f.let(index)
          const address = f.let(plane.add(windows.firstY.mul(width).add(windows.firstX).shl(2)))
          for (const row of [0, 1]) {
            if (row > 0) f.set(address, address.add(width.shl(2)))
            if (row > 0) f.set(at, at.add(below))
            const [low, high] = [f.let(F32x4.load(address)), f.let(F32x4.load(address, 16))]
            take(f.let(low.shuffle(high, [0, 2, 4, 6])), at)
            take(f.let(low.shuffle(high, [1, 3, 5, 7])), at.add(1))
          }
        }
        if (windows.count === 4) f.if(isUsual.and(windows.endY.sub(windows.firstY).eq(2)), usual, each)
        else each()
        const place = f.let(windows.output.shl(2))
        storeSome(f, windows, to.add(place), best)
        storeSome(f, windows, indices.add(place), index.asF32x4())
      })
    },
  )
}

/** Adds the gradient of max pooling: each element of `from` is added where its index says, to zeros. */
function maxBackward(m: ModuleBuilder, clear: ReturnType<typeof clearKernel>) {
  return m.function<[planes: I32, size: I32, outSize: I32, from: I32, indices: I32, to: I32]>(
    [I32, I32, I32, I32, I32, I32],
    undefined,
    (f, planes, size, outSize, from, indices, to) => {
      f.while(planes, () => {
        f.do(clear.call(to, size.shl(2)))
        const left = f.let(outSize)
        f.while(left, () => {
          const address = f.let(to.add(I32.load(indices).shl(2)))
          f.store(address, F32.load(address).add(F32.load(from)))
          f.set(from, from.add(4))
          f.set(indices, indices.add(4))
          f.set(left, left.sub(1))
        })
        f.set(to, to.add(size.shl(2)))
        f.set(planes, planes.sub(1))
      })
    },
  )
}

/** Adds average pooling. `divisor` 0: the size of the window, padding included (`countPadding` 1) or not. */
function averageForward(m: ModuleBuilder) {
  return m.function<[...PoolParameters, from: I32, to: I32, countPadding: I32, divisor: F32]>(
    [...poolParameters, I32, I32, I32, F32],
    undefined,
    (f, ...all) => {
      const [geometry, from, to, countPadding, divisor] = split4(all)
      const [, height, width, , , , , , strideX, , , dilationY, dilationX] = geometry
      eachWindow(f, geometry, true, (windows) => {
        const plane = f.let(from.add(windows.plane.mul(height).mul(width).shl(2)))
        const sum = f.let(F32x4.const(0))
        eachElement(f, windows, [dilationY, dilationX], (y, x) => {
          const address = f.let(plane.add(y.mul(width).add(x).shl(2)))
          f.set(sum, sum.add(loadApart(f, windows.count, address, strideX)))
        })
        const count = windowSize(f, geometry, windows, countPadding, divisor)
        storeSome(f, windows, to.add(windows.output.shl(2)), sum.div(F32x4.splat(count)))
      })
    },
  )
}

/** Adds the gradient of average pooling, into `to`, which holds zeros. */
function averageBackward(m: ModuleBuilder) {
  return m.function<[...PoolParameters, from: I32, to: I32, countPadding: I32, divisor: F32]>(
    [...poolParameters, I32, I32, I32, F32],
    undefined,
    (f, ...all) => {
      const [geometry, from, to, countPadding, divisor] = split4(all)
      const [, height, width, , , , , , , , , dilationY, dilationX] = geometry
      eachWindow(f, geometry, false, (windows) => {
        const plane = f.let(to.add(windows.plane.mul(height).mul(width).shl(2)))
        const count = windowSize(f, geometry, windows, countPadding, divisor)
        const share = f.let(F32.load(from.add(windows.output.shl(2))).div(count))
        eachElement(f, windows, [dilationY, dilationX], (y, x) => {
          const address = f.let(plane.add(y.mul(width).add(x).shl(2)))
          f.store(address, F32.load(address).add(share))
        })
      })
    },
  )
}

/** How many elements a window has; its padding ends where that of the plane does. */
function windowSize(
  f: FunctionBuilder,
  [, height, width, , , kernelY, kernelX, , , paddingY, paddingX]: PoolParameters,
  { top, left, firstY, endY, firstX, endX }: Windows,
  countPadding: I32,
  divisor: F32,
): F32 {
  const cut = (from: I32, kernel: I32, end: I32): I32 => select(from.add(kernel).gtSigned(end), end.sub(from), kernel)
  const all = cut(top, kernelY, height.add(paddingY)).mul(cut(left, kernelX, width.add(paddingX)))
  const count = select(countPadding, all, endY.sub(firstY).mul(endX.sub(firstX)))
  return f.let(select(divisor.eq(0), count.toF64().toF32(), divisor))
}

const allEqual = (values: readonly I32[], to: number): I32 =>
  values.map((value) => value.eq(to)).reduce((all, each) => all.and(each))

function laneNumbers(): I32x4 {
  return I32x4.const(0).withLane(1, I32.const(1)).withLane(2, I32.const(2)).withLane(3, I32.const(3))
}

/** Elements `stride` apart, one or four. Of the usual strides, 1 and 2, four come in vectors. */
function loadApart(f: FunctionBuilder, count: 1 | 4, address: I32, stride: I32): F32x4 {
  if (count === 1) return F32x4.loadOne(address)
  const vector = f.let(F32x4.load(address))
  const alternate = (): void => f.set(vector, vector.shuffle(F32x4.load(address, 16), [0, 2, 4, 6]))
  const apart = (): void => {
    const next = f.let(address)
    for (let lane = 1; lane < count; lane++) {
      f.set(next, next.add(stride.shl(2)))
      f.set(vector, vector.loadLane(next, lane))
    }
  }
  f.if(stride.ne(1), () => f.if(stride.eq(2), alternate, apart))
  return vector
}

function storeSome(f: FunctionBuilder, { count }: Windows, address: I32, value: F32x4): void {
  if (count === 4) f.store(address, value)
  else f.storeLane(address, value, 4, 0)
}

function split3(all: [...PoolParameters, I32, I32, I32]): readonly [PoolParameters, readonly [I32, I32, I32]] {
  const [a, b, c, d, e, f, g, h, i, j, k, l, m, ...rest] = all
  return [[a, b, c, d, e, f, g, h, i, j, k, l, m], rest]
}

function split4(all: [...PoolParameters, I32, I32, I32, F32]): readonly [PoolParameters, I32, I32, I32, F32] {
  const [a, b, c, d, e, f, g, h, i, j, k, l, m, ...rest] = all
  return [[a, b, c, d, e, f, g, h, i, j, k, l, m], ...rest]
}
