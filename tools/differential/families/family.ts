// What the families of ops share.

import type { Draw } from '../draw.ts'

/** How a call of an op is drawn, under the name by which it can be asked for. */
export type Family = Readonly<Record<string, (draw: Draw) => unknown>>

/** One entry a name. */
export const each = (names: string, entry: (name: string) => (draw: Draw) => unknown): Family =>
  Object.fromEntries(names.split(' ').map((name) => [name, entry(name)]))

/** As a method or as a function. */
export const form = (draw: Draw, name: string): string => `${draw.random.chance(0.5) ? 'Tensor' : 'torch'}.${name}`
