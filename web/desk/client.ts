/** The desk's side of the protocol: log-in, one socket, calls that are repeated until answered. */

import { Connection, type Status } from "../shared/connection";
import type { Call } from "../shared/frames";
import { leavesGap } from "../shared/log";
import { Outbox } from "../shared/outbox";
import { TYPING_SHOWN_MS } from "../shared/screen";
import { newOp } from "../shared/text";
import type { Agent, DeskFrame, Person } from "./frames";
import { request } from "./http";
import { apply, EMPTY, type OwnFrame, type Screen } from "./screen";

const TYPING_SENT_MS = 2_000;
// The service asks every 20 s whether we are here; hearing nothing for longer means a dead line.
const QUIET_MS = 50_000;
// Lists that were on their way when the switch was turned.
const SWITCHED_MS = 6_000;
const READ = "baton-desk:read";
// After these the conversation is no longer this agent's to work on.
const LEAVES = new Set(["give_back", "transfer", "to_bot", "unwanted"]);

/** What a draft is for: the customer, colleagues, or a move that carries a note. */
export type Mode = "reply" | "note" | "move";
/** Null when it is done, or one sentence why not. */
export type Settled = Promise<string | null>;

export class Client {
  screen: Screen = EMPTY;
  status: Status = "off";
  /** "unknown" until the service said whether there is a session. */
  session: "unknown" | "in" | "out" = "unknown";
  problem: string | null = null;
  /** Something to know that is no failure. */
  info: string | null = null;
  people: readonly Person[] = [];
  #drafts = new Map<string, string>();
  #agent = "";

  #outbox = new Outbox();
  #asked = new Map<string, (refusal: string | null) => void>();
  #connection: Connection | null = null;
  #typingSent = 0;
  #switched = 0;

  constructor(private changed: () => void) {}

  async start(): Promise<void> {
    const { problem } = await request("GET", "session");
    this.session = problem ? "out" : "in";
    if (!problem) this.#connect();
    document.addEventListener("visibilitychange", () => this.#looked());
    this.changed();
  }

  async logIn(name: string, password: string): Promise<string | null> {
    const { problem } = await request("POST", "session", { name, password });
    if (problem) return problem;
    this.dismiss();
    this.session = "in";
    this.#connect();
    this.changed();
    return null;
  }

  async logOut(): Promise<void> {
    this.dismiss();
    await request("DELETE", "session");
    this.#out();
  }

  /** Ends every session of this person, this one too. */
  async changePassword(current: string, wanted: string): Settled {
    const { problem } = await request("POST", "session/password", { current, new: wanted });
    if (problem) return problem;
    this.dismiss();
    this.info = "Your password is changed. Please log in with the new one.";
    this.#out();
    return null;
  }

  async loadPeople(): Promise<void> {
    const answer = await request<{ people: Person[] }>("GET", "people");
    if (answer.problem === undefined) this.people = answer.found.people;
    this.changed();
  }

  nameOf(agent: string): string {
    return this.people.find((person) => person.id === agent)?.name ?? "a colleague";
  }

  open(conversation: string | null): void {
    this.dismiss();
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

  transfer(to: { to: string } | { lane: string }, text: string): Settled {
    return this.#ask("transfer", { ...to, text });
  }

  toBot(text: string): Settled {
    return this.#ask("to_bot", { text });
  }

  snooze(until: number): Settled {
    return this.#ask("snooze", { until });
  }

  promise(at: number): Settled {
    return this.#ask("promise", { at });
  }

  unwanted(outcome: "spam" | "abuse", text: string): Settled {
    return this.#ask("unwanted", { outcome, text });
  }

  undoUnwanted(conversation: string): void {
    this.#call({ type: "undo_unwanted", op: newOp(), conversation });
  }

  offers(on: boolean): void {
    this.#switched = Date.now();
    this.#call({ type: "offers", op: newOp(), on });
    this.#apply({ type: "offers", on });
    this.changed();
  }

  decline(conversation: string): void {
    this.#switched = Date.now();
    this.#call({ type: "decline", op: newOp(), conversation });
    this.#apply({ type: "offers", on: false });
    this.info = "Declined: it is anybody's again. You are offered nothing more until you switch offers on.";
    this.changed();
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
    this.problem = this.info = null;
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

  /** A move with a form of its own, which shows the refusal and keeps what was written. */
  #ask(type: string, more: Record<string, unknown>): Settled {
    const { view } = this.screen;
    if (!view?.fence) return Promise.resolve("This conversation is not yours (any more).");
    const call = { type, op: newOp(), conversation: view.conversation, fence: view.fence, ...more };
    return new Promise((settled) => {
      this.#asked.set(call.op, settled);
      this.#call(call);
    });
  }

  #call(call: Call): void {
    this.problem = this.info = null;
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
    const { wants_offers } = this.screen.lists.load;
    this.#apply(frame);
    if (frame.type === "me") this.#begins(frame.agent);
    const passed = Date.now() - this.#switched > SWITCHED_MS;
    if (frame.type === "lists" && wants_offers && !frame.load.wants_offers && passed) {
      this.info = "Offers are off: the last one passed without an answer. Switch them on when you are back.";
    }
    this.#looked();
    if (frame.type === "typing") setTimeout(() => this.changed(), TYPING_SHOWN_MS);
    if (frame.type === "done") this.#done(frame.op, frame.conversation);
    if (frame.type === "refused") this.#refused(frame.op, frame.code, frame.detail);
    if (frame.type === "bye") this.#bye(frame.code, frame.detail);
    this.changed();
  }

  /** What somebody else left in this tab is not sent, nor shown, under another name. */
  #begins(agent: Agent): void {
    if (this.#agent && this.#agent !== agent.id) {
      this.#outbox = new Outbox();
      this.#drafts.clear();
    }
    this.#agent = agent.id;
    const read = JSON.parse(localStorage.getItem(`${READ} ${agent.id}`) ?? "{}") as Record<string, number>;
    this.#apply({ type: "remembered", read });
    void this.loadPeople();
  }

  /** Kept for the conversations that this agent has, so that a reload does not make all of them new. */
  #looked(): void {
    if (document.visibilityState !== "visible") return;
    const before = this.screen;
    this.#apply({ type: "looked" });
    const { read, lists } = this.screen;
    if (before.read === read) return;
    const kept = lists.mine.map(({ conversation }) => [conversation, read[conversation] ?? 0]);
    localStorage.setItem(`${READ} ${this.#agent}`, JSON.stringify(Object.fromEntries(kept)));
    this.changed();
  }

  #done(op: string, conversation: unknown): void {
    const call = this.#outbox.settle(op);
    if (call?.type === "take" && typeof conversation === "string") this.open(conversation);
    if (call && LEAVES.has(call.type) && call.conversation === this.screen.open) this.open(null);
    this.#settle(op, null);
  }

  #refused(op: string | null, code: string, detail: string): void {
    // What was watched is not there any more, or not for these eyes.
    if (op === null && code === "not_found") this.open(null);
    this.#undone(op ? this.#outbox.settle(op) : undefined, detail);
  }

  /** False where no form waits for it. */
  #settle(op: string, refusal: string | null): boolean {
    this.#asked.get(op)?.(refusal);
    return this.#asked.delete(op);
  }

  #undone(call: Call | undefined, detail: string): void {
    if (call && this.#settle(call.op, detail)) return;
    if (call?.type === "offers") this.#apply({ type: "offers", on: !call.on });
    // What was written is not lost with the refusal.
    if (call && typeof call.text === "string" && typeof call.conversation === "string") {
      const mode = call.type === "reply" || call.type === "propose" ? "reply" : "note";
      if (!this.draft(call.conversation, mode)) this.keepDraft(call.conversation, mode, call.text);
    }
    this.problem = detail;
  }

  #bye(code: string, detail: string): void {
    if (code === "rights_changed") {
      this.info = detail;
      this.#connection?.restart();
      return;
    }
    this.info = null;
    this.problem = detail;
    if (code === "not_logged_in" || code === "bad_origin") this.#out();
  }

  #out(): void {
    this.#connection?.stop();
    this.#connection = null;
    this.session = "out";
    this.screen = EMPTY;
    this.changed();
  }
}
