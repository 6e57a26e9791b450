/** The log on screen: one list item an entry, made once; messages on their way after it. */

import { clock } from "../shared/clock";
import type { Entry } from "../shared/frames";
import type { Pending } from "../shared/screen";
import { maskedNote, offering } from "../shared/transcript";
import type { Client } from "./client";
import { el, prose } from "./dom";

const SPEAKER = { customer: "You", bot: "Assistant (bot)", agent: "Support", system: "Notice" } as const;

export class Messages {
  readonly list = el("ol", { class: "list" });
  readonly pending = el("ol", { class: "list" });
  #entries: readonly Entry[] = [];
  #pending: readonly Pending[] = [];
  #connected = true;

  constructor(private client: Client) {}

  /** True where something was added. */
  render(): boolean {
    const { log, pending } = this.client.screen;
    const connected = this.client.status !== "reconnecting" && this.client.status !== "offline";
    if (log.entries === this.#entries && pending === this.#pending && connected === this.#connected) return false;
    // A log that was sent anew from its start has new entries, even where it is longer than the old one.
    if (log.entries[0] !== this.#entries[0]) {
      this.list.replaceChildren();
      this.#entries = [];
    }
    const known = this.#entries.length;
    this.list.append(...log.entries.slice(known).map((entry, place) => item(entry, log.entries[known + place - 1])));
    [this.#entries, this.#pending, this.#connected] = [log.entries, pending, connected];
    this.#offer(pending.length === 0);
    this.pending.replaceChildren(...pending.map((message) => this.#onItsWay(message)));
    return true;
  }

  /** Buttons stand under the bot's last answer only: a newer word makes older ones void. */
  #offer(allowed: boolean): void {
    this.list.querySelector(".choices")?.remove();
    const entry = allowed && offering(this.#entries);
    if (!entry) return;
    const buttons = (entry.choices ?? []).map(({ id, title }) =>
      el("button", { type: "button", click: () => this.client.choose(id, title) }, title),
    );
    this.list.querySelector(`[data-seq="${entry.seq}"]`)?.append(el("div", { class: "choices", role: "group", "aria-label": "Suggestions" }, ...buttons));
  }

  #onItsWay({ op, text, status, detail }: Pending): HTMLLIElement {
    const said =
      status === "failed"
        ? el(
            "p",
            { class: "small failed", role: "alert" },
            `Not sent. ${detail} `,
            el("button", { type: "button", click: () => this.client.retry(op) }, "Try again"),
            " ",
            el("button", { type: "button", click: () => this.client.drop(op) }, "Remove"),
          )
        : el("p", { class: "small" }, this.#connected ? "Sending…" : "Kept here; it is sent as soon as the connection is back.");
    return el("li", { class: "entry customer pending" }, el("p", { class: "bubble", dir: "auto" }, text), said);
  }
}

function item(entry: Entry, before: Entry | undefined): HTMLLIElement {
  const { kind, name } = entry.author;
  const made = el("li", { class: `entry ${kind}`, "data-seq": String(entry.seq), "data-kind": kind });
  if (kind === "system") {
    if (entry.event) made.dataset.event = entry.event;
    made.append(el("p", { class: "line" }, ...prose(entry.text)));
    return made;
  }
  const follows = before?.author.kind === kind && before.author.name === name;
  const speaker = kind === "agent" && name ? `${name} (person)` : SPEAKER[kind];
  const masked = maskedNote(entry.masked);
  made.append(
    el("span", { class: follows || kind === "customer" ? "who hidden" : "who" }, `${speaker}: `),
    el("p", { class: "bubble", dir: "auto" }, ...prose(entry.text)),
    ...(masked ? [el("p", { class: "small" }, masked)] : []),
    el("time", { class: "time", datetime: new Date(entry.time).toISOString() }, clock(entry.time)),
  );
  return made;
}
