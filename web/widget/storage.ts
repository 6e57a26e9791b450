/** What is kept in the visitor's browser; in memory only where storage is blocked. */

export interface Kept {
  conversation: string;
  token: string;
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

  /** Calls `heard` when another tab of the same site began a conversation. */
  onKept(heard: () => void): () => void {
    const listen = (event: StorageEvent): void => {
      if (event.key === `${this.#prefix}conversation`) heard();
    };
    addEventListener("storage", listen);
    return () => removeEventListener("storage", listen);
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
