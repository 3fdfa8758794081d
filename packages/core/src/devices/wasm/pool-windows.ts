import { type FunctionBuilder, I32, select } from './assembler.ts'

/** The parameters that all pooling kernels begin with; sizes in elements, planes contiguous one behind the other. */
export type PoolParameters = [
  ...[planes: I32, height: I32, width: I32, outHeight: I32, outWidth: I32, kernelY: I32, kernelX: I32],
  ...[strideY: I32, strideX: I32, paddingY: I32, paddingX: I32, dilationY: I32, dilationX: I32],
]
export const poolParameters = [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32] as const

/** A window of one output, or of four side by side, whose windows lie whole in each row. */
export interface Windows {
  readonly count: 1 | 4
  /** Numbers of the plane and of the first output, counted through all planes. */
  readonly plane: I32
  readonly output: I32
  /** Where the window begins, padding included: signed. */
  readonly top: I32
  readonly left: I32
  /** Its rows and columns inside the plane, of the first output: the first, and the end that they stay below. */
  readonly firstY: I32
  readonly endY: I32
  readonly firstX: I32
  readonly endX: I32
}

/**
 * Writes loops over all outputs, which run `body` for four at a time where that can be, else for one. The last four of a row
 * may overlap those before them: what `body` stores must not depend on what it has stored.
 */
export function eachWindow(
  f: FunctionBuilder,
  parameters: PoolParameters,
  fourAtOnce: boolean,
  body: (windows: Windows) => void,
): void {
  const [planes, height, width, outHeight, outWidth, kernelY, kernelX] = parameters
  const [strideY, strideX, paddingY, paddingX, dilationY, dilationX] = parameters.slice(7) as Six
  const reachX = f.let(kernelX.sub(1).mul(dilationX))
  const reachOfFour = f.let(strideX.mul(3).add(reachX))
  const [plane, row] = [f.let(I32.const(0)), f.let(I32.const(0))]
  f.while(plane.lt(planes), () => {
    const outY = f.let(I32.const(0))
    f.while(outY.lt(outHeight), () => {
      const top = f.let(outY.mul(strideY).sub(paddingY))
      const [firstY, endY] = inside(f, top, kernelY, dilationY, height)
      const outX = f.let(I32.const(0))
      const ofRow = { plane, top, firstY, endY }
      const one = (): void => {
        const left = f.let(outX.mul(strideX).sub(paddingX))
        const [firstX, endX] = inside(f, left, kernelX, dilationX, width)
        body({ ...ofRow, count: 1, output: f.let(row.add(outX)), left, firstX, endX })
        f.set(outX, outX.add(1))
      }
      f.while(outX.lt(outWidth), () => {
        if (!fourAtOnce) return one()
        const lastFour = outWidth.sub(4)
        const x = f.let(select(outX.gtSigned(lastFour), lastFour, outX))
        const left = f.let(x.mul(strideX).sub(paddingX))
        const last = left.add(reachOfFour)
        f.if(
          x.geSigned(0).and(left.geSigned(0)).and(last.ltSigned(width)),
          () => {
            const endX = f.let(left.add(reachX).add(1))
            body({ ...ofRow, count: 4, output: f.let(row.add(x)), left, firstX: left, endX })
            f.set(outX, x.add(4))
          },
          one,
        )
      })
      f.set(row, row.add(outWidth))
      f.set(outY, outY.add(1))
    })
    f.set(plane, plane.add(1))
  })
}

type Six = [I32, I32, I32, I32, I32, I32]

/** The part of a window inside the plane: where its first element there is, and the end of the rest. */
function inside(f: FunctionBuilder, at: I32, kernel: I32, dilation: I32, size: I32): readonly [first: I32, end: I32] {
  const first = f.let(at)
  const before = I32.const(0).sub(at).add(dilation).sub(1).div(dilation).mul(dilation)
  f.if(at.ltSigned(0), () => f.set(first, at.add(before)))
  const end = f.let(at.add(kernel.sub(1).mul(dilation)).add(1))
  f.if(end.gtSigned(size), () => f.set(end, size))
  return [first, end]
}

/** Writes loops over the elements of a window inside the plane. */
export function eachElement(
  f: FunctionBuilder,
  { firstY, endY, firstX, endX }: Windows,
  [dilationY, dilationX]: readonly [I32, I32],
  body: (y: I32, x: I32) => void,
): void {
  const y = f.let(firstY)
  f.while(y.ltSigned(endY), () => {
    const x = f.let(firstX)
    f.while(x.ltSigned(endX), () => {
      body(y, x)
      f.set(x, x.add(dilationX))
    })
    f.set(y, y.add(dilationY))
  })
}
