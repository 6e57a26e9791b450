import type { EntriesFrame, Entry } from "./frames";

/** The part of a conversation's log that has arrived: contiguous from seq 1. */
export interface Log {
  readonly entries: readonly Entry[];
  readonly cursor: string | null;
}

export const EMPTY_LOG: Log = { entries: [], cursor: null };

type Page = Pick<EntriesFrame, "entries" | "cursor" | "from_start">;

export function lastSeq(log: Log): number {
  return log.entries.at(-1)?.seq ?? 0;
}

/** The log with what the page brings; what is known already is dropped, a page that leaves a gap is not taken. */
export function extend(log: Log, page: Page): Log {
  if (page.from_start) return { entries: freshAfter(0, page.entries), cursor: page.cursor };
  if (leavesGap(log, page)) return log;
  const cursor = seqOf(page.cursor) >= seqOf(log.cursor) ? page.cursor : log.cursor;
  return { entries: [...log.entries, ...freshAfter(lastSeq(log), page.entries)], cursor };
}

/** Whether something between the log and the page is missing, so that the client has to ask again. */
export function leavesGap(log: Log, page: Page): boolean {
  const first = page.entries.find((entry) => entry.seq > lastSeq(log));
  return !page.from_start && first !== undefined && first.seq !== lastSeq(log) + 1;
}

function freshAfter(seq: number, entries: readonly Entry[]): Entry[] {
  const fresh: Entry[] = [];
  for (const entry of entries) {
    if (entry.seq === seq + fresh.length + 1) fresh.push(entry);
  }
  return fresh;
}

function seqOf(cursor: string | null): number {
  return cursor ? Number.parseInt(cursor, 10) : 0;
}
