export { type PadMode, pad } from '@chainrule/core'
