/** The contestant jax-js in Node: its WebAssembly backend. */
import { readFileSync } from 'node:fs'
import { answer } from '../dist/src/answer.js'
import { rows, useBackend } from './jax-rows.js'

await useBackend('wasm')
const { version } = JSON.parse(readFileSync(new URL('node_modules/@jax-js/jax/package.json', import.meta.url), 'utf8'))
await answer({ name: `jax-js ${version}`, details: 'wasm, jit' }, rows)
