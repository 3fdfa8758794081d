import type { Operand } from '../devices/device.ts'
import { pools } from '../devices/pools.ts'
import type { AverageWindow, PoolWindow } from '../devices/windows.ts'
import { int32 } from '../dtype.ts'
import type { Shape } from '../shape.ts'
import { allocate } from '../tensor/make.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type RoutineGradient, routine, routines } from './define/routine.ts'

/** The largest of each window, and its index in its plane: `[…, H, W] → […, …size]`. */
export function largest(x: Tensor, window: PoolWindow, size: Shape): readonly [values: Tensor, indices: Tensor] {
  const { shape: from } = x
  return routines(
    'max_pool2d_with_indices',
    [x],
    () => {
      const { device } = x.storage
      const shape = [...from.slice(0, -2), ...size]
      const [values, indices] = [allocate(shape, x.dtype, device), allocate(shape, int32, device)]
      if (values.numel() > 0) device.routinesOf(pools).maxPool(planes(values), planes(indices), planes(x), window)
      return [values, indices] as const
    },
    ([, indices]) => ({
      saved: [indices],
      backward: ([g = null], _, [places]) => [g === null ? null : unpool(g, places as Tensor, window, from)],
    }),
  )
}

/** The gradient of `largest`: each element goes where it came from. */
function unpool(g: Tensor, indices: Tensor, window: PoolWindow, shape: Shape): Tensor {
  return routine(
    'max_pool2d_with_indices_backward',
    [g],
    () => {
      const out = allocate(shape, g.dtype, g.storage.device)
      if (out.numel() > 0)
        g.storage.device.routinesOf(pools).maxPoolInput(planes(out), planes(g), planes(indices), window)
      return out
    },
    () => ({
      saved: [indices],
      backward: ([gg = null], _, [places]) => {
        if (gg === null) return [null]
        const picks = (places as Tensor).flatten(-2)
        return [gg.flatten(-2).gather(-1, picks).reshape(g.shape)]
      },
    }),
  )
}

/** The average of each window: `[…, H, W] → […, …size]`. Its gradient is `spread`, and the other way round. */
export function average(name: string, x: Tensor, window: AverageWindow, size: Shape): Tensor {
  return routine(
    name,
    [x],
    () => {
      const out = allocate([...x.shape.slice(0, -2), ...size], x.dtype, x.storage.device)
      if (out.numel() > 0) x.storage.device.routinesOf(pools).averagePool(planes(out), planes(x), window)
      return out
    },
    gradientOfAverage(window, x.shape),
  )
}

/** The gradient of `average`: each element is shared among its window. */
function spread(g: Tensor, window: AverageWindow, shape: Shape): Tensor {
  return routine(
    'avg_pool2d_backward',
    [g],
    () => {
      const out = allocate(shape, g.dtype, g.storage.device)
      if (out.numel() > 0) g.storage.device.routinesOf(pools).averagePoolInput(planes(out), planes(g), window)
      return out
    },
    gradientOfSpread(window, g.shape.slice(-2)),
  )
}

// Apart from the steps, so that the graph keeps shapes and no tensor.
const gradientOfAverage = (window: AverageWindow, shape: Shape) => (): RoutineGradient => ({
  saved: [],
  backward: ([g = null]) => [g === null ? null : spread(g, window, shape)],
})
const gradientOfSpread = (window: AverageWindow, size: Shape) => (): RoutineGradient => ({
  saved: [],
  backward: ([g = null]) => [g === null ? null : average('avg_pool2d', g, window, size)],
})

/** The last two dimensions as planes, all others as their number; row-major. */
function planes(x: Tensor): Operand {
  const { storage, dtype, offset } = x.contiguous()
  const [height, width] = [x.size(-2), x.size(-1)]
  const area = height * width
  return { storage, dtype, offset, shape: [x.numel() / area, height, width], strides: [area, width, 1] }
}
