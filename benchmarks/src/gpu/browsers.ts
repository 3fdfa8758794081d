import type { Reply } from '../contestant.ts'
import { installPeers } from '../contestants.ts'

/** A page that answers. */
export interface Page {
  readonly details: string
  ask(question: string): Promise<Reply>
  stop(): Promise<void>
}

/** Chromium, as peers/browser.js starts it. */
export interface Browsers {
  readonly found: { readonly version: string; readonly webgpu: string | null; readonly webgl: string | null }
  /** A page of its own with a script; a text says why it cannot take part. */
  open(script: string, query: Readonly<Record<string, string>>): Promise<Page | string>
  close(): void
}

/** Starts Chromium; a text says why there is none. What it needs is installed beside the peers, so it is loaded by its place. */
export async function openBrowsers(folder: string): Promise<Browsers | string> {
  installPeers()
  try {
    const place = new URL('../../../peers/browser.js', import.meta.url).href
    const module = (await import(place)) as { openBrowsers(folder: string): Promise<Browsers> }
    return await module.openBrowsers(folder)
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n', 1)[0] as string) : String(error)
  }
}
