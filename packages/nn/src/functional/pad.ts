/** Padding: that of the core. */
export { type PadMode, type PadOptions, pad } from '@chainrule/core'
