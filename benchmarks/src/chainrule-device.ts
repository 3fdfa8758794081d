import * as torch from '@chainrule/core'

/**
 * Makes a mode of gpu.js, or the CPU, the place where tensors are made; says what computes there. A page has to bring gpu.js
 * along: `gpujs` is what `import('gpu.js')` gives.
 */
export async function useDevice(mode: string | null, gpujs?: object): Promise<string> {
  if (mode === null) {
    const threads = torch.get_num_threads()
    return `${torch.device_info().backend}, ${threads} thread${threads === 1 ? '' : 's'}`
  }
  const { adapter } = await torch.gpu.init({ mode: mode as torch.gpu.Mode, gpujs })
  torch.set_default_device('gpu')
  return `${torch.device_info('gpu').backend}${adapter === null ? '' : ` on ${adapter}`}`
}
