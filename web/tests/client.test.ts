/** The desk's client with a scripted server at the other end of its socket. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Client } from "../desk/client";

class Socket {
  static OPEN = 1;
  static all: Socket[] = [];
  readyState = 1;
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: string) {
    Socket.all.push(this);
  }
  static get last(): Socket {
    return Socket.all.at(-1)!;
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

const SAM = { id: "a_1", name: "Sam", role: "agent", skills: [] };
const LISTS = { waiting: [], parked: [], mine: [], closed: [], load: { capacity: 6, busy: 0, offered: 0, wants_offers: false } };
const VIEW = { conversation: "c_1", state: "agent", fence: "f", owner: { id: "a_1", name: "Sam" }, reasons: [] };

let client: Client;

beforeEach(async () => {
  Socket.all = [];
  localStorage.clear();
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response('{"agent": {}, "people": []}', { status: 200 })));
  client = new Client(() => undefined);
  await client.start();
  Socket.last.says({ type: "me", agent: SAM });
  Socket.last.says({ type: "lists", ...LISTS });
  client.open("c_1");
  Socket.last.says({ type: "conversation", view: VIEW });
});
afterEach(() => vi.unstubAllGlobals());

const op = (): string => Socket.last.sent.at(-1)!.op as string;

test("a move with a form tells the form that it is done, and the conversation is closed", async () => {
  const settled = client.transfer({ lane: "security" }, "others' invoices");
  expect(Socket.last.sent.at(-1)).toMatchObject({ type: "transfer", conversation: "c_1", fence: "f", lane: "security" });
  Socket.last.says({ type: "done", op: op(), state: "waiting" });
  expect(await settled).toBeNull();
  expect(client.screen.open).toBeNull();
});

test("a refused move tells the form why, and nothing else is disturbed", async () => {
  const settled = client.snooze(1);
  Socket.last.says({ type: "refused", op: op(), code: "bad_time", detail: "That time is over already." });
  expect(await settled).toBe("That time is over already.");
  expect(client.problem).toBeNull();
  expect(client.screen.open).toBe("c_1");
});

test("changed rights: it connects again at once and is nobody's failure", () => {
  Socket.last.says({ type: "bye", code: "rights_changed", detail: "What you may see and do has changed." });
  expect(Socket.all).toHaveLength(2);
  expect([client.problem, client.info]).toEqual([null, "What you may see and do has changed."]);
});

test("a session that ended leads to the log-in, and no further attempt is made", () => {
  Socket.last.says({ type: "bye", code: "not_logged_in", detail: "Please log in." });
  expect(client.session).toBe("out");
  expect(Socket.all).toHaveLength(1);
});

test("what may not be seen any more is closed", () => {
  Socket.last.says({ type: "refused", op: null, code: "not_found", detail: "There is no such conversation." });
  expect(client.screen.open).toBeNull();
  expect(client.problem).toBe("There is no such conversation.");
});

test("an offer that passed switches offers off, and says so; one's own hand needs no word", () => {
  const lists = (wants_offers: boolean) => ({ type: "lists", ...LISTS, load: { ...LISTS.load, wants_offers } });
  Socket.last.says(lists(true));
  Socket.last.says(lists(false));
  expect(client.info).toContain("Offers are off");
  client.dismiss();
  client.offers(true);
  client.offers(false);
  Socket.last.says(lists(true));
  Socket.last.says(lists(false));
  expect(client.info).toBeNull();
});
