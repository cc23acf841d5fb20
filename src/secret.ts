import { inspect } from 'node:util';

/** A value that no log line, error, template or JSON can print; only `reveal()` gives it out, at the last hop. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** Reads a secret each time it is needed, so that a rotated file is in force at the next call; `undefined` when not configured. */
export type ReadSecret = () => Secret | undefined;
