/** A signal that nobody wants the outcome of some work any more: the subset of `AbortSignal` that this program uses. */
export interface CancelSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/**
 * An `AbortController` and its signal in one object. It is cheaper than the two of Node, and every request has one.
 * A listener is called once.
 *
 * @see docs/decisions/008-hot-path.md
 */
export class Cancellation implements CancelSignal {
  readonly #listeners: (() => void)[] = []
  #aborted = false

  get aborted(): boolean {
    return this.#aborted
  }

  abort(): void {
    this.#aborted = true
    // The loop takes one listener at a time, because a listener may remove others.
    for (let next = this.#listeners.shift(); next !== undefined; next = this.#listeners.shift()) next()
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.push(listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const index = this.#listeners.indexOf(listener)
    if (index !== -1) this.#listeners.splice(index, 1)
  }
}
