/** The customer's side of the protocol: one conversation, what is on screen, what waits to be sent. */

import { Connection, type Status } from "../shared/connection";
import type { Call, CustomerFrame, RefusedFrame, View } from "../shared/frames";
import { leavesGap } from "../shared/log";
import { Outbox } from "../shared/outbox";
import { apply, EMPTY_SCREEN, type OwnFrame, type Screen, TYPING_SHOWN_MS } from "../shared/screen";
import { newOp, securityReport } from "../shared/text";
import { alone, type Kept, Storage, type Unsent } from "./storage";

export interface Welcome {
  title: string;
  greeting: string;
  bot: View["bot"];
  people_online: boolean;
  privacy_url: string | null;
}

const TYPING_SENT_MS = 1_000;
const WELCOME_AGAIN_MS = 3_000;
const MESSAGES = new Set(["say", "choose", "report_security"]);
const BARRED = "This page is not registered for this chat, so nothing can be sent from here. Please reach us another way.";

export class Client {
  screen: Screen = EMPTY_SCREEN;
  welcome: Welcome | null = null;
  status: Status = "off";
  /** A refusal that belongs to no message. */
  problem: string | null = null;
  /** The page may not speak to this chat, and trying again would not help. */
  barred = false;
  readonly storage: Storage;

  #outbox = new Outbox();
  #connection: Connection | null = null;
  #creating = false;
  #welcomeTimer: ReturnType<typeof setTimeout> | undefined;
  #typingSent = 0;
  #forget = (): void => undefined;
  #messages = new Map<string, Unsent>();
  /** Presses of buttons that are gone: only their words can be sent again. */
  #void = new Set<string>();

  constructor(private service: string, private key: string, private changed: () => void) {
    this.storage = new Storage(key);
  }

  start(): void {
    this.#forget = this.storage.onKept(() => this.#attach());
    for (const unsent of this.storage.unsent) {
      if (!this.#messages.has(unsent.call.op)) this.#queue(unsent);
    }
    this.#attach();
    if (this.#outbox.size && !this.#connection) void this.#begin();
    void this.#greet();
  }

  stop(): void {
    this.#forget();
    clearTimeout(this.#welcomeTimer);
    this.#connection?.stop();
  }

  say(text: string): void {
    this.#write({ type: "say", op: newOp(), text }, text);
  }

  choose(choice: string, title: string): void {
    this.#write({ type: "choose", op: newOp(), choice }, title);
  }

  report(what: string, since: string): void {
    this.#write({ type: "report_security", op: newOp(), what, since }, securityReport(what, since));
  }

  move(type: "ask_person" | "never_mind" | "end"): void {
    this.#call({ type, op: newOp() });
  }

  judge(proposal: string, solved: boolean): void {
    this.#call({ type: "answer_proposal", op: newOp(), proposal, solved });
  }

  /** Once more under the same op, for the first copy may have been stored. */
  retry(op: string): void {
    const unsent = this.#messages.get(op);
    if (!unsent) return;
    if (this.#void.has(op)) {
      this.drop(op);
      this.say(unsent.text);
      return;
    }
    this.#apply({ type: "resent", op });
    this.#call(unsent.call);
  }

  drop(op: string): void {
    this.#arrived(op);
    this.#apply({ type: "dropped", op });
    this.changed();
  }

  /** Read by an agent; and the bot holds its answer a little while its customer writes on. */
  typing(): void {
    const now = Date.now();
    const heard = this.screen.view?.state === "agent" || this.screen.view?.state === "bot";
    if (!heard || now - this.#typingSent < TYPING_SENT_MS) return;
    this.#typingSent = now;
    this.#connection?.send({ type: "typing" }, false);
  }

  /** All of the conversation as text, for keeping; null where it cannot be had now. */
  async transcript(): Promise<Blob | null> {
    const answer = await this.#get("/transcript");
    return answer?.ok ? answer.blob() : null;
  }

  #write(call: Call, text: string): void {
    const unsent = { call, text, at: Date.now() };
    this.storage.keepUnsent(unsent);
    this.#queue(unsent);
    this.#call(call);
  }

  #queue(unsent: Unsent): void {
    this.#messages.set(unsent.call.op, unsent);
    this.#outbox.add(unsent.call);
    this.#apply({ type: "queued", op: unsent.call.op, text: unsent.text });
  }

  #arrived(op: string): void {
    this.#outbox.settle(op);
    if (this.#messages.delete(op)) this.storage.dropUnsent(op);
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
      if (this.barred) throw refusal(BARRED);
      // Another tab may be at it too; what it made is ours as well.
      await alone(this.storage, async () => {
        this.storage.kept ??= await this.#create();
      });
      if (!this.#connection) this.#attach();
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
    if (!answer.ok) throw refusal(body.detail);
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
      if (!this.#connection) this.#askWhy();
    }
    this.changed();
    // Until a conversation tells by itself how the bot is.
    if (!this.screen.view && this.welcome?.bot !== "ready" && !this.barred) {
      this.#welcomeTimer = setTimeout(() => void this.#greet(), WELCOME_AGAIN_MS);
    }
  }

  /** Over HTTP a page of a foreign origin cannot read why it was refused; a socket tells it. */
  #askWhy(): void {
    const socket = new WebSocket(this.#socketUrl);
    socket.onopen = () => socket.send("{}");
    socket.onmessage = ({ data }) => {
      socket.close();
      if ((JSON.parse(String(data)) as { code?: string }).code === "bad_origin") this.#bar();
    };
  }

  #bar(): void {
    this.barred = true;
    this.#connection?.stop();
    this.#connection = null;
    clearTimeout(this.#welcomeTimer);
    this.#failAll(BARRED);
  }

  get #socketUrl(): string {
    return `${this.service.replace(/^http/, "ws")}/api/v1/conversations/socket`;
  }

  #attach(): void {
    const kept = this.storage.kept;
    if (!kept) return;
    this.#connection?.stop();
    this.#apply({ type: "forgotten" });
    this.#connection = new Connection(this.#socketUrl, {
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
    if (frame.type === "bye" && frame.code === "not_found") void this.#lost();
    if (frame.type === "bye" && frame.code === "bad_origin") this.#bar();
    this.changed();
  }

  #settleSeen(): void {
    for (const entry of this.screen.log.entries) if (entry.client_id) this.#arrived(entry.client_id);
  }

  #refused(frame: RefusedFrame): void {
    const call = frame.op ? this.#outbox.settle(frame.op) : undefined;
    if (call && frame.code === "unknown_choice") this.#void.add(call.op);
    if (call && MESSAGES.has(call.type)) this.#apply(frame);
    else if (call) this.problem = frame.detail;
  }

  async #get(what: string): Promise<Response | null> {
    const kept = this.storage.kept;
    if (!kept) return null;
    const headers = { Authorization: `Bearer ${kept.token}` };
    return fetch(`${this.service}/api/v1/conversations/${kept.conversation}${what}`, { headers }).catch(() => null);
  }

  /** Asked over HTTP too: a socket whose hello came too late is refused with the same code. */
  async #gone(): Promise<boolean> {
    const kept = this.storage.kept;
    const answer = await this.#get("");
    return kept !== null && answer?.status === 404 && this.storage.kept?.conversation === kept.conversation;
  }

  /** The conversation is not there any more (its time ran out): the next message begins a new one. */
  async #lost(): Promise<void> {
    if (!(await this.#gone())) return;
    this.#connection?.stop();
    this.#connection = null;
    this.storage.kept = null;
    this.#apply({ type: "forgotten" });
    if (this.#outbox.size) void this.#begin();
  }
}

function refusal(detail: string): Error {
  return Object.assign(new Error(detail), { name: "Refused" });
}
