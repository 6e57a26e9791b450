import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Connection, type Status } from "../shared/connection";
import { linkify } from "../shared/linkify";
import { Outbox } from "../shared/outbox";
import { length, MAX_CHARACTERS, sendable } from "../shared/text";

describe("links", () => {
  test.each([
    ["see https://a.example/x.", "https://a.example/x"],
    ["(http://a.example/b_(c))", "http://a.example/b_(c)"],
    ["write mailto:ann@x.example!", "mailto:ann@x.example"],
  ])("%s", (text, href) => {
    const links = linkify(text).filter((piece) => typeof piece !== "string");
    expect(links).toHaveLength(1);
    expect(links[0]!.text).toBe(href);
    expect(linkify(text).map((piece) => (typeof piece === "string" ? piece : piece.text)).join("")).toBe(text);
  });

  test.each(["javascript:alert(1)", "data:text/html,x", "vbscript:x", "<img src=x onerror=alert(1)>", "file:///etc/passwd", "https://"])(
    "%s is no link",
    (text) => expect(linkify(text)).toEqual([text]),
  );
});

describe("length", () => {
  test("counts as the service does: code points, normalised and trimmed", () => {
    expect(length("  Cafe\u0301 🙂 ")).toBe(6);
    expect(sendable("a".repeat(MAX_CHARACTERS))).toBe(true);
    expect(sendable("a".repeat(MAX_CHARACTERS + 1))).toBe(false);
    expect(sendable(" \n ")).toBe(false);
  });
});

describe("the outbox", () => {
  test("repeats a message for ever under its op, and a move for less than the service remembers", () => {
    const outbox = new Outbox();
    outbox.add({ type: "say", op: "m", text: "hi" });
    outbox.add({ type: "report_security", op: "s", what: "a leak", since: "" });
    outbox.add({ type: "ask_person", op: "p" });
    outbox.sent("m", 0);
    outbox.sent("s", 0);
    outbox.sent("p", 0);
    expect(outbox.toSend(50_000).send.map((call) => call.op)).toEqual(["m", "s", "p"]);
    const later = outbox.toSend(60_000);
    expect(later.send.map((call) => call.op)).toEqual(["m", "s"]);
    expect(later.expired.map((call) => call.op)).toEqual(["p"]);
    outbox.settle("m");
    outbox.settle("s");
    expect(outbox.size).toBe(0);
  });
});

class FakeSocket {
  static OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 1;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.readyState = 3;
  }
}

describe("a connection", () => {
  const statuses: Status[] = [];
  let connection: Connection;
  let online = 0;
  const last = (): FakeSocket => FakeSocket.all.at(-1)!;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    FakeSocket.all = [];
    statuses.length = online = 0;
    connection = new Connection("ws://x.example", {
      hello: () => ({ type: "hello" }),
      frame: () => undefined,
      online: () => void (online += 1),
      status: (status) => statuses.push(status),
    });
    connection.start();
    last().onopen?.();
    last().onmessage?.({ data: '{"type": "view"}' });
  });
  afterEach(() => {
    connection.stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  test("says hello first and is online once the server has spoken", () => {
    expect(last().sent).toEqual(['{"type":"hello"}']);
    expect(statuses).toEqual(["connecting", "online"]);
    expect(online).toBe(1);
  });

  test("comes back after it was cut, and says so", () => {
    last().onclose?.();
    expect(connection.send({ type: "say" })).toBe(false);
    // One attempt, and not so long that an unanswered one is given up again.
    vi.advanceTimersByTime(600);
    expect(FakeSocket.all.length).toBeGreaterThan(1);
    last().onopen?.();
    last().onmessage?.({ data: '{"type": "view"}' });
    expect(statuses.at(-1)).toBe("online");
    expect(statuses).toContain("reconnecting");
    expect(online).toBe(2);
  });

  test("takes silence after a call for a dead line", () => {
    expect(connection.send({ type: "say" })).toBe(true);
    vi.advanceTimersByTime(10_001);
    expect(statuses.at(-1)).toBe("reconnecting");
  });

  test("stays away once it was stopped", () => {
    connection.stop();
    const made = FakeSocket.all.length;
    dispatchEvent(new Event("online"));
    vi.advanceTimersByTime(120_000);
    expect(FakeSocket.all).toHaveLength(made);
  });
});
