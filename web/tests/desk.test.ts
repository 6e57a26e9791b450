import { expect, test } from "vitest";
import type { Entry } from "../shared/frames";
import type { DeskFrame, Note } from "../desk/frames";
import { apply, EMPTY, lines } from "../desk/screen";

const entry = (seq: number): Entry => ({ seq, time: seq, author: { kind: "customer" }, text: `m${seq}` });
const note = (id: string, after_seq: number): Note => ({ id, after_seq, time: 1, author: { kind: "agent", name: "Sam" }, text: id });

const opened = apply(EMPTY, { type: "opened", conversation: "c_1" });
const entries = (conversation: string): DeskFrame => ({
  type: "entries", conversation, entries: [entry(1), entry(2)], cursor: "2.abcdefabcdef", from_start: true,
});

test("a note stands after the entry that it follows, wherever it came in", () => {
  const screen = [entries("c_1"), { type: "notes" as const, conversation: "c_1", notes: [note("n0", 0), note("n1", 1), note("n3", 2)] }].reduce(
    (now, frame) => apply(now, frame),
    opened,
  );
  expect(lines(screen).map((line) => (line.kind === "note" ? line.note.id : line.entry.text))).toEqual(["n0", "m1", "n1", "m2", "n3"]);
});

test("a note that comes twice is shown once", () => {
  const frame = { type: "notes" as const, conversation: "c_1", notes: [note("n1", 1)] };
  expect(apply(apply(opened, frame), frame).notes).toHaveLength(1);
});

test("frames of another conversation are not taken", () => {
  expect(apply(opened, entries("c_2"))).toBe(opened);
});

test("opening another conversation forgets the one before", () => {
  const full = apply(opened, entries("c_1"));
  expect(apply(full, { type: "opened", conversation: "c_2" }).log.entries).toEqual([]);
});
