/** Blocks of images as columns, and back. */
import * as torch from '@chainrule/core'
import { enclosed, nameStep, RuntimeError, signature, type Tensor } from '@chainrule/core'

/** A number for height and width, or one for both. */
export type Extent2d = number | readonly [number, number]

type Pair = readonly [number, number]
const pairOf = (name: string, extent: number | readonly number[]): Pair => {
  if (typeof extent === 'number') return [extent, extent]
  const [height, width = height] = extent
  if (extent.length <= 2 && height !== undefined && width !== undefined) return [height, width]
  throw new RuntimeError(
    `It is expected ${name} equals to 1 or 2, but got size ${extent.length}: one number, or one each for height and width`,
  )
}
const text = (list: readonly number[]): string => `(${list.join(', ')})`

/** The blocks of an image of a size: for each dimension where they lie in the padded image, a row a place in the block. */
interface Blocks {
  readonly counts: Pair
  readonly places: readonly [number[], number[]]
  readonly words: string
}

function blocksOf(size: Pair, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair): Blocks {
  for (const [name, part, [h, w]] of [
    ['kernel size', 'kernel', kernel] as const,
    ['dilation', 'dilation', dilation] as const,
    ['stride', 'stride', stride] as const,
  ]) {
    if (h > 0 && w > 0) continue
    throw new RuntimeError(`${name} should be greater than zero, but got ${part}_height: ${h} ${part}_width: ${w}`)
  }
  if (padding[0] < 0 || padding[1] < 0) {
    throw new RuntimeError(`padding should be non-negative, but got pad_height: ${padding[0]} pad_width: ${padding[1]}`)
  }
  const countOf = (i: 0 | 1): number =>
    Math.floor((size[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i]) + 1
  const counts: Pair = [countOf(0), countOf(1)]
  const placesOf = (i: 0 | 1): number[] =>
    Array.from({ length: kernel[i] }, (_, k) =>
      Array.from({ length: Math.max(0, counts[i]) }, (_, block) => k * dilation[i] + block * stride[i]),
    ).flat()
  const words = `kernel_size=${text(kernel)}, dilation=${text(dilation)}, padding=${text(padding)}`
  return { counts, places: [placesOf(0), placesOf(1)], words }
}

const index = (places: readonly number[], x: Tensor): Tensor =>
  torch.tensor(Int32Array.from(places), { device: x.device })

/** Whether an input has a batch; it has one dimension more then. */
function checkRank(input: Tensor, rank: number, batch: string): boolean {
  const isBatched = input.ndim === rank + 1
  const isEmpty = input.shape.slice(isBatched ? 1 : 0).includes(0)
  if ((isBatched || input.ndim === rank) && !isEmpty) return isBatched
  throw new RuntimeError(`Expected ${batch}, but got: [${input.shape.join(', ')}]`)
}

function checkFloating(kernel: string, { dtype }: Tensor): void {
  if (dtype.kind !== 'floating') throw new RuntimeError(`"${kernel}" not implemented for '${dtype.scalarName}'`)
}

/**
 * Every block of an image as a column: `[N, C, H, W] → [N, C · kh · kw, blocks]`, or the same without N.
 *
 * @param dilation the distance between neighbours in a block.
 * @param padding zeros around the image.
 * @param stride the distance between blocks.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.unfold.html
 */
export const unfold = signature(
  'unfold',
  ['Tensor input', 'int[] kernel_size', 'int[] dilation', 'int[] padding', 'int[] stride'],
  (
    input: Tensor,
    kernel_size: Extent2d,
    dilation: Extent2d = 1,
    padding: Extent2d = 0,
    stride: Extent2d = 1,
  ): Tensor => {
    const [kernel, pad] = [pairOf('kernel_size', kernel_size), pairOf('padding', padding)]
    const isBatched = checkRank(
      input,
      3,
      '3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input',
    )
    const x = isBatched ? input : input.unsqueeze(0)
    const [samples, channels, height, width] = x.shape as readonly [number, number, number, number]
    const { counts, places, words } = blocksOf(
      [height, width],
      kernel,
      pairOf('dilation', dilation),
      pad,
      pairOf('stride', stride),
    )
    if (counts[0] < 1 || counts[1] < 1) {
      throw new RuntimeError(
        `Given input with spatial size ${text([height, width])}, ${words}, calculated shape of the array of sliding blocks as ` +
          `${text(counts)}, but its components must be at least one.`,
      )
    }
    checkFloating('im2col_out_cpu', input)
    const out = enclosed(() =>
      torch
        .pad(x, [pad[1], pad[1], pad[0], pad[0]])
        .index_select(2, index(places[0], x))
        .index_select(3, index(places[1], x))
        .reshape([samples, channels, kernel[0], counts[0], kernel[1], counts[1]])
        .permute(0, 1, 2, 4, 3, 5)
        .reshape([samples, channels * kernel[0] * kernel[1], counts[0] * counts[1]]),
    )
    return nameStep(isBatched ? out : out.squeeze(0), 'Im2ColBackward0')
  },
  'python',
)

/**
 * The way back from `unfold`: columns are added up to an image of `output_size`, `[N, C · kh · kw, blocks] → [N, C, H, W]`.
 *
 * @param dilation the distance between neighbours in a block.
 * @param padding zeros around the image.
 * @param stride the distance between blocks.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.fold.html
 */
export const fold = signature(
  'fold',
  ['Tensor input', 'int[] output_size', 'int[] kernel_size', 'int[] dilation', 'int[] padding', 'int[] stride'],
  (
    input: Tensor,
    output_size: Extent2d,
    kernel_size: Extent2d,
    dilation: Extent2d = 1,
    padding: Extent2d = 0,
    stride: Extent2d = 1,
  ): Tensor => {
    const [height, width] = pairOf('output_size', output_size)
    const [kernel, pad, steps] = [
      pairOf('kernel_size', kernel_size),
      pairOf('padding', padding),
      pairOf('stride', stride),
    ]
    const { counts, places, words } = blocksOf([height, width], kernel, pairOf('dilation', dilation), pad, steps)
    const isBatched = checkRank(
      input,
      2,
      '2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input',
    )
    const x = isBatched ? input : input.unsqueeze(0)
    const [samples, rows, columns] = x.shape as readonly [number, number, number]
    if (rows % (kernel[0] * kernel[1]) !== 0) {
      throw new RuntimeError(
        "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got " +
          `input.size(1)=${rows} and kernel_size=${text(kernel)}.`,
      )
    }
    if (columns !== counts[0] * counts[1] || counts[0] < 1 || counts[1] < 1) {
      throw new RuntimeError(
        `Given output_size=${text([height, width])}, ${words}, stride=${text(steps)}, expected size of input's ` +
          `dimension 2 to match the calculated number of sliding blocks ${counts[0]} * ${counts[1]} = ` +
          `${counts[0] * counts[1]}, but got input.size(2)=${columns}.`,
      )
    }
    checkFloating('col2im_out_cpu', input)
    const channels = rows / (kernel[0] * kernel[1])
    const padded: Pair = [height + 2 * pad[0], width + 2 * pad[1]]
    const out = enclosed(() => {
      const blocks = x
        .reshape([samples, channels, kernel[0], kernel[1], counts[0], counts[1]])
        .permute(0, 1, 2, 4, 3, 5)
        .reshape([samples, channels, kernel[0] * counts[0], kernel[1] * counts[1]])
      const lines = x
        .new_zeros([samples, channels, padded[0], kernel[1] * counts[1]])
        .index_add(2, index(places[0], x), blocks)
      const image = x.new_zeros([samples, channels, ...padded]).index_add(3, index(places[1], x), lines)
      return torch.pad(image, [-pad[1], -pad[1], -pad[0], -pad[0]])
    })
    return nameStep(isBatched ? out : out.squeeze(0), 'Col2ImBackward0')
  },
  'python',
)
