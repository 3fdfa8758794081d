import { float32 } from '../../dtype.ts'
import type { Operand } from '../device.ts'
import type { WasmParts } from './parts.ts'
import { ResidentBuffer } from './residency.ts'

/** The operands of convolutions and pooling as addresses. */
export interface WindowOperands {
  /** The addresses of the first elements of operands, of which the first is written to. */
  readonly addressesOf: (operands: readonly Operand[]) => number[]
  /** Gives a result that is a lone number back to its storage. */
  readonly finish: (out: Operand) => void
}

export function windowOperands({ memory, residency }: WasmParts): WindowOperands {
  // Room for lone numbers, which have no memory of their own: one vector for each operand of a call.
  const corner = memory.alloc(64)
  const cornerOf = (place: number): number => corner + 16 * place
  return {
    addressesOf(operands) {
      residency.begin()
      return operands.map(({ storage, offset }, place) => {
        if (storage.buffer instanceof ResidentBuffer) return residency.pointerOf(storage.buffer) + 4 * offset
        memory.float32[cornerOf(place) / 4] = storage.buffer as number
        return cornerOf(place)
      })
    },
    finish({ storage }) {
      if (typeof storage.buffer === 'number') storage.buffer = memory.float32[cornerOf(0) / 4]
    },
  }
}

/** Whether an operand is float32 in the memory of the kernels, or a lone number. */
export function isHere({ dtype, storage: { buffer } }: Operand): boolean {
  return dtype === float32 && (buffer instanceof ResidentBuffer || typeof buffer === 'number')
}
