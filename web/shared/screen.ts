import type { CustomerFrame, Entry, View } from "./frames";
import { EMPTY_LOG, extend, type Log } from "./log";

/** A message of one's own that is not in the log yet. */
export interface Pending {
  readonly op: string;
  readonly text: string;
  readonly status: "sending" | "failed";
  readonly detail: string;
}

/** All that a customer's window shows of a conversation. */
export interface Screen {
  readonly log: Log;
  readonly view: View | null;
  readonly pending: readonly Pending[];
  readonly typing: { readonly name: string; readonly at: number } | null;
}

/** What happens in the window itself, told in the same way as the server's frames. */
export type OwnFrame =
  | { type: "queued"; op: string; text: string }
  | { type: "resent"; op: string }
  | { type: "failed"; op: string; detail: string }
  | { type: "dropped"; op: string }
  | { type: "forgotten" };

export const EMPTY_SCREEN: Screen = { log: EMPTY_LOG, view: null, pending: [], typing: null };
export const TYPING_SHOWN_MS = 5000;

/** The screen after a frame; `now` in milliseconds. Pure: the same frames give the same screen. */
export function apply(screen: Screen, frame: CustomerFrame | OwnFrame, now = 0): Screen {
  switch (frame.type) {
    case "entries": {
      const log = extend(screen.log, frame);
      return {
        ...screen,
        log,
        pending: notIn(log.entries, screen.pending),
        typing: frame.entries.some((entry) => entry.author.kind === "agent") ? null : screen.typing,
      };
    }
    case "view": {
      const { type: _, ...view } = frame;
      return { ...screen, view, typing: view.agent ? screen.typing : null };
    }
    case "typing":
      return { ...screen, typing: { name: frame.name, at: now } };
    case "queued":
      return { ...screen, pending: [...screen.pending, { op: frame.op, text: frame.text, status: "sending", detail: "" }] };
    case "resent":
      return marked(screen, frame.op, "sending", "");
    case "failed":
      return marked(screen, frame.op, "failed", frame.detail);
    case "refused":
      return frame.op ? marked(screen, frame.op, "failed", frame.detail) : screen;
    case "dropped":
      return { ...screen, pending: screen.pending.filter((message) => message.op !== frame.op) };
    case "forgotten":
      return { ...EMPTY_SCREEN, pending: screen.pending };
    case "done":
    case "bye":
      return screen;
  }
}

function notIn(entries: readonly Entry[], pending: readonly Pending[]): readonly Pending[] {
  if (!pending.length) return pending;
  const arrived = new Set(entries.map((entry) => entry.author.kind === "customer" && entry.client_id));
  return pending.filter((message) => !arrived.has(message.op));
}

function marked(screen: Screen, op: string, status: Pending["status"], detail: string): Screen {
  return {
    ...screen,
    pending: screen.pending.map((message) => (message.op === op ? { ...message, status, detail } : message)),
  };
}
