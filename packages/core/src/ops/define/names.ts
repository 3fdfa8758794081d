/** `log_softmax` → `LogSoftmax`. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|_+|(?<=[0-9]))([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
