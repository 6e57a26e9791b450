/** The widget's element in a page, with a scripted server at the other end of its socket. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { View } from "../shared/frames";
import { BatonChat } from "../widget/element";
import { nextWord, placeInLine } from "../widget/status";
import { alone, type Kept, Storage } from "../widget/storage";

class Socket {
  static OPEN = 1;
  static last: Socket;
  readyState = 1;
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: string) {
    Socket.last = this;
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.readyState = 3;
  }
  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const VIEW: View & { type: "view" } = {
  type: "view", conversation: "c_1", state: "bot", epoch: 1, agent: null, line: null, next_word: null, proposal: null,
  outcome: null, closes_at: null, bot: "ready", bot_at_work: false, people_online: true,
};
const entry = (seq: number, kind: string, text: string, more: object = {}) => ({ seq, time: 1, author: { kind }, text, ...more });

let chat: BatonChat;
const root = (): ShadowRoot => chat.shadowRoot!;
const button = (name: string): HTMLButtonElement | undefined =>
  [...root().querySelectorAll("button")].find((found) => found.textContent === name && !found.hidden);
const field = (): HTMLTextAreaElement => root().querySelector("textarea")!;

function shows(...entries: object[]): void {
  Socket.last.says({ type: "entries", entries, cursor: `${entries.length}.abcdefabcdef`, from_start: true });
}

beforeEach(() => {
  // jsdom has neither.
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("ResizeObserver", class { observe(): void {} });
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("fetch", () => Promise.reject(new Error("offline")));
  localStorage.setItem("baton:demo:conversation", JSON.stringify({ conversation: "c_1", token: "t" }));
  if (!customElements.get("baton-chat")) customElements.define("baton-chat", BatonChat);
  chat = document.createElement("baton-chat") as BatonChat;
  chat.service = "http://service.example";
  document.body.append(chat);
  Socket.last.onopen?.();
  Socket.last.says(VIEW);
  chat.open();
});
afterEach(() => {
  chat.remove();
  localStorage.clear();
  vi.unstubAllGlobals();
});

test("it says hello with its token in the first frame, never in the address", () => {
  expect(Socket.last.url).toBe("ws://service.example/api/v1/conversations/socket");
  expect(Socket.last.sent[0]).toMatchObject({ type: "hello", conversation: "c_1", token: "t" });
});

test("a person is one click away", () => {
  button("Talk to a person")!.click();
  expect(Socket.last.sent.at(-1)).toMatchObject({ type: "ask_person" });
});

test.each(["<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "[x](javascript:alert(1))", "<a href='javascript:x'>y</a>"])(
  "%s is shown as text",
  (hostile) => {
    shows(entry(1, "agent", hostile), entry(2, "system", hostile));
    expect([...root().querySelectorAll(".bubble, .line")].map((node) => node.textContent)).toEqual([hostile, hostile]);
    expect(root().querySelector("img, script, .log a")).toBeNull();
  },
);

test("buttons are there once and go with the next word", () => {
  shows(entry(1, "bot", "Which?", { choices: [{ id: "k", title: "Refunds" }] }));
  button("Refunds")!.click();
  expect(Socket.last.sent.at(-1)).toMatchObject({ type: "choose", choice: "k" });
  expect(root().querySelector(".log .choices")).toBeNull();
});

test("Enter sends, but not while a word is being composed, and not with Shift", () => {
  field().value = "こんにちは";
  const press = (more: KeyboardEventInit) => field().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, ...more }));
  press({ isComposing: true });
  press({ shiftKey: true });
  expect(Socket.last.sent.filter((frame) => frame.type === "say")).toEqual([]);
  press({});
  expect(Socket.last.sent.at(-1)).toMatchObject({ type: "say", text: "こんにちは" });
  expect(field().value).toBe("");
});

test("a text that is too long is kept and not sent", () => {
  field().value = "a".repeat(4001);
  field().dispatchEvent(new Event("input"));
  expect(root().querySelector<HTMLButtonElement>(".send")!.disabled).toBe(true);
  expect(root().querySelector(".count")!.textContent).toBe("1 characters too many");
});

test("the question whether it is solved is answered for that proposal", () => {
  Socket.last.says({ ...VIEW, state: "confirming", agent: { name: "Sam" }, proposal: { id: "7", until: null } });
  button("No, not yet")!.click();
  expect(Socket.last.sent.at(-1)).toMatchObject({ type: "answer_proposal", proposal: "7", solved: false });
});

test("in the line it says where one is and how to leave", () => {
  Socket.last.says({ ...VIEW, state: "waiting", line: { position: 2, expected_by: Date.now() + 60_000 }, people_online: false });
  const text = root().querySelector(".notices")!.textContent!;
  expect(text).toContain("number 2 in line");
  expect(text).toContain("Nobody from the team is online right now");
  button("Never mind, back to the assistant")!.click();
  expect(Socket.last.sent.at(-1)).toMatchObject({ type: "never_mind" });
});

test("a message that was refused can be tried again or removed", () => {
  field().value = "hello";
  root().querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
  const { op } = Socket.last.sent.at(-1) as { op: string };
  Socket.last.says({ type: "refused", op, code: "too_fast", detail: "That was too fast." });
  expect(root().querySelector(".failed")!.textContent).toContain("That was too fast.");
  button("Try again")!.click();
  expect(Socket.last.sent.at(-1)).toMatchObject({ type: "say", text: "hello" });
  // The first copy may have been stored for all that: under the same op it is stored once.
  expect((Socket.last.sent.at(-1) as { op: string }).op).toBe(op);
});

const sends = (type: string) => Socket.last.sent.filter((frame) => frame.type === type);
const report = (): HTMLFormElement => root().querySelector("form.screen")!;

function writeReport(what: string, since: string): void {
  button("Report a security problem")!.click();
  report().querySelector("textarea")!.value = what;
  report().querySelector("input")!.value = since;
  report().dispatchEvent(new Event("submit", { cancelable: true }));
}

test("a security problem is one screen away, and what was written stays until it is sent", () => {
  writeReport("", "monday");
  expect(report().textContent).toContain("Please say in a few words what happened.");
  expect(root().activeElement).toBe(report().querySelector("textarea"));
  button("Back")!.click();
  expect(root().activeElement).toBe(button("Report a security problem"));
  writeReport("I see others' invoices", report().querySelector("input")!.value);
  expect(sends("report_security")).toMatchObject([{ what: "I see others' invoices", since: "monday" }]);
  expect(report().hidden).toBe(true);
  expect(root().querySelector(".pending .bubble")!.textContent).toBe("Security report: I see others' invoices\nSince: monday");
});

test("a security report that was refused is tried again under the same op", () => {
  writeReport("a leak", "");
  const { op } = sends("report_security")[0] as { op: string };
  Socket.last.says({ type: "refused", op, code: "store_unavailable", detail: "Please send it again." });
  button("Try again")!.click();
  expect(sends("report_security").map((frame) => frame.op)).toEqual([op, op]);
});

test("the chat is ended only after a second yes", () => {
  shows(entry(1, "customer", "hello"));
  root().querySelector<HTMLButtonElement>('[aria-label="About this chat"]')!.click();
  button("End chat")!.click();
  button("No, keep it")!.click();
  expect(sends("end")).toEqual([]);
  button("End chat")!.click();
  button("Yes, end it")!.click();
  expect(sends("end")).toHaveLength(1);
});

test("Escape leaves a screen first and the window after", () => {
  const escape = () => root().querySelector("#panel")!.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  button("Report a security problem")!.click();
  escape();
  expect(report().hidden).toBe(true);
  expect(root().querySelector<HTMLElement>("#panel")!.hidden).toBe(false);
  escape();
  expect(root().querySelector<HTMLElement>("#panel")!.hidden).toBe(true);
});

test("a page that is not registered is told so, and nothing is tried again", () => {
  vi.useFakeTimers();
  const first = Socket.last;
  first.says({ type: "bye", code: "bad_origin", detail: "The widget is not registered for this page's address." });
  first.onclose?.();
  vi.advanceTimersByTime(60_000);
  vi.useRealTimers();
  expect(Socket.last).toBe(first);
  const text = root().querySelector(".notices")!.textContent!;
  expect(text).toContain("This page is not registered for this chat");
  expect(text).not.toContain("Reconnecting");
});

test("writing is told at most once a second, to the bot too", () => {
  vi.useFakeTimers();
  field().value = "a";
  const type = () => field().dispatchEvent(new Event("input"));
  type();
  type();
  vi.advanceTimersByTime(1_000);
  type();
  vi.useRealTimers();
  expect(sends("typing")).toHaveLength(2);
});

test("buttons stay under the message that has them where the same answer goes on", () => {
  shows(entry(1, "bot", "Which?", { choices: [{ id: "k", title: "Refunds" }] }), entry(2, "bot", "Or write it."));
  expect(root().querySelector("[data-seq='1'] .choices")!.textContent).toBe("Refunds");
});

test("focus stays in the window when the button that had it goes", () => {
  shows(entry(1, "bot", "Which?", { choices: [{ id: "k", title: "Refunds" }] }));
  button("Refunds")!.focus();
  button("Refunds")!.click();
  expect(root().activeElement).toBe(root().querySelector(".log"));
});

test.each([
  ["idle", "Write and the assistant is back"],
  ["spam", "Wrong? Talk to a person"],
  ["abuse", "Need help? Talk to a person"],
])("closed as %s it says how to go on", (outcome, words) => {
  Socket.last.says({ ...VIEW, state: "closed", outcome });
  expect(root().querySelector(".who-answers")!.textContent).toContain(words);
  expect(button("Talk to a person")).toBeDefined();
});

test("a promised word is announced, and owned up to when it is late", () => {
  const at = new Date(2026, 10, 24, 14, 30).getTime();
  const view = { ...VIEW, next_word: at };
  expect(nextWord(VIEW)).toBe("");
  expect(nextWord(view, at - 60_000)).toMatch(/^You hear from us by (14:30|02:30 PM)\.$/);
  expect(nextWord(view, at - 86_400_000)).toMatch(/^You hear from us by Tuesday/);
  expect(nextWord(view, at + 1)).toContain("are late; the team has been told");
});

test("with nothing unanswered there is no place to name", () => {
  expect(placeInLine({ position: null, expected_by: null })).toBe("A colleague has this; write when there is something new.");
});

let held = Promise.resolve();
const LOCKS = { request: (_: string, run: () => Promise<void>) => (held = held.then(run)) };
const REFUSING = { request: () => Promise.reject(new Error("SecurityError")) };

test.each([
  ["with locks", LOCKS],
  ["without", undefined],
  ["with locks refused", REFUSING],
])("of two tabs that begin at once one makes the conversation, %s", async (_, locks) => {
  localStorage.clear();
  vi.stubGlobal("navigator", { onLine: true, locks });
  let made = 0;
  const begin = (storage: Storage) => alone(storage, async () => {
    storage.kept ??= await new Promise<Kept>((answered) => setTimeout(() => answered({ conversation: `c_${++made}`, token: "t" }), 20));
  });
  await Promise.all([begin(new Storage("demo")), begin(new Storage("demo"))]);
  expect(made).toBe(1);
});
