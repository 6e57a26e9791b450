/** The widget's element in a page, with a scripted server at the other end of its socket. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { View } from "../shared/frames";
import { BatonChat } from "../widget/element";

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
  type: "view", conversation: "c_1", state: "bot", epoch: 1, agent: null, line: null, proposal: null,
  outcome: null, bot: "ready", bot_at_work: false, people_online: true,
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
  // jsdom has no matchMedia.
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
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
