/** The next of 1, 2, 3, 4, 6, 8, 12, 16, …, from 4 on: at most a third is room to spare. */
export function sizeClass(length: number): number {
  if (length <= 4) return 4
  const power = 2 ** Math.ceil(Math.log2(length))
  return length <= power * 0.75 ? power * 0.75 : power
}
