/** Finds the loader of Vulkan and NVIDIA's driver for it on a machine that may have neither in its usual place. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { file, relaxedSimd } from '../contestants.ts'

/** What WebGPU finds: the adapter as Dawn describes it, or what is missing. */
export interface Found {
  readonly adapter: Readonly<Record<string, unknown>> | null
  /** What the processes that use it need in their environment. */
  readonly env: Readonly<Record<string, string>>
  /** What was there and what was tried, a line each. */
  readonly log: readonly string[]
}

const libraryFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/local/nvidia/lib64',
  '/usr/local/nvidia/lib',
  '/usr/lib/nvidia',
]
const driverFolders = ['/etc', '/usr/share', '/usr/local/share', '/usr/local/nvidia/share', '/usr/local/nvidia/etc']

/** The path of a shared library: where the linker finds it, or in one of the folders where drivers lie. */
function library(name: string): string | null {
  const listed = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? ''
  const known = listed.split('\n').find((line) => line.trim().startsWith(`${name} `) && line.includes('x86-64'))
  return known?.split('=> ')[1] ?? libraryFolders.map((folder) => join(folder, name)).find(existsSync) ?? null
}

/** NVIDIA's descriptions of its driver, which the loader reads. */
function descriptions(): string[] {
  return driverFolders.flatMap((base) => {
    const folder = join(base, 'vulkan/icd.d')
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((name) => name.includes('nvidia'))
      .map((name) => join(folder, name))
  })
}

/** A description of a driver that has none. */
function describe(path: string): string {
  const written = join(tmpdir(), `${path.replaceAll(/\W/g, '-')}.json`)
  writeFileSync(
    written,
    JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: path, api_version: '1.3.0' } }),
  )
  return written
}

/** Asks WebGPU for an adapter, in a process of its own: a driver may end it. */
function ask(env: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> | string {
  const { stdout, stderr, signal, error } = spawnSync(
    process.execPath,
    [...relaxedSimd(process.execPath), file('dist/src/card/adapter.js')],
    { encoding: 'utf8', timeout: 10_000, env: { ...process.env, VK_LOADER_DEBUG: 'error,warn', ...env } },
  )
  const answer = stdout?.split('\n').find((line) => line.startsWith('{'))
  if (answer !== undefined) return JSON.parse(answer) as Record<string, unknown>
  const reason = error?.message ?? signal ?? ''
  return [reason, ...(stderr ?? '').trim().split('\n').slice(-6)].filter((line) => line !== '').join(' | ')
}

const isSoftware = (adapter: Readonly<Record<string, unknown>>): boolean =>
  /swiftshader|llvmpipe|software/i.test(JSON.stringify(adapter))

/**
 * Looks for a card: with what the machine says by itself, with each description of NVIDIA's driver, and with one written for
 * its library. `carried` is a folder with the loader and what the driver may need besides.
 */
export function findVulkan(carried: string): Found {
  const log: string[] = []
  const wanted = ['libvulkan.so.1', 'libcuda.so.1', 'libGLX_nvidia.so.0', 'libEGL_nvidia.so.0', 'libX11.so.6']
  const paths = new Map(wanted.map((name) => [name, library(name)]))
  for (const [name, path] of paths) log.push(`${name}: ${path ?? 'not on this machine'}`)
  const found = descriptions()
  log.push(`descriptions of NVIDIA's driver: ${found.join(', ') || 'none'}`)
  const drivers = [paths.get('libGLX_nvidia.so.0'), paths.get('libEGL_nvidia.so.0')].flatMap((path) => path ?? [])
  const folders = [...new Set(drivers.map(dirname)), process.env['LD_LIBRARY_PATH'] ?? '', carried]
  const search = { LD_LIBRARY_PATH: folders.filter((folder) => folder !== '').join(delimiter) }
  const tries: Record<string, string>[] = [
    search,
    ...[...found, ...drivers.map(describe)].map((path) => ({ ...search, VK_ICD_FILENAMES: path })),
  ]
  let software: Found | null = null
  for (const env of tries) {
    const answer = ask(env)
    const said = typeof answer === 'string' ? answer : JSON.stringify(answer)
    log.push(
      `${Object.entries(env)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')}: ${said}`,
    )
    if (typeof answer === 'string') continue
    if (!isSoftware(answer)) return { adapter: answer, env, log }
    software ??= { adapter: answer, env, log }
  }
  return software ?? { adapter: null, env: search, log }
}
