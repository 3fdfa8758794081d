/** What a callback may give under a mode: no promise, since the mode ends when the callback returns. */
export type Settled<T> = T extends PromiseLike<unknown> ? never : T
