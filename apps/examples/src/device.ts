import * as torch from '@chainrule/core'

/** What the commands take to say where to compute. */
export const deviceOptions = {
  device: { type: 'string', short: 'd' },
  mode: { type: 'string', short: 'm' },
} as const

/** What `deviceOptions` mean, for people. */
export const deviceHelp = `  -d, --device cpu|gpu        where to compute (default: cpu)
  -m, --mode MODE             the GPU in a mode of gpu.js, such as webgpu or webasm
                              (default: the best that answers)`

/** Where to compute, as a command line says it. */
export interface DeviceChoice {
  readonly device?: string | undefined
  readonly mode?: string | undefined
}

/**
 * Sees to it that the scenarios make their tensors on a device, and says what computes there; below, why nothing better does.
 *
 * @throws Error where there is no such device or mode, with a text for people.
 */
export async function useDevice({ mode, device = mode === undefined ? 'cpu' : 'gpu' }: DeviceChoice): Promise<string> {
  if (device !== 'cpu' && device !== 'gpu') throw new Error(`--device is cpu or gpu, not '${device}'`)
  if (device === 'gpu') await torch.gpu.init({ mode: mode as torch.gpu.Mode | undefined })
  else if (mode !== undefined) throw new Error(`--mode is for --device gpu, not for '${device}'`)
  torch.set_default_device(device)
  const { backend, reason } = torch.device_info(device)
  if (device === 'cpu') return `cpu: ${backend}${reason === null ? '' : `; ${reason}`}`
  const { adapter, reasons } = torch.gpu.info()
  const why = Object.entries(reasons).map(([other, text]) => `\n  not ${other}: ${text}`)
  return `gpu: ${backend}${adapter === null ? '' : ` on ${adapter}`}${why.join('')}`
}
