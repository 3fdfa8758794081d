/**
 * The instructions that are methods of a value of their type, by shape: `unary` is `a.neg()`, `binary` `a.add(b)`,
 * `compare` gives a truth value (a mask in vectors), `shift` takes a scalar count. SIMD opcodes stand behind the prefix 0xfd.
 * Source: the WebAssembly core specification, appendix "Index of Instructions".
 */

/** 32-bit integers: numbers, sizes, addresses. Unsigned unless the name says otherwise. */
export const i32 = {
  unary: { eqz: 0x45, countLeadingZeros: 0x67, countTrailingZeros: 0x68 },
  binary: {
    eq: 0x46,
    ne: 0x47,
    lt: 0x49,
    gt: 0x4b,
    le: 0x4d,
    ge: 0x4f,
    ltSigned: 0x48,
    gtSigned: 0x4a,
    leSigned: 0x4c,
    geSigned: 0x4e,
    add: 0x6a,
    sub: 0x6b,
    mul: 0x6c,
    div: 0x6e,
    rem: 0x70,
    divSigned: 0x6d,
    remSigned: 0x6f,
    and: 0x71,
    or: 0x72,
    xor: 0x73,
    shl: 0x74,
    shr: 0x76,
    shrSigned: 0x75,
  },
} as const

/** 64-bit integers; unsigned unless the name says otherwise. */
export const i64 = {
  compare: { eq: 0x51, ne: 0x52, lt: 0x54, gt: 0x56, le: 0x58, ge: 0x5a, ltSigned: 0x53, gtSigned: 0x55 },
  unary: { countLeadingZeros: 0x79, countTrailingZeros: 0x7a },
  binary: {
    add: 0x7c,
    sub: 0x7d,
    mul: 0x7e,
    div: 0x80,
    rem: 0x82,
    and: 0x83,
    or: 0x84,
    xor: 0x85,
    shl: 0x86,
    shr: 0x88,
    shrSigned: 0x87,
  },
} as const

/** 32-bit floats. `nearest` rounds halves to even; `min` and `max` give NaN where either is NaN. */
export const f32 = {
  compare: { eq: 0x5b, ne: 0x5c, lt: 0x5d, gt: 0x5e, le: 0x5f, ge: 0x60 },
  unary: { abs: 0x8b, neg: 0x8c, ceil: 0x8d, floor: 0x8e, trunc: 0x8f, nearest: 0x90, sqrt: 0x91 },
  binary: { add: 0x92, sub: 0x93, mul: 0x94, div: 0x95, min: 0x96, max: 0x97, copysign: 0x98 },
} as const

/** 64-bit floats. */
export const f64 = {
  compare: { eq: 0x61, ne: 0x62, lt: 0x63, gt: 0x64, le: 0x65, ge: 0x66 },
  unary: { abs: 0x99, neg: 0x9a, ceil: 0x9b, floor: 0x9c, trunc: 0x9d, nearest: 0x9e, sqrt: 0x9f },
  binary: { add: 0xa0, sub: 0xa1, mul: 0xa2, div: 0xa3, min: 0xa4, max: 0xa5, copysign: 0xa6 },
} as const

/** Four 32-bit floats. `a.pmin(b)` is `b < a ? b : a`, one machine instruction where `min` takes several. */
export const f32x4 = {
  compare: { eq: 0x41, ne: 0x42, lt: 0x43, gt: 0x44, le: 0x45, ge: 0x46 },
  unary: { ceil: 0x67, floor: 0x68, trunc: 0x69, nearest: 0x6a, abs: 0xe0, neg: 0xe1, sqrt: 0xe3 },
  binary: { add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7, min: 0xe8, max: 0xe9, pmin: 0xea, pmax: 0xeb },
} as const

/** Two 64-bit floats. */
export const f64x2 = {
  compare: { eq: 0x47, ne: 0x48, lt: 0x49, gt: 0x4a, le: 0x4b, ge: 0x4c },
  unary: { ceil: 0x74, floor: 0x75, trunc: 0x7a, nearest: 0x94, abs: 0xec, neg: 0xed, sqrt: 0xef },
  binary: { add: 0xf0, sub: 0xf1, mul: 0xf2, div: 0xf3, min: 0xf4, max: 0xf5, pmin: 0xf6, pmax: 0xf7 },
} as const

/** Four 32-bit integers, or masks: all bits of a lane for true, none for false. Signed comparisons. */
export const i32x4 = {
  compare: { eq: 0x37, ne: 0x38, lt: 0x39, gt: 0x3b, le: 0x3d, ge: 0x3f, ltUnsigned: 0x3a, gtUnsigned: 0x3c },
  unary: { abs: 0xa0, neg: 0xa1 },
  binary: { add: 0xae, sub: 0xb1, mul: 0xb5, min: 0xb6, max: 0xb8, minUnsigned: 0xb7, maxUnsigned: 0xb9 },
  shift: { shl: 0xab, shr: 0xad, shrSigned: 0xac },
} as const

/** Two 64-bit integers, or masks. Signed comparisons. */
export const i64x2 = {
  compare: { eq: 0xd6, ne: 0xd7, lt: 0xd8, gt: 0xd9, le: 0xda, ge: 0xdb },
  unary: { abs: 0xc0, neg: 0xc1 },
  binary: { add: 0xce, sub: 0xd1, mul: 0xd5 },
  shift: { shl: 0xcb, shr: 0xcd, shrSigned: 0xcc },
} as const

/** What every vector has, whatever its lanes: `andNot` is `a & ~b`. */
export const v128 = {
  binary: { and: 0x4e, andNot: 0x4f, or: 0x50, xor: 0x51 },
} as const
