// Checks that programs which bundlers make of the packages run, the second half of `pnpm packages`: packs the packages,
// installs them and some bundlers outside of the workspace, without gpu.js, and there has each make a minified program, which
// must print what the unbundled one does; one of them in Chromium too. Warnings are errors. Then come tensors in Jest, the sizes,
// which have limits, and the oldest TypeScript that reads the types.

import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { launchOptions } from './chromium.js'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Bundlers stay there from one run to the next. */
const folder = join(tmpdir(), 'chainrule-bundlers')
const packages = readdirSync(join(root, 'packages'))

/** What a page loads of the packages to begin with, minified, in kB of gzip: the imports, and the limit. @type {Record<string, [source: string, limit: number]>} */
const limits = {
  'tensor and backward': [
    `import { tensor } from '@chainrule/core'
const x = tensor([1, 2, 3], { requires_grad: true })
x.mul(x).sum().backward()
console.log(x.grad)`,
    122,
  ],
  'all of core': ["import * as torch from '@chainrule/core'\nglobalThis.torch = torch", 160],
  'nn: Linear': ["import { Linear } from '@chainrule/nn'\nconsole.log(Linear)", 8.4],
  'nn: Linear and functional.relu': [
    "import * as nn from '@chainrule/nn'\nconsole.log(nn.Linear, nn.functional.relu)",
    26,
  ],
  'optim: SGD': ["import { SGD } from '@chainrule/optim'\nconsole.log(SGD)", 4.4],
  'optim: lr_scheduler.StepLR': [
    "import { lr_scheduler } from '@chainrule/optim'\nconsole.log(lr_scheduler.StepLR)",
    9.7,
  ],
}

const forEsbuild = {
  bundle: true,
  minify: true,
  format: 'esm',
  splitting: true,
  platform: 'browser',
  absWorkingDir: folder,
}

install()
const entry = join(folder, 'program.js')
const expected = execFileSync('node', [entry], { cwd: folder, encoding: 'utf8' })
for (const name of [
  'Sequential(',
  'Linear(',
  'ReLU(',
  'MseLossBackward0',
  'SGD (',
  'RuntimeError: ',
  'gpu.js could not be loaded',
]) {
  if (!expected.includes(name)) throw new Error(`the program prints no ${name}:\n${expected}`)
}

/** @type {Record<string, (out: string) => Promise<void>>} */
const bundlers = { esbuild, rollup, vite, webpack }
for (const [name, bundle] of Object.entries(bundlers)) {
  const out = join(folder, 'out', name)
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  await bundle(out)
  compare(name, execFileSync('node', [join(out, 'program.js')], { encoding: 'utf8' }))
}
await runInChromium()
checkOneTensor()
checkJest()
await checkSizes()
checkTypes()

/** Packs and installs, where the bundlers are installed already the packages alone. */
function install() {
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(join(root, 'tools/bundlers')))
    copyFileSync(join(root, 'tools/bundlers', file), join(folder, file))
  const tarballs = packages.map((name) => {
    const options = { cwd: join(root, 'packages', name), encoding: /** @type {const} */ ('utf8') }
    const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', folder], options))
    rmSync(join(folder, 'node_modules/@chainrule', name), { recursive: true, force: true })
    return join(folder, filename)
  })
  rmSync(join(folder, 'package-lock.json'), { force: true })
  const flags = ['--no-audit', '--no-fund', '--loglevel=error', '--no-package-lock']
  execFileSync('npm', ['install', ...flags, ...tarballs], { cwd: folder, stdio: 'inherit' })
}

/** A module of the folder. @param {string} name @returns {Promise<any>} */
function load(name) {
  return import(pathToFileURL(createRequire(entry).resolve(name)).href)
}

/** @param {string} out */
async function esbuild(out) {
  const { build } = await load('esbuild')
  const { warnings } = await build({ ...forEsbuild, entryPoints: [entry], outdir: out })
  refuse('esbuild', warnings)
}

/** @param {string} out */
async function rollup(out) {
  const [{ rollup: bundle }, { nodeResolve }, { default: terser }] = await Promise.all(
    ['rollup', '@rollup/plugin-node-resolve', '@rollup/plugin-terser'].map(load),
  )
  /** @type {unknown[]} */
  const warnings = []
  const bundled = await bundle({
    input: entry,
    plugins: [nodeResolve(), terser({ module: true })],
    onwarn: (/** @type {unknown} */ warning) => warnings.push(warning),
  })
  await bundled.write({ dir: out, format: 'es' })
  refuse('rollup', warnings)
}

/** @param {string} out */
async function vite(out) {
  const { build, createLogger } = await load('vite')
  /** @type {unknown[]} */
  const warnings = []
  const customLogger = { ...createLogger('silent'), warn: (/** @type {unknown} */ text) => warnings.push(text) }
  // A chunk of 500 kB is worth a warning to Vite.
  const options = {
    outDir: out,
    emptyOutDir: false,
    minify: true,
    target: 'es2022',
    // Its helper asks for a document.
    modulePreload: false,
    chunkSizeWarningLimit: 1000,
    rollupOptions: { input: entry, output: { entryFileNames: 'program.js' } },
  }
  await build({ root: folder, configFile: false, logLevel: 'warn', customLogger, build: options })
  refuse('vite', warnings)
}

/** @param {string} out */
async function webpack(out) {
  const { default: pack } = await load('webpack')
  const options = {
    mode: 'production',
    context: folder,
    entry,
    target: ['web', 'es2022'],
    experiments: { outputModule: true },
    output: {
      path: out,
      filename: 'program.js',
      module: true,
      chunkFormat: 'module',
      chunkLoading: 'import',
      publicPath: './',
    },
    performance: false,
  }
  const stats = await new Promise((resolve, reject) => {
    pack(options, (/** @type {unknown} */ error, /** @type {any} */ result) =>
      error ? reject(error) : resolve(result),
    )
  })
  const { errors, warnings } = stats.toJson({ errors: true, warnings: true })
  refuse('webpack', [...errors, ...warnings])
}

/** @param {string} name @param {readonly unknown[]} warnings */
function refuse(name, warnings) {
  if (warnings.length > 0) throw new Error(`${name} warns: ${JSON.stringify(warnings, null, 2)}`)
}

/** @param {string} name @param {string} printed */
function compare(name, printed) {
  if (printed !== expected) throw new Error(`${name}: the program prints\n${printed}and not\n${expected}`)
  console.log(`${name}: runs`)
}

/** Runs what Vite made in a page. */
async function runInChromium() {
  if (!existsSync(launchOptions.executablePath)) {
    console.log(`Chromium: not run, there is no ${launchOptions.executablePath}`)
    return
  }
  const { chromium } = await import('playwright')
  const browser = await chromium.launch(launchOptions)
  const page = await browser.newPage()
  await page.route('**', (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname === '/')
      return route.fulfill({ contentType: 'text/html', body: '<script type=module src=/program.js></script>' })
    return route.fulfill({ contentType: 'text/javascript', body: readFileSync(join(folder, 'out/vite', pathname)) })
  })
  const printed = page.waitForEvent('console', { timeout: 60_000 })
  await page.goto('http://localhost/')
  compare('Vite in Chromium', `${(await printed).text()}\n`)
  await browser.close()
}

/** Every entry of every package has the same `Tensor`, and `require` gives the same modules. */
function checkOneTensor() {
  write(
    'same.js',
    `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
const names = ${JSON.stringify(packages.map((name) => `@chainrule/${name}`))}
const { Tensor, ones } = await import('@chainrule/core')
for (const name of names) {
  const [imported, required] = [await import(name), require(name)]
  for (const key of Object.keys(imported)) if (!Object.is(imported[key], required[key])) throw new Error(name + ': require gives another ' + key)
}
const { Linear } = await import('@chainrule/nn')
if (!(new Linear(1, 1)(ones(1)) instanceof Tensor) || !(new Linear(1, 1).weight instanceof Tensor)) throw new Error('nn has another Tensor')
`,
  )
  execFileSync('node', ['same.js'], { cwd: folder, stdio: ['ignore', 'inherit', 'pipe'] })
  console.log('import and require: one Tensor')
}

/** The set-up line for Jest and what it does. */
function checkJest() {
  const flags = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--ci', '--rootDir', folder]
  execFileSync('node', flags, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
  console.log('Jest: compares tensors')
}

/** Measures what esbuild leaves of the packages, and holds it against the limits. */
async function checkSizes() {
  const { build } = await load('esbuild')
  const tooLarge = []
  for (const [title, [source, limit]] of Object.entries(limits)) {
    write('size.js', source)
    const isCore = source.includes('@chainrule/core')
    const { outputFiles, metafile } = await build({
      ...forEsbuild,
      entryPoints: ['size.js'],
      outdir: 'out',
      write: false,
      metafile: true,
      external: isCore ? [] : ['@chainrule/core'],
    })
    const seen = new Set()
    /** @param {string} path */
    const visit = (path) => {
      if (seen.has(path)) return
      seen.add(path)
      for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
        if (kind === 'import-statement') visit(next)
    }
    visit('out/size.js')
    const loaded = outputFiles.filter((/** @type {{ path: string }} */ { path }) =>
      [...seen].some((one) => path === join(folder, one)),
    )
    const bytes = loaded.reduce(
      (/** @type {number} */ sum, /** @type {{ contents: Uint8Array }} */ { contents }) =>
        sum + gzipSync(contents).length,
      0,
    )
    console.log(`${title}: ${(bytes / 1000).toFixed(1)} kB`)
    if (bytes > 1000 * limit) tooLarge.push(`${title}: ${bytes} bytes, and may be ${limit} kB`)
  }
  if (tooLarge.length > 0) throw new Error(tooLarge.join('\n'))
}

/** The types of the packages, by the oldest TypeScript that reads them and by one of today, their own files included. */
function checkTypes() {
  write('types.ts', packages.map((name) => `export * as ${name} from '@chainrule/${name}'\n`).join(''))
  const lib = ['es2022', 'esnext.disposable', 'dom']
  const compilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: false,
    target: 'es2022',
    module: 'nodenext',
    lib,
    types: [],
  }
  write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['types.ts'] }))
  for (const version of ['typescript-oldest', 'typescript']) {
    const compiler = join(folder, 'node_modules', version)
    execFileSync('node', [join(compiler, 'bin/tsc'), '--project', folder], { stdio: 'inherit' })
    console.log(
      `TypeScript ${JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8')).version}: reads the types`,
    )
  }
}

/** @param {string} file @param {string} text */
function write(file, text) {
  writeFileSync(join(folder, file), text)
}
