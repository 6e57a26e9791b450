/** The customer's side of the protocol: one conversation, what is on screen, what waits to be sent. */

import { Connection, type Status } from "../shared/connection";
import type { Call, CustomerFrame, RefusedFrame, View } from "../shared/frames";
import { leavesGap } from "../shared/log";
import { Outbox } from "../shared/outbox";
import { apply, EMPTY_SCREEN, type OwnFrame, type Screen, TYPING_SHOWN_MS } from "../shared/screen";
import { newOp } from "../shared/text";
import { type Kept, Storage } from "./storage";

export interface Welcome {
  title: string;
  greeting: string;
  bot: View["bot"];
  people_online: boolean;
  privacy_url: string | null;
}

const TYPING_SENT_MS = 2_000;
const WELCOME_AGAIN_MS = 3_000;
const MESSAGES = new Set(["say", "choose"]);

export class Client {
  screen: Screen = EMPTY_SCREEN;
  welcome: Welcome | null = null;
  status: Status = "off";
  /** A refusal that belongs to no message. */
  problem: string | null = null;
  readonly storage: Storage;

  #outbox = new Outbox();
  #connection: Connection | null = null;
  #creating = false;
  #welcomeTimer: ReturnType<typeof setTimeout> | undefined;
  #typingSent = 0;
  #forget: () => void;

  constructor(private service: string, private key: string, private changed: () => void) {
    this.storage = new Storage(key);
    this.#forget = this.storage.onKept(() => this.#attach());
  }

  start(): void {
    this.#attach();
    void this.#greet();
  }

  stop(): void {
    this.#forget();
    clearTimeout(this.#welcomeTimer);
    this.#connection?.stop();
  }

  say(text: string): void {
    const op = newOp();
    this.#apply({ type: "queued", op, text });
    this.#call({ type: "say", op, text });
  }

  choose(choice: string, title: string): void {
    const op = newOp();
    this.#apply({ type: "queued", op, text: title });
    this.#call({ type: "choose", op, choice });
  }

  move(type: "ask_person" | "never_mind" | "end"): void {
    this.#call({ type, op: newOp() });
  }

  judge(proposal: string, solved: boolean): void {
    this.#call({ type: "answer_proposal", op: newOp(), proposal, solved });
  }

  /** A message that was refused, once more, as a new one. */
  retry(op: string): void {
    const pending = this.screen.pending.find((message) => message.op === op);
    this.drop(op);
    if (pending) this.say(pending.text);
  }

  drop(op: string): void {
    this.#outbox.settle(op);
    this.#apply({ type: "dropped", op });
    this.changed();
  }

  typing(): void {
    const now = Date.now();
    if (this.screen.view?.state !== "agent" || now - this.#typingSent < TYPING_SENT_MS) return;
    this.#typingSent = now;
    this.#connection?.send({ type: "typing" }, false);
  }

  #apply(frame: CustomerFrame | OwnFrame): void {
    this.screen = apply(this.screen, frame, Date.now());
  }

  #call(call: Call): void {
    this.problem = null;
    this.#outbox.add(call);
    if (this.#connection) this.#send(call);
    else void this.#begin();
    this.changed();
  }

  #send(call: Call): void {
    if (this.#connection?.send(call)) this.#outbox.sent(call.op, Date.now());
  }

  /** A conversation is made when the visitor first does something, not before. */
  async #begin(): Promise<void> {
    if (this.#creating) return;
    this.#creating = true;
    try {
      this.storage.kept = await this.#create();
      this.#attach();
    } catch (error) {
      const refused = error instanceof Error && error.name === "Refused";
      this.#failAll(refused ? error.message : "We cannot be reached right now.");
    } finally {
      this.#creating = false;
    }
  }

  async #create(): Promise<Kept> {
    const answer = await fetch(`${this.service}/api/v1/conversations`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ widget: this.key, page: location.origin + location.pathname }),
    });
    const body = (await answer.json()) as Kept & { detail: string };
    if (!answer.ok) throw Object.assign(new Error(body.detail), { name: "Refused" });
    return { conversation: body.conversation, token: body.token };
  }

  #failAll(detail: string): void {
    for (const call of this.#outbox.toSend(Date.now()).send) this.#refused({ type: "refused", op: call.op, code: "", detail });
    this.changed();
  }

  async #greet(): Promise<void> {
    try {
      const answer = await fetch(`${this.service}/api/v1/widget/${encodeURIComponent(this.key)}`);
      if (answer.ok) this.welcome = (await answer.json()) as Welcome;
    } catch {
      this.welcome = null;
    }
    this.changed();
    // Until a conversation tells by itself how the bot is.
    if (!this.screen.view && this.welcome?.bot !== "ready") {
      this.#welcomeTimer = setTimeout(() => void this.#greet(), WELCOME_AGAIN_MS);
    }
  }

  #attach(): void {
    const kept = this.storage.kept;
    if (!kept) return;
    this.#connection?.stop();
    this.#apply({ type: "forgotten" });
    this.#connection = new Connection(`${this.service.replace(/^http/, "ws")}/api/v1/conversations/socket`, {
      hello: () => ({ type: "hello", ...kept, after: this.screen.log.cursor }),
      frame: (frame) => this.#heard(frame as CustomerFrame),
      online: () => this.#sendWaiting(),
      status: (status) => {
        this.status = status;
        this.changed();
      },
    });
    this.#connection.start();
  }

  #sendWaiting(): void {
    const { send, expired } = this.#outbox.toSend(Date.now());
    for (const call of send) this.#send(call);
    if (expired.length) this.problem = "The connection was away for long. Please press the button again.";
    this.changed();
  }

  #heard(frame: CustomerFrame): void {
    if (frame.type === "entries" && leavesGap(this.screen.log, frame)) {
      this.#connection?.restart();
      return;
    }
    this.#apply(frame);
    if (frame.type === "entries") this.#settleSeen();
    if (frame.type === "done") this.#outbox.settle(frame.op);
    if (frame.type === "refused") this.#refused(frame);
    if (frame.type === "typing") setTimeout(() => this.changed(), TYPING_SHOWN_MS);
    if (frame.type === "bye" && frame.code === "not_found") this.#lost();
    this.changed();
  }

  #settleSeen(): void {
    for (const entry of this.screen.log.entries) if (entry.client_id) this.#outbox.settle(entry.client_id);
  }

  #refused(frame: RefusedFrame): void {
    const call = frame.op ? this.#outbox.settle(frame.op) : undefined;
    if (call && MESSAGES.has(call.type)) this.#apply(frame);
    else if (call) this.problem = frame.detail;
  }

  /** The conversation is not there any more (its time ran out): the next message begins a new one. */
  #lost(): void {
    this.#connection?.stop();
    this.#connection = null;
    this.storage.kept = null;
    this.#apply({ type: "forgotten" });
    if (this.#outbox.size) void this.#begin();
  }
}
