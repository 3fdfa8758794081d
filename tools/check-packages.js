// Checks the packages as their users will get them, `pnpm packages`: packs each, lints the tarballs, installs them in an
// empty folder, and there type-checks and runs imports of each and the README's first example.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const binaries = join(root, 'node_modules/.bin')
const packages = readdirSync(join(root, 'packages'))
const folder = mkdtempSync(join(tmpdir(), 'chainrule-'))

try {
  const tarballs = packages.map(pack)
  for (const tarball of tarballs) {
    run(join(binaries, 'publint'), ['run', tarball, '--strict'])
    run(join(binaries, 'attw'), [tarball, '--profile', 'esm-only', '--no-summary', '--format=ascii', '--no-emoji'])
  }
  write('package.json', '{ "private": true, "type": "module" }')
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs])
  checkExample()
} finally {
  rmSync(folder, { recursive: true })
}

/** Makes the tarball of a package and returns its path. @param {string} name */
function pack(name) {
  const options = { cwd: join(root, 'packages', name), encoding: /** @type {const} */ ('utf8') }
  const [{ filename, files }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], options),
  )
  const paths = files.map((/** @type {{ path: string }} */ file) => file.path)
  const lacks = ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/index.js', 'src/index.ts'].filter(
    (file) => !paths.includes(file),
  )
  if (lacks.length > 0) throw new Error(`${filename} lacks ${lacks.join(', ')}`)
  return join(folder, filename)
}

/** Compiles and runs the first example of the README, whose printed output stands right below it. */
function checkExample() {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const [, example, expected] = /^```ts\n(.*?)^```\n+```text\n(.*?)^```$/ms.exec(readme) ?? []
  if (example === undefined)
    throw new Error('README.md: a first ```ts block, and its output in ```text below, are missing')
  write('example.ts', example)
  write('imports.ts', packages.map((name) => `export * as ${name} from '@chainrule/${name}'\n`).join(''))
  const compilerOptions = { strict: true, target: 'es2022', module: 'nodenext', types: [] }
  write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['example.ts', 'imports.ts'] }))
  run(join(binaries, 'tsc'), ['--project', folder])
  run('node', ['imports.js'])
  const printed = execFileSync('node', ['example.js'], { cwd: folder, encoding: 'utf8' })
  if (printed !== expected) throw new Error(`README.md: the first example prints\n${printed}and not\n${expected}`)
  console.log(`The README's first example, run with the packed packages, prints:\n${printed}`)
}

/** @param {string} file @param {string} text */
function write(file, text) {
  writeFileSync(join(folder, file), text)
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  execFileSync(command, args, { cwd: folder, stdio: 'inherit' })
}
