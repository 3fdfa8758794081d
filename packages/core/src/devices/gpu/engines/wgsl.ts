import type { Executable, WgslProgram } from '../engine.ts'
import type { GpuJs, GpuJsKernel, GpuJsResult, WebGpuContext } from '../gpujs.ts'

/** UNIFORM | COPY_DST, and STORAGE | COPY_SRC as gpu.js has it for results. */
const usage = { numbers: 0x48, result: 0x84 }

/**
 * Makes programs in WGSL runnable on the device of gpu.js, in its queue and with its memory. `reader` is the kernel that
 * gpu.js reads their results with.
 */
export function wgslRunner(
  gpujs: GpuJs,
  context: WebGpuContext,
  reader: GpuJsKernel,
): (program: WgslProgram) => Executable {
  const device = context.device as GPUDevice
  return ({ source, numbers: count, groups }) => {
    const module = device.createShaderModule({ code: source })
    const building = device
      .createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } })
      .then((pipeline) => ({ pipeline, layout: pipeline.getBindGroupLayout(0) }))
    // Whoever runs it hears of the error.
    building.catch(() => {})
    const memory = device.createBuffer({ size: 16 * Math.ceil(count / 4), usage: usage.numbers })
    return async (length, handles, numbers) => {
      const { pipeline, layout } = await building
      const buffer = device.createBuffer({ size: 4 * length, usage: usage.result })
      const buffers = [
        memory,
        ...(handles as readonly GpuJsResult[]).map((handle) => handle.buffer as GPUBuffer),
        buffer,
      ]
      device.queue.writeBuffer(memory, 0, Int32Array.from(numbers.slice(0, count)))
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(
        0,
        device.createBindGroup({
          layout,
          entries: buffers.map((resource, binding) => ({ binding, resource: { buffer: resource } })),
        }),
      )
      pass.dispatchWorkgroups(...groups(numbers))
      pass.end()
      device.queue.submit([encoder.finish()])
      return new gpujs.WebGPUBufferResult({ buffer, output: [length], context, kernel: reader.kernel })
    }
  }
}
