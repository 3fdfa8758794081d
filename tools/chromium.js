// The Chromium that the tests and benchmarks in web pages run in: CHAINRULE_CHROMIUM names one, else Debian's is taken.

export const launchOptions = {
  executablePath: process.env.CHAINRULE_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // A GPU in software, for machines that have none: what a page computes must not depend on the hardware.
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
    '--enable-features=Vulkan,WebGPU',
  ],
}
