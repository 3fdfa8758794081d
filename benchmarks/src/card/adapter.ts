/** Prints the adapter that WebGPU finds, as Dawn describes it, with its features and limits. */
import { useDevice } from '../chainrule-device.ts'

interface Adapter {
  readonly info: Readonly<Record<string, unknown>>
  readonly features: Iterable<string>
  readonly limits: Readonly<Record<string, number>>
}

await useDevice('webgpu')
const { gpu } = navigator as unknown as { gpu: { requestAdapter(): Promise<Adapter> } }
const { info, features, limits } = await gpu.requestAdapter()
console.log(
  JSON.stringify({
    vendor: info['vendor'],
    architecture: info['architecture'],
    device: info['device'],
    description: info['description'],
    subgroups: [info['subgroupMinSize'], info['subgroupMaxSize']],
    features: [...features],
    workgroupStorage: limits['maxComputeWorkgroupStorageSize'],
    invocations: limits['maxComputeInvocationsPerWorkgroup'],
    storageBuffers: limits['maxStorageBuffersPerShaderStage'],
    bindingSize: limits['maxStorageBufferBindingSize'],
  }),
)
process.exit(0)
