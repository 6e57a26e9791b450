/** Replay equals fetch: wherever the connection is cut, the screen ends as a fresh read would show it. */

import { describe, expect, test } from "vitest";
import type { EntriesFrame, Entry, Kind } from "../shared/frames";
import { EMPTY_LOG, extend, leavesGap } from "../shared/log";
import { apply, EMPTY_SCREEN } from "../shared/screen";
import { offering } from "../shared/transcript";

const KINDS: Kind[] = ["customer", "bot", "customer", "system", "system", "agent", "customer", "agent", "system", "customer"];
const ENTRIES: Entry[] = KINDS.map((kind, place) => ({
  seq: place + 1,
  time: 1_764_000_000_000 + place,
  author: { kind },
  text: `message ${place + 1}`,
  ...(kind === "customer" ? { client_id: `op-${place + 1}` } : {}),
}));

const page = (from: number, to: number, from_start = false): EntriesFrame => ({
  type: "entries",
  entries: ENTRIES.slice(from, to),
  cursor: `${to}.abcdefabcdef`,
  from_start,
});
const FRESH = extend(EMPTY_LOG, page(0, ENTRIES.length, true));

describe("a log", () => {
  test.each(ENTRIES.map((_, cut) => cut))("cut after %i entries is whole again after the rest", (cut) => {
    const before = extend(EMPTY_LOG, page(0, cut, true));
    expect(extend(before, page(cut, ENTRIES.length))).toEqual(FRESH);
  });

  test.each(ENTRIES.map((_, cut) => cut))("cut after %i entries takes an overlap only once", (cut) => {
    const before = extend(EMPTY_LOG, page(0, cut, true));
    expect(extend(before, page(Math.max(0, cut - 3), ENTRIES.length))).toEqual(FRESH);
  });

  test("that does not fit the server's is forgotten", () => {
    const foreign = extend(EMPTY_LOG, { ...page(0, 2, true), entries: ENTRIES.slice(0, 2).map((e) => ({ ...e, text: "other" })) });
    expect(extend(foreign, page(0, ENTRIES.length, true))).toEqual(FRESH);
  });

  test("never takes a page that leaves a gap", () => {
    const before = extend(EMPTY_LOG, page(0, 3, true));
    expect(leavesGap(before, page(5, 8))).toBe(true);
    expect(extend(before, page(5, 8))).toBe(before);
  });
});

describe("the screen", () => {
  test("shows an own message once, whether the log or the answer comes first", () => {
    const sent = apply(EMPTY_SCREEN, { type: "queued", op: "op-1", text: "message 1" });
    expect(sent.pending).toHaveLength(1);
    for (const frames of [[page(0, 1, true), { type: "done" as const, op: "op-1" }], [{ type: "done" as const, op: "op-1" }, page(0, 1, true)]]) {
      const screen = frames.reduce((now, frame) => apply(now, frame), sent);
      expect(screen.pending).toEqual([]);
      expect(screen.log.entries).toHaveLength(1);
    }
  });

  test("keeps a refused message with its sentence", () => {
    const sent = apply(EMPTY_SCREEN, { type: "queued", op: "op-1", text: "x" });
    const refused = apply(sent, { type: "refused", op: "op-1", code: "text_too_long", detail: "Too long." });
    expect(refused.pending[0]).toMatchObject({ status: "failed", detail: "Too long." });
  });

  test("offers the buttons of the bot's last answer, also under another of its messages, until anything newer is said", () => {
    const bare = { ...ENTRIES[1]!, seq: 4 };
    const offered: Entry = { ...ENTRIES[1]!, choices: [{ id: "k", title: "Refunds" }] };
    expect(offering([ENTRIES[0]!, offered])).toBe(offered);
    expect(offering([ENTRIES[0]!, offered, bare])).toBe(offered);
    expect(offering([ENTRIES[0]!, offered, ENTRIES[2]!, bare])).toBeUndefined();
    expect(offering([offered, ENTRIES[3]!])).toBeUndefined();
  });
});
