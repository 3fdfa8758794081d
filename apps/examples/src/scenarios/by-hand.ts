/**
 * Derivatives by hand: no tensor, no autograd, two plain functions. What is done here with pen and paper, the other
 * scenarios leave to autograd.
 */
import type { Notebooks } from '../cell.ts'

export const title = 'Derivatives of x² and sin(x²) as plain functions'

const lr = 0.003
const steps = 60

/** d(x²)/dx. */
function dy_dx(x: number): number {
  return 2 * x
}

/** d sin(x²)/dx, by the chain rule: the cosine of the inside, times the inside's own derivative. */
function dz_dx(x: number): number {
  return Math.cos(x ** 2) * (2 * x)
}

export const notebooks: Notebooks = {
  2(cell) {
    const x = 3
    cell(2, (print) => print(`The gradient of y = x^2 at x = ${x} is ${dy_dx(x)}.`)) // 6.
    cell(3, (print) => print(`The gradient of z at x = ${x} is ${dz_dx(x).toFixed(2)}.`)) // -5.47.
  },
  5(cell) {
    cell(2, () => dy_dx(2)) // 4
    cell(4, () => dz_dx(3)) // -5.466781571308061
  },
}

/** sin(x²) is -1 at its lowest. */
export const goal = -1

/** Walks downhill from x = 3, each step against the derivative, to x = √(7π/2), where the sine is lowest. */
export function* train() {
  let x = 3
  for (let step = 0; step < steps; step++) {
    yield Math.sin(x ** 2)
    x -= lr * dz_dx(x)
  }
}
