// Measures what it takes to begin, `pnpm bench:startup`, and writes docs/size.md: a program that makes a tensor and its
// gradient, as a minified page and as a process of Node, for chainrule and its peers. The packages have to be built.

import { execFileSync, execSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const peers = join(root, 'benchmarks/peers')
const folder = join(peers, 'node_modules/.startup')
const rounds = 21

/** The same program in each library: the gradient of Σ x². @type {Record<string, { package: string, program: string }>} */
const contestants = {
  chainrule: {
    package: '@chainrule/core',
    program: `import { tensor } from '@chainrule/core'
const x = tensor([1, 2, 3], { requires_grad: true })
x.mul(x).sum().backward()
console.log(String(x.grad.tolist()))`,
  },
  'jax-js': {
    package: '@jax-js/jax',
    program: `import { defaultDevice, grad, init, numpy } from '@jax-js/jax'
await init('wasm')
defaultDevice('wasm')
console.log(String(grad((x) => x.ref.mul(x).sum())(numpy.array([1, 2, 3])).js()))`,
  },
  'TensorFlow.js, CPU': {
    package: '@tensorflow/tfjs',
    program: `import * as tf from '@tensorflow/tfjs'
await tf.setBackend('cpu')
console.log(String(tf.grad((x) => x.mul(x).sum())(tf.tensor1d([1, 2, 3])).arraySync()))`,
  },
}

execSync('pnpm install --ignore-workspace --frozen-lockfile --ignore-scripts --loglevel=error', {
  cwd: peers,
  stdio: 'inherit',
})
mkdirSync(join(peers, 'node_modules/@chainrule'), { recursive: true })
rmSync(join(peers, 'node_modules/@chainrule/core'), { recursive: true, force: true })
symlinkSync(join(root, 'packages/core'), join(peers, 'node_modules/@chainrule/core'))
mkdirSync(folder, { recursive: true })

const programs = Object.entries(contestants).map(([name, { package: from, program }], i) => {
  const file = join(folder, `${i}.mjs`)
  writeFileSync(file, program)
  const printed = execFileSync('node', [file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  if (!printed.includes('2,4,6')) throw new Error(`${name} prints ${printed}`)
  const { version } = JSON.parse(readFileSync(join(peers, 'node_modules', from, 'package.json'), 'utf8'))
  return { title: `${name} ${version}`, file }
})
const bare = join(folder, 'bare.mjs')
writeFileSync(bare, '')

/** Contestants alternate, so that what else the machine does meets all alike. @type {number[][]} */
const times = [bare, ...programs.map(({ file }) => file)].map(() => [])
for (let round = 0; round < rounds; round++) {
  for (const [i, file] of [bare, ...programs.map((program) => program.file)].entries()) times[i]?.push(cpuTime(file))
}
const [base = 0, ...medians] = times.map((list) => list.sort((a, b) => a - b)[rounds >> 1] ?? 0)
const sizes = await Promise.all(programs.map(({ file }) => sizeOf(file)))

const rows = programs.map(
  ({ title }, i) => `| ${title} | ${sizes[i]?.toFixed(0)} kB | ${((medians[i] ?? 0) - base).toFixed(0)} ms |\n`,
)
const text = `# Size and start-up

What it takes to begin, in a program that makes a tensor and its gradient; made by \`pnpm bench:startup\`.

| | page, minified, gzip | processor time in Node |
| --- | ---: | ---: |
${rows.join('')}
The page is what esbuild makes of the program and what that loads to begin with. Processor time, of user and system, is that of the
process above the ${base.toFixed(0)} ms of a process that does nothing: the median of ${rounds} rounds, in which the contestants alternate, on
${cpus()[0]?.model ?? 'an unknown processor'}, Node ${process.version}. A machine that is busy makes all of them slower alike.

\`pnpm packages\` holds the size of this page, and of pages with a layer or an optimizer, against limits.
`
writeFileSync(join(root, 'docs/size.md'), text)
console.log(text)

/** User and system time of a process, in ms. @param {string} file */
function cpuTime(file) {
  const report =
    "process.on('exit', () => { const { user, system } = process.cpuUsage(); console.log((user + system) / 1000) })"
  const args = ['--import', `data:text/javascript,${encodeURIComponent(report)}`, file]
  const { stdout } = spawnSync('node', args, { encoding: 'utf8' })
  return Number(stdout.trim().split('\n').at(-1))
}

/** The bytes of gzip, in kB, that a page of a program loads to begin with. @param {string} file */
async function sizeOf(file) {
  const { build } = await import(pathToFileURL(join(peers, 'node_modules/esbuild/lib/main.js')).href)
  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    splitting: true,
    platform: 'browser',
    absWorkingDir: folder,
    write: false,
    metafile: true,
    logLevel: 'error',
  })
  const seen = new Set()
  /** @param {string} path */
  const visit = (path) => {
    if (seen.has(path)) return
    seen.add(path)
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
      if (kind === 'import-statement') visit(next)
  }
  visit(Object.keys(metafile.outputs).find((path) => metafile.outputs[path].entryPoint !== undefined) ?? '')
  const loaded = outputFiles.filter((/** @type {{ path: string }} */ { path }) =>
    seen.has(path.slice(folder.length + 1)),
  )
  return (
    loaded.reduce(
      (/** @type {number} */ sum, /** @type {{ contents: Uint8Array }} */ { contents }) =>
        sum + gzipSync(contents).length,
      0,
    ) / 1000
  )
}
