/** What is kept in the visitor's browser; in memory only where storage is blocked. */

import type { Call } from "../shared/frames";
import { newOp } from "../shared/text";

export interface Kept {
  conversation: string;
  token: string;
}

/** A message on its way; `text` is what its sender saw of it, `at` when it was written. */
export interface Unsent {
  call: Call;
  text: string;
  at: number;
}

export class Storage {
  #memory = new Map<string, string>();
  #prefix: string;

  constructor(key: string) {
    this.#prefix = `baton:${key}:`;
  }

  get kept(): Kept | null {
    const raw = this.#read("conversation");
    try {
      return raw ? (JSON.parse(raw) as Kept) : null;
    } catch {
      return null;
    }
  }

  set kept(kept: Kept | null) {
    this.#write("conversation", kept && JSON.stringify(kept));
  }

  get draft(): string {
    return this.#read("draft") ?? "";
  }

  set draft(text: string) {
    this.#write("draft", text || null);
  }

  get open(): boolean {
    return this.#read("open") === "yes";
  }

  set open(open: boolean) {
    this.#write("open", open ? "yes" : null);
  }

  /** The last seq the visitor has had on screen. */
  get read(): number {
    return Number(this.#read("read") ?? 0);
  }

  set read(seq: number) {
    this.#write("read", String(seq));
  }

  /** Messages not yet seen in the log, each under a key of its own, so that two tabs never overwrite each other. */
  get unsent(): Unsent[] {
    const made = this.#names("unsent:").map((name) => JSON.parse(this.#read(name) ?? "null") as Unsent | null);
    return made.filter((unsent) => unsent !== null).sort((one, other) => one.at - other.at);
  }

  keepUnsent(unsent: Unsent): void {
    this.#write(`unsent:${unsent.call.op}`, JSON.stringify(unsent));
  }

  dropUnsent(op: string): void {
    this.#write(`unsent:${op}`, null);
  }

  /** Which tab is about to begin a conversation, where the browser has no locks. */
  get claim(): string | null {
    return this.#read("claim");
  }

  set claim(claim: string) {
    this.#write("claim", claim);
  }

  get lock(): string {
    return `${this.#prefix}begin`;
  }

  /** Calls `heard` when another tab of the same site began a conversation. */
  onKept(heard: () => void): () => void {
    const listen = (event: StorageEvent): void => {
      if (event.key === `${this.#prefix}conversation`) heard();
    };
    addEventListener("storage", listen);
    return () => removeEventListener("storage", listen);
  }

  #names(start: string): string[] {
    const full = this.#prefix + start;
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(full)).map((name) => name.slice(this.#prefix.length));
    } catch {
      return [...this.#memory.keys()].filter((name) => name.startsWith(start));
    }
  }

  #read(name: string): string | null {
    try {
      return localStorage.getItem(this.#prefix + name);
    } catch {
      return this.#memory.get(name) ?? null;
    }
  }

  #write(name: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(this.#prefix + name);
      else localStorage.setItem(this.#prefix + name, value);
    } catch {
      if (value === null) this.#memory.delete(name);
      else this.#memory.set(name, value);
    }
  }
}

// What one tab has stored must have reached the others before the next one looks.
const SETTLES_MS = 100;
const GIVEN_UP_MS = 5_000;

/** Runs `begin` in one tab at a time. */
export async function alone(storage: Storage, begin: () => Promise<void>): Promise<void> {
  // Locks are missing on plain-http pages other than localhost.
  if (!navigator.locks) return byClaim(storage, begin);
  await new Promise<void>((done, failed) => {
    const held = navigator.locks.request(storage.lock, async () => {
      await begin().then(done, failed);
      await wait(SETTLES_MS);
    });
    // Refused where the page may store nothing.
    held.catch(() => byClaim(storage, begin).then(done, failed));
  });
}

/** The last tab to claim it begins; the others wait for what that one makes, or for its time to be over. */
async function byClaim(storage: Storage, begin: () => Promise<void>): Promise<void> {
  const claim = newOp();
  storage.claim = claim;
  await wait(SETTLES_MS);
  const givenUp = Date.now() + GIVEN_UP_MS;
  while (storage.claim !== claim && !storage.kept && Date.now() < givenUp) await wait(SETTLES_MS);
  await begin();
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
