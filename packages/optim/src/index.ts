/** Optimizers. */
export {}
