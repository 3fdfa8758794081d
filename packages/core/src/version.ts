/** The version of this package, as PyTorch has it in `torch.__version__`. */
export const __version__ = '0.1.0'
