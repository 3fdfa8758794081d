/** Resampling: images and series in another size. */
import * as torch from '@chainrule/core'
import {
  enclosed,
  NotImplementedError,
  nameStep,
  RuntimeError,
  signature,
  type Tensor,
  ValueError,
} from '@chainrule/core'

/** How what lies between the elements is guessed. */
export type InterpolateMode = 'nearest' | 'nearest-exact' | 'linear' | 'bilinear' | 'trilinear' | 'bicubic' | 'area'

/** One for each dimension, or one for all. */
type Each = number | readonly number[]

/** A grid of new places along a dimension. */
interface Grid {
  readonly size: number
  readonly newSize: number
  /** How many old elements lie in a new one. */
  readonly scale: number
  readonly isAligned: boolean
  /** To the digits that PyTorch finds places with. */
  readonly round: (x: number) => number
}

/** Where each new element takes from: a place for each, and how much of it; `null` for all of it. */
type Tap = { readonly places: readonly number[]; readonly weights: readonly number[] | null }

const each = <T>(grid: Grid, of: (i: number) => T): T[] => Array.from({ length: grid.newSize }, (_, i) => of(i))
const within = (place: number, { size }: Grid): number => Math.min(Math.max(place, 0), size - 1)

/** Where a new element lies among the old ones. */
function source({ scale, isAligned, round }: Grid, i: number): number {
  return isAligned ? round(scale * i) : round(round(scale * round(i + 0.5)) - 0.5)
}

function nearest(grid: Grid): Tap[] {
  const { scale, round } = grid
  return [{ places: each(grid, (i) => within(Math.floor(round(i * scale)), grid)), weights: null }]
}

function nearestExact(grid: Grid): Tap[] {
  return [{ places: each(grid, (i) => within(Math.floor(grid.round(source(grid, i) + 0.5)), grid)), weights: null }]
}

function linear(grid: Grid): Tap[] {
  const { size, newSize, round } = grid
  if (size === newSize) return [{ places: each(grid, (i) => i), weights: null }]
  const real = each(grid, (i) => Math.max(source(grid, i), 0))
  const low = real.map((x) => within(Math.floor(x), grid))
  const share = real.map((x, i) => Math.min(Math.max(round(x - (low[i] as number)), 0), 1))
  return [
    { places: low, weights: share.map((t) => round(1 - t)) },
    { places: low.map((place) => within(place + 1, grid)), weights: share },
  ]
}

/** The kernel of Keys 1981 with the slope that PyTorch has, of the two nearer and the two farther neighbours. */
const SLOPE = -0.75
const near = (x: number): number => ((SLOPE + 2) * x - (SLOPE + 3)) * x * x + 1
const far = (x: number): number => ((SLOPE * x - 5 * SLOPE) * x + 8 * SLOPE) * x - 4 * SLOPE

function cubic(grid: Grid): Tap[] {
  const real = each(grid, (i) => source(grid, i))
  const kernels = [(t: number) => far(t + 1), near, (t: number) => near(1 - t), (t: number) => far(2 - t)]
  return kernels.map((kernel, k) => ({
    places: real.map((x) => within(Math.floor(x) + k - 1, grid)),
    weights: real.map((x) => kernel(grid.round(x - Math.floor(x)))),
  }))
}

/** The modes: how many dimensions have new sizes, and what a new element takes. */
const modes = {
  nearest: { ranks: [1, 2, 3], name: 'UpsampleNearest', taps: nearest },
  'nearest-exact': { ranks: [1, 2, 3], name: 'UpsampleNearestExact', taps: nearestExact },
  linear: { ranks: [1], name: 'UpsampleLinear', taps: linear },
  bilinear: { ranks: [2], name: 'UpsampleBilinear', taps: linear },
  trilinear: { ranks: [3], name: 'UpsampleTrilinear', taps: linear },
  bicubic: { ranks: [2], name: 'UpsampleBicubic', taps: cubic },
} as const

/**
 * The input in another size: `[N, C, L]`, `[N, C, H, W]` or `[N, C, D, H, W]`, with new sizes from the third dimension on.
 *
 * @param size the sizes of the result: one for each dimension, or one for all. This or `scale_factor` is needed.
 * @param scale_factor what the sizes are multiplied by.
 * @param mode how what lies between the elements is guessed.
 * @param align_corners whether the corners of the first and the last elements meet, or their centres do where it is true.
 * @param recompute_scale_factor place the elements by the sizes that come of the scale factor, in place of the factor itself.
 * @param antialias not here: a larger window where the result is smaller.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
 */
export const interpolate = signature(
  'interpolate',
  [
    'Tensor input',
    'int[]? size',
    'float[]? scale_factor',
    'str mode',
    'bool? align_corners',
    'bool? recompute_scale_factor',
    'bool antialias',
  ],
  (
    input: Tensor,
    size: Each | null = null,
    scale_factor: Each | null = null,
    mode: InterpolateMode = 'nearest',
    align_corners: boolean | null = null,
    recompute_scale_factor: boolean | null = null,
    antialias = false,
  ): Tensor => {
    const isWeighted = mode === 'linear' || mode === 'bilinear' || mode === 'bicubic' || mode === 'trilinear'
    if (!isWeighted && align_corners !== null) {
      throw new ValueError(
        'align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear',
      )
    }
    const rank = input.ndim - 2
    const sizes = input.shape.slice(2)
    if (size !== null && scale_factor !== null)
      throw new ValueError('only one of size or scale_factor should be defined')
    const newSizes = size === null ? null : listed(size, sizes, 'output size of', 'output size', 'o')
    const factors =
      scale_factor === null ? null : listed(scale_factor, sizes, 'scale_factor of shape', 'scale_factor', 's')
    if (newSizes === null && factors === null) throw new ValueError('either size or scale_factor should be defined')
    if (recompute_scale_factor === true && size !== null) {
      throw new ValueError('recompute_scale_factor is not meaningful with an explicit size.')
    }
    if (antialias) {
      if (mode !== 'bilinear' && mode !== 'bicubic') {
        throw new ValueError('Anti-alias option is only supported for bilinear and bicubic modes')
      }
      throw new NotImplementedError('interpolate: antialias is not implemented; pool before, by avg_pool2d')
    }
    const found = newSizes ?? sizes.map((n, i) => Math.floor(n * (factors?.[i] as number)))
    const rule = mode === 'area' ? null : Object.hasOwn(modes, mode) ? modes[mode] : undefined
    if (rule === undefined || rank < 1 || rank > 3 || (mode === 'bicubic' && rank !== 2)) {
      throw new NotImplementedError(
        `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${input.ndim}D) for the modes: nearest | linear | bilinear ` +
          `| bicubic | trilinear | area | nearest-exact (got ${mode})`,
      )
    }
    if (rule === null) return averaged(input, found)
    if (!(rule.ranks as readonly number[]).includes(rank)) {
      throw new NotImplementedError(`Got ${input.ndim}D input, but ${mode} mode needs ${rule.ranks[0] + 2}D input`)
    }
    checkSizes(input, found)
    const isNearest = rule.taps === nearest || rule.taps === nearestExact
    if (input.dtype.kind !== 'floating' && !(isNearest && input.dtype === torch.uint8)) {
      const kernel = isNearest ? 'nearest' : rule.taps === cubic ? 'cubic' : 'linear'
      throw new RuntimeError(`"compute_indices_weights_${kernel}" not implemented for '${input.dtype.scalarName}'`)
    }
    const round = input.dtype === torch.float64 ? (x: number): number => x : Math.fround
    const isAligned = align_corners === true
    const scales = recompute_scale_factor === true ? null : factors
    const gridOf = (i: number): Grid => {
      const [n, newSize] = [sizes[i] as number, found[i] as number]
      const given = scales === null ? n / newSize : 1 / (scales[i] as number)
      const scale = round(isAligned ? (newSize > 1 ? (n - 1) / (newSize - 1) : 0) : given)
      return { size: n, newSize, scale, isAligned, round }
    }
    const out = enclosed(() => sizes.reduceRight((x, _, i) => resampled(x, i + 2, rule.taps(gridOf(i))), input))
    return nameStep(out, `${rule.name}${rank}DBackward0`)
  },
  'python',
)

/** A number for each dimension. */
function listed(
  given: number | readonly number[],
  sizes: readonly number[],
  what: string,
  name: string,
  letter: string,
): readonly number[] {
  if (typeof given === 'number') return sizes.map(() => given)
  if (given.length === sizes.length) return given
  throw new ValueError(
    `Input and ${name === 'output size' ? 'output' : name} must have the same number of spatial dimensions, but got input with ` +
      `spatial dimensions of [${sizes.join(', ')}] and ${what} ${torch.repr(given)}. Please provide input tensor in (N, C, d1, d2, ` +
      `...,dK) format and ${name} in (${letter}1, ${letter}2, ...,${letter}K) format.`,
  )
}

function checkSizes(input: Tensor, newSizes: readonly number[]): void {
  const sizes = input.shape.slice(2)
  if ([...sizes, ...newSizes].some((n) => !(n > 0))) {
    const letters = ['D', 'H', 'W'].slice(-sizes.length)
    const text = (list: readonly number[]): string => list.map((n, i) => `${letters[i]}: ${n}`).join(', ')
    throw new RuntimeError(
      `Input and output sizes should be greater than 0, but got input (${text(sizes)}) and output (${text(newSizes)})`,
    )
  }
  if (input.size(1) === 0) {
    throw new RuntimeError(
      `Non-empty ${input.ndim}D data tensor expected but got a tensor with sizes [${input.shape.join(', ')}]`,
    )
  }
}

/** New elements along a dimension. */
function resampled(x: Tensor, dim: number, taps: readonly Tap[]): Tensor {
  const { device } = x
  const parts = taps.map(({ places, weights }) => {
    const picked = x.index_select(dim, torch.tensor(Int32Array.from(places), { device }))
    if (weights === null) return picked
    const shape = x.shape.map((_, i) => (i === dim ? weights.length : 1))
    return picked.mul(torch.tensor(weights, { dtype: x.dtype, device }).reshape(shape))
  })
  return parts.reduce((sum, part) => sum.add(part))
}

/** Means of windows that cover the input; those of boxes are means of planes, then of lines. */
function averaged(input: Tensor, sizes: readonly number[]): Tensor {
  if (input.ndim === 3) return torch.adaptive_avg_pool1d(input, sizes[0] as number)
  if (input.ndim === 4) return torch.adaptive_avg_pool2d(input, sizes)
  const [samples, channels, depth] = input.shape as readonly [number, number, number]
  const [newDepth, height, width] = sizes as readonly [number, number, number]
  const out = enclosed(() => {
    const planes = torch.adaptive_avg_pool2d(input.flatten(1, 2), [height, width])
    const lines = planes.reshape([samples, channels, depth, height * width])
    return torch
      .adaptive_avg_pool2d(lines, [newDepth, height * width])
      .reshape([samples, channels, newDepth, height, width])
  })
  return nameStep(out, 'AdaptiveAvgPool3DBackward0')
}
