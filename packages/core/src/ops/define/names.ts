const known = new Map<string, string>()

/** `log_softmax` → `LogSoftmax`. */
export function pascalCase(name: string): string {
  let result = known.get(name)
  if (result === undefined) {
    result = name.replace(/(?:^|_+|(?<=[0-9]))([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    known.set(name, result)
  }
  return result
}
