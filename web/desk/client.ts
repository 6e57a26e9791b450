/** The desk's side of the protocol: log-in, one socket, calls that are repeated until answered. */

import { Connection, type Status } from "../shared/connection";
import type { Call } from "../shared/frames";
import { leavesGap } from "../shared/log";
import { Outbox } from "../shared/outbox";
import { TYPING_SHOWN_MS } from "../shared/screen";
import { newOp } from "../shared/text";
import type { DeskFrame } from "./frames";
import { apply, EMPTY, type OwnFrame, type Screen } from "./screen";

const TYPING_SENT_MS = 2_000;
// The service asks every 20 s whether we are here; hearing nothing for longer means a dead line.
const QUIET_MS = 50_000;
const SESSION = "/api/v1/desk/session";

export type Mode = "reply" | "note";

export class Client {
  screen: Screen = EMPTY;
  status: Status = "off";
  /** "unknown" until the service said whether there is a session. */
  session: "unknown" | "in" | "out" = "unknown";
  problem: string | null = null;
  #drafts = new Map<string, string>();
  #agent = "";

  #outbox = new Outbox();
  #connection: Connection | null = null;
  #typingSent = 0;

  constructor(private changed: () => void) {}

  async start(): Promise<void> {
    const answer = await fetch(SESSION).catch(() => null);
    this.session = answer?.ok ? "in" : "out";
    if (this.session === "in") this.#connect();
    this.changed();
  }

  async logIn(name: string, password: string): Promise<string | null> {
    const answer = await fetch(SESSION, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name, password }),
    }).catch(() => null);
    if (!answer) return "The service cannot be reached.";
    if (!answer.ok) return ((await answer.json()) as { detail: string }).detail;
    this.session = "in";
    this.#connect();
    this.changed();
    return null;
  }

  async logOut(): Promise<void> {
    await fetch(SESSION, { method: "DELETE" }).catch(() => null);
    this.#out();
  }

  open(conversation: string | null): void {
    this.problem = null;
    this.#apply({ type: "opened", conversation });
    this.#watch();
    this.changed();
  }

  /** Take the conversation named, or the next in line. */
  take(conversation: string | null): void {
    this.#call({ type: "take", op: newOp(), conversation });
  }

  reply(text: string): void {
    this.#owned("reply", { text, seen: this.#seen() });
  }

  propose(text: string): void {
    this.#owned("propose", { text, seen: this.#seen() });
  }

  giveBack(text: string): void {
    this.#owned("give_back", { text });
  }

  note(text: string): void {
    const conversation = this.screen.open;
    if (conversation) this.#call({ type: "note", op: newOp(), conversation, text });
  }

  typing(): void {
    const { view } = this.screen;
    const now = Date.now();
    if (!view?.fence || now - this.#typingSent < TYPING_SENT_MS) return;
    this.#typingSent = now;
    this.#connection?.send({ type: "typing", conversation: view.conversation, fence: view.fence }, false);
  }

  /** A reply and a note are two drafts: what was meant for colleagues never waits in the customer's field. */
  draft(conversation: string, mode: Mode): string {
    return this.#drafts.get(`${mode} ${conversation}`) ?? "";
  }

  keepDraft(conversation: string, mode: Mode, text: string): void {
    this.#drafts.set(`${mode} ${conversation}`, text);
    this.changed();
  }

  dismiss(): void {
    this.problem = null;
    this.changed();
  }

  get sending(): boolean {
    return this.#outbox.size > 0;
  }

  #seen(): number {
    return this.screen.log.entries.at(-1)?.seq ?? 0;
  }

  #owned(type: string, more: Record<string, unknown>): void {
    const { view } = this.screen;
    if (view?.fence) this.#call({ type, op: newOp(), conversation: view.conversation, fence: view.fence, ...more });
  }

  #call(call: Call): void {
    this.problem = null;
    this.#outbox.add(call);
    this.#send(call);
    this.changed();
  }

  #send(call: Call): void {
    if (this.#connection?.send(call)) this.#outbox.sent(call.op, Date.now());
  }

  #apply(frame: DeskFrame | OwnFrame): void {
    this.screen = apply(this.screen, frame, Date.now());
  }

  #connect(): void {
    const url = `${location.origin.replace(/^http/, "ws")}/api/v1/desk/socket`;
    this.#connection = new Connection(url, {
      hello: () => null,
      frame: (frame) => this.#heard(frame as DeskFrame),
      online: () => {
        this.#watch();
        const { send, expired } = this.#outbox.toSend(Date.now());
        for (const call of send) this.#send(call);
        for (const call of expired) this.#undone(call, "The connection was away for long. Please look, and do it again if it is still needed.");
      },
      status: (status) => {
        this.status = status;
        this.changed();
      },
    }, QUIET_MS);
    this.#connection.start();
  }

  #watch(): void {
    const { open, log, notes } = this.screen;
    const after = { after: log.cursor, notes_after: notes.at(-1)?.id ?? null };
    this.#connection?.send({ type: "watch", conversation: open, ...after }, false);
  }

  #heard(frame: DeskFrame): void {
    // Answered here, not by a timer: a hidden tab runs its timers late.
    if (frame.type === "ask") this.#connection?.send({ type: "here", n: frame.n }, false);
    if (frame.type === "entries" && frame.conversation === this.screen.open && leavesGap(this.screen.log, frame)) {
      this.#watch();
      return;
    }
    this.#apply(frame);
    if (frame.type === "me") this.#begins(frame.agent.id);
    if (frame.type === "typing") setTimeout(() => this.changed(), TYPING_SHOWN_MS);
    if (frame.type === "done") this.#done(frame.op, frame.conversation);
    if (frame.type === "refused") this.#refused(frame.op, frame.detail);
    if (frame.type === "bye") this.#bye(frame.code, frame.detail);
    this.changed();
  }

  /** What somebody else left in this tab is not sent, nor shown, under another name. */
  #begins(agent: string): void {
    if (this.#agent && this.#agent !== agent) {
      this.#outbox = new Outbox();
      this.#drafts.clear();
    }
    this.#agent = agent;
  }

  #done(op: string, conversation: unknown): void {
    const call = this.#outbox.settle(op);
    if (call?.type === "take" && typeof conversation === "string") this.open(conversation);
    if (call?.type === "give_back") this.open(null);
  }

  #refused(op: string | null, detail: string): void {
    this.#undone(op ? this.#outbox.settle(op) : undefined, detail);
  }

  #undone(call: Call | undefined, detail: string): void {
    // What was written is not lost with the refusal.
    if (call && typeof call.text === "string" && typeof call.conversation === "string") {
      const mode = call.type === "reply" || call.type === "propose" ? "reply" : "note";
      if (!this.draft(call.conversation, mode)) this.keepDraft(call.conversation, mode, call.text);
    }
    this.problem = detail;
  }

  #bye(code: string, detail: string): void {
    if (code === "not_logged_in" || code === "bad_origin") this.#out();
    this.problem = detail;
  }

  #out(): void {
    this.#connection?.stop();
    this.#connection = null;
    this.session = "out";
    this.screen = EMPTY;
    this.changed();
  }
}
