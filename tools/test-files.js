// Which tests run where, by what they say themselves.

import { readdirSync, readFileSync } from 'node:fs'

const files = ['core', 'nn', 'optim'].flatMap((name) => {
  const folder = `packages/${name}/test`
  const names = readdirSync(new URL(`../${folder}`, import.meta.url)).filter((file) => /\.(test|page)\.ts$/.test(file))
  return names.map((file) => {
    const path = `${folder}/${file}`
    return { path, text: readFileSync(new URL(`../${path}`, import.meta.url), 'utf8') }
  })
})

/**
 * WebGPU in Node runs the kernels that it runs in a page, where all tests are: here those of the GPU itself, and of each kind of
 * kernel some, since what is Node's own is how they start, queue and are read.
 */
const everyKind =
  /\/core\/test\/(gpu\b.*|ops-(conv|long|matmul|routine|unread)|remainders)\.|\/gpu-memory\.|\/training\./

/**
 * The files of the tests that can run on some devices: in a web page those that need nothing of Node, and those of threads
 * in an isolated page only; on a GPU those that run on devices, and where it answers later, those that wait for it. What is
 * named gpu-… is about the GPU alone.
 *
 * @param {readonly string[]} devices
 * @param {{ page: boolean, isolated?: boolean, kernels?: boolean }} where `kernels`: only those whose results kernels compute.
 */
export function filesFor(devices, { page, isolated = false, kernels = false }) {
  const isOnCpu = devices.every((name) => name === 'js' || name === 'wasm')
  const onDevices = devices.includes('webgpu')
    ? /onEach(Formula)?Device\(|onEveryDevice\(|devices\.ts'/
    : /onEach(Formula|Sync)?Device\(|onEveryDevice\(|devices\.ts'/
  const fit = files.filter(({ path, text }) => {
    // Arguments are the same on every device.
    if (path.endsWith('/misuse.test.ts')) return false
    if (page && /from 'node:/.test(text)) return false
    if (kernels && !onDevices.test(text) && !path.includes('/wasm-') && !isolated) return false
    if (isOnCpu) return !path.includes('/gpu-') && /shared: true/.test(text) === isolated
    if (devices.includes('webgpu') && !page && !everyKind.test(path)) return false
    return onDevices.test(text) && path.endsWith('.test.ts')
  })
  return fit.map(({ path }) => path)
}

/**
 * The files that may share modules: those of core, and those of nn and optim. What starts or registers devices, defines ops or
 * needs a page of its own is alone.
 *
 * @param {readonly string[]} paths
 */
export function groupsOf(paths) {
  /** @type {Record<'core' | 'rest' | 'alone', string[]>} */
  const groups = { core: [], rest: [], alone: [] }
  for (const path of paths) {
    const text = files.find((file) => file.path === path)?.text
    const isAlone =
      text === undefined ||
      path.endsWith('.page.ts') ||
      /registerDevice\(|start-gpu\.ts'|= torch\.elementwise\(/.test(text)
    groups[isAlone ? 'alone' : path.startsWith('packages/core/') ? 'core' : 'rest'].push(path)
  }
  return groups
}
