/** `pnpm bench:card`: see `help`. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { file } from '../contestants.ts'
import { writeCard } from './page.ts'

const help = `pnpm bench:card [ARCHIVE]
pnpm bench:card --write RESULTS

Packs everything that measuring on a card needs but Python with PyTorch: this Node, the built packages, gpu.js, Dawn, the
loader of Vulkan. On a Linux machine with an NVIDIA card:

  tar -xJf card.tar.xz && sh card/run.sh --out card.json

  ARCHIVE          card.tar.xz without it
  --write RESULTS  puts the results of a run into docs/benchmarks-gpu.md`

/** Debian's packages with the loader of Vulkan, and with what NVIDIA's library links to. */
const debs = ['libvulkan1', 'libglvnd0', 'libx11-6', 'libxext6', 'libxcb1', 'libxau6', 'libxdmcp6', 'libbsd0', 'libmd0']

const run = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/bin/node" "$here/benchmarks/dist/src/card/main.js" "$@"
`

/** Copies a package and all that it needs into a folder of packages. */
function copyPackage(name: string, from: string, modules: string): void {
  const target = join(modules, name)
  const find = createRequire(join(from, 'package.json'))
  const source = folderOf(name, find)
  const { dependencies = {} } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>
  }
  const left = name.startsWith('@chainrule/')
    ? /\/(node_modules|src|test)$/
    : /\/(node_modules|linux-arm64|win32-\w+|darwin-\w+)$/
  const isKept = (path: string): boolean => path === source || !left.test(path)
  cpSync(source, target, { recursive: true, dereference: true, filter: isKept })
  for (const needed of Object.keys(dependencies)) {
    // The framework's packages bring the version of webgpu that they are tested with.
    if (needed.startsWith('@chainrule/') || needed.startsWith('@webgpu/') || needed === 'webgpu') continue
    copyPackage(needed, source, modules)
  }
}

/** The folder of a package as another one sees it. */
function folderOf(name: string, find: NodeJS.Require): string {
  for (const base of find.resolve.paths(name) ?? []) {
    try {
      return realpathSync(join(base, name))
    } catch {
      // It lies further up.
    }
  }
  throw new Error(`${name} is not installed`)
}

/** The shared libraries of Debian's packages, into a folder. */
function copyLibraries(folder: string): void {
  const work = mkdtempSync(join(tmpdir(), 'chainrule-debs-'))
  const { status } = spawnSync('apt-get', ['download', ...debs], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) console.error("without Vulkan's loader: apt-get download does not give it")
  for (const name of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
    execFileSync('dpkg-deb', ['-x', name, 'root'], { cwd: work })
  }
  mkdirSync(folder)
  if (status === 0)
    cpSync(join(work, 'root/usr/lib/x86_64-linux-gnu'), folder, { recursive: true, verbatimSymlinks: true })
  rmSync(work, { recursive: true })
}

function pack(archive: string): void {
  const work = mkdtempSync(join(tmpdir(), 'chainrule-card-'))
  const root = join(work, 'card')
  const modules = join(root, 'node_modules')
  mkdirSync(join(root, 'bin'), { recursive: true })
  cpSync(process.execPath, join(root, 'bin/node'), { dereference: true })
  for (const name of ['core', 'nn', 'optim']) copyPackage(`@chainrule/${name}`, file('.'), modules)
  const core = folderOf('@chainrule/core', createRequire(file('package.json')))
  for (const name of ['gpu.js', 'webgpu']) copyPackage(name, core, modules)
  cpSync(file('dist'), join(root, 'benchmarks/dist'), { recursive: true })
  cpSync(file('package.json'), join(root, 'benchmarks/package.json'))
  cpSync(file('peers/pytorch.py'), join(root, 'benchmarks/peers/pytorch.py'))
  copyLibraries(join(root, 'lib'))
  writeFileSync(join(root, 'run.sh'), run)
  mkdirSync(dirname(archive), { recursive: true })
  execFileSync('tar', ['-C', work, '-cJf', archive, 'card'], { env: { XZ_OPT: '-T0 -6', ...process.env } })
  rmSync(work, { recursive: true })
}

const [argument = 'card.tar.xz', results] = process.argv.slice(2)
const from = process.env['INIT_CWD'] ?? '.'
if (argument === '--help') console.log(help)
else if (argument === '--write') writeCard(resolve(from, results ?? 'card.json'))
else pack(resolve(from, argument))
