/** The desk's frames → what is on screen. Pure. */

import type { Entry } from "../shared/frames";
import { EMPTY_LOG, extend, type Log } from "../shared/log";
import type { Agent, DeskFrame, DeskView, Lists, Note } from "./frames";

export interface Screen {
  readonly me: Agent | null;
  readonly lists: Lists;
  /** The conversation that is open, or null. */
  readonly open: string | null;
  readonly view: DeskView | null;
  readonly log: Log;
  readonly notes: readonly Note[];
  readonly typingAt: number;
}

export type OwnFrame = { type: "opened"; conversation: string | null };

export const EMPTY: Screen = {
  me: null,
  lists: { waiting: [], mine: [], closed: [] },
  open: null,
  view: null,
  log: EMPTY_LOG,
  notes: [],
  typingAt: 0,
};

export function apply(screen: Screen, frame: DeskFrame | OwnFrame, now = 0): Screen {
  switch (frame.type) {
    case "me":
      return { ...screen, me: frame.agent };
    case "lists":
      return { ...screen, lists: { waiting: frame.waiting, mine: frame.mine, closed: frame.closed } };
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
