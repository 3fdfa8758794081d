/** What a schedule moves in a group: the learning rate, and the momentum or the first of Adam's betas. */
export interface Moved {
  lr: number
  momentum?: number
  betas?: readonly [number, number]
}

/** The momentum of a group, or its first beta. */
export const momentumOf = ({ momentum, betas }: Moved): number => betas?.[0] ?? momentum ?? 0

/** Sets the momentum of a group, or its first beta. */
export function setMomentum(group: Moved, momentum: number): void {
  if (group.betas === undefined) group.momentum = momentum
  else group.betas = [momentum, group.betas[1]]
}
