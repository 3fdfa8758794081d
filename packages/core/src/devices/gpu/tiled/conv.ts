import type { Operand } from '../../device.ts'
import type { ConvWindow } from '../../windows.ts'
import type { Queue } from '../queue.ts'
import { place, placesOf, runTiled, type TiledCall, type TiledText } from './product.ts'

/**
 * Convolutions as matrix products, a batch for each group, whose factors are never laid out: an element of the left factor is
 * one of the weight or of the gradient, one of the right factor that of an image at a place that its indices tell.
 */
type Shape4 = readonly [number, number, number, number]

const numbersOf = ({ stride, padding, dilation }: ConvWindow, weight: Operand, image: Operand, windows: Operand) => {
  const [, channels, kernelHeight, kernelWidth] = weight.shape as Shape4
  const [images, , height, width] = image.shape as Shape4
  const [, , rows, columns] = windows.shape as Shape4
  return {
    channels,
    taps: kernelHeight * kernelWidth,
    kernelHeight,
    kernelWidth,
    images,
    height,
    width,
    rows,
    columns,
    strideY: stride[0],
    strideX: stride[1],
    paddingY: padding[0],
    paddingX: padding[1],
    dilationY: dilation[0],
    dilationX: dilation[1],
  }
}

/** Names for the parts of a place in planes of `rows` × `columns`: divisions take long, products do not. */
const planes = (from: string): string => `
  let line = ${from} / at.columns;
  let image = line / at.rows;
  let y = line - image * at.rows;
  let x = ${from} - line * at.columns;`

/** Names for the parts of a place in a weight: its channel, and the row and the column of its kernel. */
const taps = (from: string): string => `
  let tap_line = ${from} / at.kernelWidth;
  let channel = tap_line / at.kernelHeight;
  let ky = tap_line - channel * at.kernelHeight;
  let kx = ${from} - tap_line * at.kernelWidth;`

/** The element of the images that a window at `y`, `x` has under a tap. */
const underTap = `
  let iy = y * at.strideY + ky * at.dilationY - at.paddingY;
  let ix = x * at.strideX + kx * at.dilationX - at.paddingX;
  if (iy < 0 || iy >= at.height || ix < 0 || ix >= at.width) { return 0.0; }
  return images[${place('i', 'image', '(batch * at.channels + channel)', 'iy', 'ix')}];`

/** Sums for the cells of images: a row of a product for each channel, a column for each place, and a bias where there is one. */
function runOnImages(
  queue: Queue,
  op: string,
  out: Operand,
  bias: Operand | null,
  groups: number,
  { k, arrays, numbers }: Pick<TiledCall, 'arrays' | 'numbers'> & { readonly k: number },
  factors: Pick<TiledText, 'left' | 'right'>,
): boolean {
  const [images, channels, height, width] = out.shape as Shape4
  const area = height * width
  const call = {
    sizes: { batches: groups, m: channels / groups, n: images * area, k },
    arrays: { ...arrays, ...(bias === null ? {} : { bias }) },
    numbers: { ...numbers, area, ...(bias === null ? {} : { biasFirst: bias.offset }) },
  }
  return runTiled(queue, op, out, call, {
    ...factors,
    start: bias === null ? '' : 'bias[at.biasFirst + batch * at.m + row] + ',
    place: '((column / at.area * at.batches + batch) * at.m + row) * at.area + column % at.area',
  })
}

/** The routine `conv` by tiles, where they pay; says whether it ran. */
export function tiledConv(
  queue: Queue,
  out: Operand,
  x: Operand,
  weight: Operand,
  bias: Operand | null,
  window: ConvWindow,
): boolean {
  const numbers = numbersOf(window, weight, x, out)
  const call = {
    k: numbers.channels * numbers.taps,
    arrays: { images: x, weight },
    numbers: { ...numbers, ...placesOf('i', x), weightFirst: weight.offset },
  }
  return runOnImages(queue, 'conv', out, bias, window.groups, call, {
    left: 'return weight[at.weightFirst + (batch * at.m + row) * at.k + q];',
    right: planes('column') + taps('q') + underTap,
  })
}

/** The routine `convInput` by tiles, where they pay; says whether it ran. */
export function tiledConvInput(
  queue: Queue,
  out: Operand,
  g: Operand,
  weight: Operand,
  bias: Operand | null,
  window: ConvWindow,
): boolean {
  const numbers = numbersOf(window, weight, out, g)
  const perGroup = (g.shape[1] as number) / window.groups
  const call = {
    k: perGroup * numbers.taps,
    arrays: { g, weight },
    numbers: { ...numbers, perGroup, ...placesOf('g', g), weightFirst: weight.offset },
  }
  return runOnImages(queue, 'convInput', out, bias, window.groups, call, {
    left: `
  let o = batch * at.perGroup + q / at.taps;
  return weight[at.weightFirst + (o * at.m + row) * at.taps + q % at.taps];`,
    right: `${taps('q')}
  let line = column / at.width;
  let image = line / at.height;
  let fromY = line - image * at.height + at.paddingY - ky * at.dilationY;
  let fromX = column - line * at.width + at.paddingX - kx * at.dilationX;
  let y = fromY / at.strideY;
  let x = fromX / at.strideX;
  if (fromY < 0 || fromX < 0 || y >= at.rows || x >= at.columns) { return 0.0; }
  if (y * at.strideY != fromY || x * at.strideX != fromX) { return 0.0; }
  return g[${place('g', 'image', '(batch * at.perGroup + channel)', 'y', 'x')}];`,
  })
}

/** The routine `convWeight` by tiles, where they pay; says whether it ran. */
export function tiledConvWeight(queue: Queue, out: Operand, x: Operand, g: Operand, window: ConvWindow): boolean {
  const numbers = numbersOf(window, out, x, g)
  const call = {
    sizes: {
      batches: window.groups,
      m: (g.shape[1] as number) / window.groups,
      n: numbers.channels * numbers.taps,
      k: numbers.images * numbers.rows * numbers.columns,
    },
    arrays: { images: x, g },
    numbers: { ...numbers, ...placesOf('i', x), ...placesOf('g', g) },
  }
  return runTiled(queue, 'convWeight', out, call, {
    left: `${planes('q')}
  return g[${place('g', 'image', '(batch * at.m + row)', 'y', 'x')}];`,
    right: planes('q') + taps('column') + underTap,
    start: '',
    place: '(batch * at.m + row) * at.n + column',
  })
}
