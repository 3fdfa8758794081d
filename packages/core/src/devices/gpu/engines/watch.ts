/** What a device told of itself, without being asked. */
export interface Watched {
  /** Why it was lost. */
  lost: string | null
  /** The first error that no call told of. */
  fault: string | null
}

const known = new WeakMap<GPUDevice, Watched>()

/** Listens to a device. `first` is run once for each device. */
export function watch(device: GPUDevice, first: () => void): Watched {
  const old = known.get(device)
  if (old !== undefined) return old
  const watched: Watched = { lost: null, fault: null }
  known.set(device, watched)
  const untilLost = async (): Promise<void> => {
    const { reason, message } = await device.lost
    watched.lost = message || reason
  }
  void untilLost()
  device.addEventListener('uncapturederror', ({ error }) => {
    watched.fault ??= error.message
  })
  first()
  return watched
}
