/** Chromium, in which pages answer questions. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'

const executablePath = process.env.CHAINRULE_CHROMIUM ?? '/usr/bin/chromium'
const always = [
  '--js-flags=--expose-gc',
  '--no-sandbox',
  '--no-first-run',
  '--disable-quic',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan,WebGPU',
]
const software = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--use-webgpu-adapter=swiftshader']

/** What may go into a page: scripts by their names. */
const scripts = {
  chainrule: '../dist/src/gpu/browser.js',
  tfjs: './tfjs-browser.js',
  jax: './jax-browser.js',
}

async function bundle(script) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(script, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    external: ['webgpu', 'node:*'],
    logLevel: 'error',
  })
  return outputFiles[0].contents
}

/** Serves pages `/NAME?…`, their scripts, and the data of a folder. Isolated pages have clocks of 5 µs. */
async function serve(folder) {
  const bundles = new Map()
  const contentOf = async (path) => {
    const [, kind, name = ''] = path.split('/')
    if (kind === 'data') return ['application/octet-stream', await readFile(`${folder}/${name}`)]
    if (kind === 'empty') return ['text/html', '<!doctype html>']
    if (kind !== 'scripts')
      return ['text/html', `<!doctype html><script type="module" src="/scripts/${kind}"></script>`]
    if (!bundles.has(name)) bundles.set(name, bundle(scripts[name]))
    return ['text/javascript', await bundles.get(name)]
  }
  const server = createServer(async ({ url }, response) => {
    try {
      const [type, content] = await contentOf(new URL(url, 'http://localhost').pathname)
      response.writeHead(200, {
        'Content-Type': type,
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      })
      response.end(content)
    } catch (error) {
      response.writeHead(404).end(String(error))
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: `http://localhost:${server.address().port}`, close: () => server.close() }
}

/** What a page finds: the names that WebGPU and WebGL give their hardware, null where there is none. */
async function hardwareIn(page) {
  return page.evaluate(async () => {
    const adapter = await navigator.gpu?.requestAdapter()
    const { vendor = '', architecture = '', description = '' } = adapter?.info ?? {}
    const webgl = document.createElement('canvas').getContext('webgl2')
    const info = webgl?.getExtension('WEBGL_debug_renderer_info')
    return {
      webgpu: adapter ? description || `${vendor} ${architecture}`.trim() : null,
      webgl: webgl ? webgl.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? webgl.RENDERER) : null,
    }
  })
}

/** Starts Chromium, on the GPU that it finds or else in software, and says what it found. */
export async function openBrowsers(folder) {
  const server = await serve(folder)
  const launch = (flags) => chromium.launch({ executablePath, headless: true, args: [...always, ...flags] })
  const look = async (flags) => {
    const browser = await launch(flags)
    const page = await browser.newPage()
    await page.goto(`${server.address}/empty`)
    const found = { version: browser.version(), ...(await hardwareIn(page)) }
    await browser.close()
    return found
  }
  let flags = []
  let found = await look(flags)
  if (found.webgpu === null) {
    flags = software
    found = await look(flags)
  }
  return {
    found,
    /** A browser of its own with one page, so that what is stopped does not go on in the background. */
    async open(script, query) {
      const browser = await launch(flags)
      const page = await browser.newPage()
      const errors = []
      page.on('pageerror', (error) => errors.push(error.message))
      await page.goto(`${server.address}/${script}?${new URLSearchParams(query)}`)
      const stop = () => browser.close()
      try {
        await page.waitForFunction(() => globalThis.contestant !== undefined, null, { timeout: 20_000 })
        const details = await page.evaluate(async () => (await globalThis.contestant).details)
        const ask = (question) => page.evaluate(async (words) => (await globalThis.contestant).ask(words), question)
        return { details, ask, stop }
      } catch (error) {
        await stop()
        return errors[0] ?? String(error.message).replace('page.evaluate: ', '').split('\n')[0]
      }
    },
    close: () => server.close(),
  }
}
