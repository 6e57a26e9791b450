import type { Call } from "./frames";

// The service remembers the result of a move for 60 s; a repeat after that could undo what happened since.
const MOVE_REPEATABLE_MS = 55_000;
// A message's op is stored with its entry, so it may be repeated for ever.
const LASTING = new Set(["say", "choose", "report_security", "reply"]);

interface Waiting {
  readonly call: Call;
  sentAt: number | null;
}

/** Calls without an answer yet. They go out again, under the same op, whenever there is a new connection. */
export class Outbox {
  #waiting = new Map<string, Waiting>();

  add(call: Call): void {
    this.#waiting.set(call.op, { call, sentAt: null });
  }

  get(op: string): Call | undefined {
    return this.#waiting.get(op)?.call;
  }

  settle(op: string): Call | undefined {
    const call = this.get(op);
    this.#waiting.delete(op);
    return call;
  }

  sent(op: string, now: number): void {
    const waiting = this.#waiting.get(op);
    if (waiting) waiting.sentAt ??= now;
  }

  /** What to send on a new connection, oldest first; moves that are too old to be repeated are taken out. */
  toSend(now: number): { send: Call[]; expired: Call[] } {
    const all = [...this.#waiting.values()];
    const tooOld = ({ call, sentAt }: Waiting) =>
      !LASTING.has(call.type) && sentAt !== null && now - sentAt > MOVE_REPEATABLE_MS;
    const expired = all.filter(tooOld).map(({ call }) => call);
    for (const call of expired) this.#waiting.delete(call.op);
    return { send: [...this.#waiting.values()].map(({ call }) => call), expired };
  }

  get size(): number {
    return this.#waiting.size;
  }
}
