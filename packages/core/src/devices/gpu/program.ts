import { variable } from '../../formula/index.ts'
import { contiguousStrides, numel } from '../../shape.ts'
import type { Operand } from '../device.ts'
import { Kernel } from '../kernel.ts'
import { Storage } from '../storage.ts'
import { isWhole, memoryOf, runElementwise } from './elementwise.ts'
import type { Program, WgslProgram } from './engine.ts'
import type { Queue } from './queue.ts'
import { KernelText, specialNumbers } from './text.ts'

const programs = new Map<string, Program>()

/** The program of a key, written the first time. */
export function programOf(key: string, write: (text: KernelText) => void): Program {
  const known = programs.get(key)
  if (known !== undefined) return known
  const text = new KernelText()
  write(text)
  const program = text.program()
  programs.set(key, program)
  return program
}

const copy = new Kernel('copy', ['x'], [variable('x')])

/** Runs a program that computes every element of a result; where that is a window, by way of memory of its own. */
export function compute(
  queue: Queue,
  op: string,
  out: Operand,
  program: Program | WgslProgram,
  inputs: readonly Operand[],
  numbers: readonly number[],
): void {
  const whole = isWhole(out) ? out : temporary(queue, out)
  const memories = inputs.map((x) => {
    if (x !== out || whole === out) return memoryOf(x)
    // What is there already takes part.
    runElementwise(queue, copy, [whole], [out])
    return memoryOf(whole)
  })
  queue.launch(op, [{ program, target: memoryOf(whole), inputs: memories, numbers: [...numbers, ...specialNumbers] }])
  if (whole === out) return
  runElementwise(queue, copy, [out], [whole])
  queue.free(memoryOf(whole))
}

/** Memory of its own for an operand's elements. */
export function temporary(
  queue: Queue,
  { storage, shape, dtype }: Pick<Operand, 'storage' | 'shape' | 'dtype'>,
): Operand {
  const length = numel(shape)
  const own = new Storage(storage.device, dtype, length, queue.allocate(length))
  return { storage: own, shape, strides: contiguousStrides(shape), offset: 0, dtype }
}
