/** Runs one scenario by its name. */
export {}
