/** Imported before a program: the collector cannot be asked for anything, as in a browser. */
Object.defineProperty(process, 'getBuiltinModule', { value: undefined })
