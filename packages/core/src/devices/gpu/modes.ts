/** The modes of gpu.js that the device runs on, best first. */
export const modes = ['webgpu', 'webgl2', 'headlessgl', 'webgl', 'webasm', 'cpu'] as const

export type Mode = (typeof modes)[number]
