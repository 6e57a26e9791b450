/** The desk's frames → what is on screen. Pure. */

import type { Entry } from "../shared/frames";
import { EMPTY_LOG, extend, type Log } from "../shared/log";
import type { Agent, Card, DeskFrame, DeskView, Lists, Note } from "./frames";

export interface Screen {
  readonly me: Agent | null;
  readonly lists: Lists;
  /** The conversation that is open, or null. */
  readonly open: string | null;
  readonly view: DeskView | null;
  readonly log: Log;
  readonly notes: readonly Note[];
  readonly typingAt: number;
  /** The last seq of each conversation that this agent has had on screen. */
  readonly read: Readonly<Record<string, number>>;
}

export type OwnFrame =
  | { type: "opened"; conversation: string | null }
  /** What is open was in front of somebody's eyes. */
  | { type: "looked" }
  | { type: "remembered"; read: Readonly<Record<string, number>> }
  | { type: "offers"; on: boolean };

export const EMPTY: Screen = {
  me: null,
  lists: { waiting: [], parked: [], mine: [], closed: [], load: { capacity: 0, busy: 0, offered: 0, wants_offers: false } },
  open: null,
  view: null,
  log: EMPTY_LOG,
  notes: [],
  typingAt: 0,
  read: {},
};

export function apply(screen: Screen, frame: DeskFrame | OwnFrame, now = 0): Screen {
  switch (frame.type) {
    case "me":
      return { ...screen, me: frame.agent };
    case "lists": {
      const { type: _, ...lists } = frame;
      return { ...screen, lists };
    }
    case "offers":
      return { ...screen, lists: { ...screen.lists, load: { ...screen.lists.load, wants_offers: frame.on } } };
    case "remembered":
      return { ...screen, read: frame.read };
    case "looked": {
      const seq = screen.log.entries.at(-1)?.seq ?? 0;
      if (!screen.open || seq <= (screen.read[screen.open] ?? 0)) return screen;
      return { ...screen, read: { ...screen.read, [screen.open]: seq } };
    }
    case "opened":
      return { ...screen, open: frame.conversation, view: null, log: EMPTY_LOG, notes: [], typingAt: 0 };
    case "conversation":
      return frame.view.conversation === screen.open ? { ...screen, view: frame.view } : screen;
    case "entries":
      return frame.conversation === screen.open ? { ...screen, log: extend(screen.log, frame), typingAt: 0 } : screen;
    case "notes":
      return frame.conversation === screen.open ? { ...screen, notes: [...screen.notes, ...unknown(screen, frame.notes)] } : screen;
    case "typing":
      return frame.conversation === screen.open ? { ...screen, typingAt: now } : screen;
    default:
      return screen;
  }
}

function unknown(screen: Screen, notes: readonly Note[]): Note[] {
  const known = new Set(screen.notes.map((note) => note.id));
  return notes.filter((note) => !known.has(note.id));
}

/** Mine, and the customer has written something that I have not had on screen. */
export function unread(screen: Screen, card: Card): boolean {
  const mine = screen.me !== null && card.owner?.id === screen.me.id;
  return mine && card.unanswered !== null && screen.open !== card.conversation && (card.last?.seq ?? 0) > (screen.read[card.conversation] ?? 0);
}

/** What waits for my yes or no. */
export function offered({ me, lists }: Screen, now: number): Card[] {
  return lists.waiting.filter(({ reserved }) => reserved?.offered && reserved.for === me?.id && reserved.until > now);
}

/** Every card on the desk, in the order in which it is shown. */
export function cards({ lists }: Screen): Card[] {
  return [...lists.mine, ...lists.waiting, ...lists.parked, ...(lists.others ?? []), ...lists.closed];
}

export type Line = { kind: "entry"; entry: Entry } | { kind: "note"; note: Note };

/** The log with each note after the entry that it follows. */
export function lines(screen: Screen): Line[] {
  const made: Line[] = [];
  const notes = [...screen.notes];
  const until = (seq: number): void => {
    while (notes[0] && notes[0].after_seq <= seq) made.push({ kind: "note", note: notes.shift() as Note });
  };
  until(0);
  for (const entry of screen.log.entries) {
    made.push({ kind: "entry", entry });
    until(entry.seq);
  }
  for (const note of notes) made.push({ kind: "note", note });
  return made;
}
