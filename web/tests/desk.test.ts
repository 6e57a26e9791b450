import { expect, test } from "vitest";
import type { Entry } from "../shared/frames";
import type { Agent, Card, DeskFrame, Lists, Note } from "../desk/frames";
import { apply, EMPTY, lines, offered, unread } from "../desk/screen";
import { forField, promisePresets, snoozePresets } from "../desk/times";
import { noteTitle, times } from "../desk/words";

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

const SAM: Agent = { id: "a_1", name: "Sam", role: "agent", skills: [] };
const CARD: Card = {
  conversation: "c_1", state: "agent", epoch: 1, owner: { id: "a_1", name: "Sam" }, lane: "general", due: null,
  unanswered: { seq: 2, since: 0 }, reserved: null, snoozed_until: null, woken: null, next_word: null, give_backs: 0,
  reasons: [], proposal: null, outcome: null, verified: false, channel: "widget", page: "", created: 0,
  last: { seq: 2, time: 0, kind: "customer", text: "m2" },
};
const LISTS: Lists = { ...EMPTY.lists, mine: [CARD] };
const me = apply(EMPTY, { type: "me", agent: SAM });

test("what the customer wrote is new until it was on screen, and again when they write more", () => {
  expect(unread(me, CARD)).toBe(true);
  const read = [{ type: "opened", conversation: "c_1" }, entries("c_1"), { type: "looked" }, { type: "opened", conversation: null }] as const;
  const after = read.reduce((now, frame) => apply(now, frame as DeskFrame), me);
  expect(unread(after, CARD)).toBe(false);
  expect(unread(after, { ...CARD, last: { ...CARD.last!, seq: 3 } })).toBe(true);
  expect(unread(me, { ...CARD, unanswered: null })).toBe(false);
  expect(unread(me, { ...CARD, owner: { id: "a_2", name: "Kim" } })).toBe(false);
});

test("an offer is for whom it was made, as long as it stands", () => {
  const card: Card = { ...CARD, state: "waiting", owner: null, reserved: { for: "a_1", until: 30_000, offered: true } };
  const screen = (changed: object): typeof me => apply(me, { type: "lists", ...LISTS, waiting: [{ ...card, ...changed }] });
  expect(offered(screen({}), 29_999)).toHaveLength(1);
  expect(offered(screen({}), 30_000)).toEqual([]);
  expect(offered(screen({ reserved: { ...card.reserved, for: "a_2" } }), 0)).toEqual([]);
  expect(offered(screen({ reserved: { ...card.reserved, offered: false } }), 0)).toEqual([]);
});

test("who is no supervisor any more sees no colleague's conversation", () => {
  const supervised = apply(me, { type: "lists", ...LISTS, others: [CARD], alarms: [{ what: "overdue", conversation: "c_1", since: 0 }] });
  const after = apply(supervised, { type: "lists", ...LISTS });
  expect(after.lists.others).toBeUndefined();
  expect(after.lists.alarms).toBeUndefined();
});

const at = (day: number, hour: number, minute = 0): number => new Date(2026, 10, day, hour, minute).getTime();

test.each([
  ["a Tuesday", 24, { "1 hour": at(24, 12, 30), "Tomorrow 9:00": at(25, 9), "Monday 9:00": at(30, 9) }],
  ["a Sunday", 29, { "1 hour": at(29, 12, 30), "Tomorrow 9:00": at(30, 9) }],
  ["a Monday", 30, { "1 hour": at(30, 12, 30), "Tomorrow 9:00": at(31, 9), "Monday 9:00": at(37, 9) }],
])("set aside on %s", (_, day, expected) => {
  expect(Object.fromEntries(snoozePresets(at(day, 11, 30)).map((preset) => [preset.label, preset.at]))).toEqual(expected);
});

test("a word is promised for today while today has an afternoon left, and about security within its bound", () => {
  expect(promisePresets(at(24, 11, 30)).map((preset) => preset.label)).toEqual(["1 hour", "4 hours", "Today 17:00"]);
  expect(promisePresets(at(24, 17)).map((preset) => preset.label)).toEqual(["1 hour", "4 hours", "Tomorrow 9:00"]);
  expect(promisePresets(at(24, 17), 12 * 3_600_000).map((preset) => preset.label)).toEqual(["1 hour", "4 hours"]);
  expect(forField(at(24, 9, 5))).toBe("2026-11-24T09:05");
});

test("a time says what is left of it, and by how much it is late", () => {
  const card = { ...CARD, due: at(24, 12), next_word: at(24, 11, 25), give_backs: 2 };
  expect(times(card, at(24, 11, 30))).toEqual([
    { late: false, text: expect.stringMatching(/^Answer due (12:00|12:00 PM), in 30 min$/) as string },
    { late: true, text: "Promised word late by 5 min" },
    { late: false, text: "Given back 2 times" },
  ]);
  expect(times({ ...card, unanswered: null, next_word: null, give_backs: 0 }, at(24, 13))).toEqual([]);
});

test.each([
  ["gave_back", "agent", "Sam gave it back"],
  ["undone", "agent", "Sam undid the closing"],
  ["not_accepted", "system", "Offered, and not accepted in time"],
  ["late_answer", "bot", "The assistant’s answer, too late: not shown to the customer"],
  [undefined, "agent", "Note (colleagues only) · Sam"],
  ["something newer", "agent", "Note (colleagues only) · Sam"],
] as const)("a note of %s says so", (event, kind, title) => {
  expect(noteTitle({ author: { kind, name: "Sam" }, ...(event && { event }) })).toBe(title);
});
