/** Layers, losses and initialisation. */
export {}
