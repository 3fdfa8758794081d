/** Convolutions: those of the core. */
export {
  type ConvOptions,
  type ConvPadding,
  type ConvTransposeOptions,
  conv_transpose1d,
  conv_transpose2d,
  conv1d,
  conv2d,
  type Extent,
} from '@chainrule/core'
