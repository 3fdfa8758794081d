import type { PoolWindow } from '../windows.ts'
import type { KernelText } from './text.ts'

/** Names of numbers for height and width, or the like. */
type Names = readonly [y: string, x: string]

/** The numbers of a window by name. */
export type WindowNames = Readonly<Record<'kernel' | 'stride' | 'padding' | 'dilation', Names>>

/** The numbers of a window, as `windowNames` names them. */
export const windowNumbers = ({ kernel, stride, padding, dilation }: PoolWindow): number[] => [
  ...kernel,
  ...stride,
  ...padding,
  ...dilation,
]

/** Names for the numbers of a window. */
export function windowNames(text: KernelText): WindowNames {
  const pair = (): Names => [text.number(), text.number()]
  return { kernel: pair(), stride: pair(), padding: pair(), dilation: pair() }
}

/** Loops over the elements in the window at `y`, `x` that are not padding: where in the kernel, and where in the image. */
export function eachElementIn(
  text: KernelText,
  { kernel, stride, padding, dilation }: WindowNames,
  [y, x]: Names,
  [height, width]: Names,
  body: (tap: Names, element: Names) => void,
): void {
  text.loop(kernel[0], (ky) => {
    const iy = text.constant(`${y} * ${stride[0]} + ${ky} * ${dilation[0]} - ${padding[0]}`)
    text.add(`if (${iy} >= 0 && ${iy} < ${height}) {`)
    text.loop(kernel[1], (kx) => {
      const ix = text.constant(`${x} * ${stride[1]} + ${kx} * ${dilation[1]} - ${padding[1]}`)
      text.add(`if (${ix} >= 0 && ${ix} < ${width}) {`)
      body([ky, kx], [iy, ix])
      text.add('}')
    })
    text.add('}')
  })
}

/** Loops over the windows, of `rows` × `columns`, that an element of the image is in: where in the kernel, and which window. */
export function eachWindowOver(
  text: KernelText,
  { kernel, stride, padding, dilation }: WindowNames,
  [iy, ix]: Names,
  [rows, columns]: Names,
  body: (tap: Names, window: Names) => void,
): void {
  text.loop(kernel[0], (ky) => {
    const fromY = text.constant(`${iy} + ${padding[0]} - ${ky} * ${dilation[0]}`)
    const [y, restY] = text.divide(fromY, stride[0])
    text.add(`if (${fromY} >= 0 && ${restY} === 0 && ${y} < ${rows}) {`)
    text.loop(kernel[1], (kx) => {
      const fromX = text.constant(`${ix} + ${padding[1]} - ${kx} * ${dilation[1]}`)
      const [x, restX] = text.divide(fromX, stride[1])
      text.add(`if (${fromX} >= 0 && ${restX} === 0 && ${x} < ${columns}) {`)
      body([ky, kx], [y, x])
      text.add('}')
    })
    text.add('}')
  })
}
