/** <baton-chat>: the launcher and the panel, in a shadow root of its own. */

import { Client } from "./client";
import { length, MAX_CHARACTERS, sendable } from "../shared/text";
import { TYPING_SHOWN_MS } from "../shared/screen";
import { el, icon, setText } from "./dom";
import { Modal } from "./modal";
import { Messages } from "./messages";
import { About, Report } from "./screens";
import { nextWord, notices, whoAnswers } from "./status";
import { sheet } from "./style";

const BUBBLE = "M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z";
const CROSS = "M6 6l12 12M18 6L6 18";
const DOTS = "M5 12h.01M12 12h.01M19 12h.01";
const SEND = "M4 12l16-8-5 16-3-7z";
const PHONE = "(max-width: 480px)";
// What was promised for a time reads differently once it is over.
const CLOCK_MS = 15_000;

export class BatonChat extends HTMLElement {
  service = "";
  key = "demo";

  #client!: Client;
  #messages!: Messages;
  #unread = 0;
  #drawn = "";
  #modal = new Modal(this);
  #started = false;
  #clock: ReturnType<typeof setInterval> | undefined;
  #report!: Report;
  #about!: About;

  #badge = el("span", { class: "badge", hidden: true });
  #launcher = el(
    "button",
    { class: "launcher", type: "button", "aria-expanded": "false", "aria-controls": "panel", click: () => this.toggle() },
    icon(BUBBLE),
    el("span", { class: "label" }, "Help"),
    this.#badge,
  );
  #title = el("h2", { id: "title" }, "Support");
  #who = el("p", { class: "who-answers" });
  #person = el("button", { type: "button", class: "person", click: () => this.#client.move("ask_person") }, "Talk to a person");
  #alarm = el("button", { type: "button", class: "alarm", click: () => this.#go(this.#report) }, "Report a security problem");
  #more = el("button", { type: "button", class: "icon dots", "aria-label": "About this chat", "aria-expanded": "false", click: () => this.#toggleAbout() }, icon(DOTS));
  #word = el("p", { class: "word", role: "status" });
  #greeting = el("p", { class: "greeting" });
  #privacy = el("p", { class: "small" });
  #log = el("div", { class: "log", role: "log", "aria-label": "Conversation", tabindex: "0", "aria-busy": "true", scroll: () => this.#scrolled() });
  #atEnd = true;
  /** Whatever takes or gives room around it: who was at the end of the log stays there. */
  #room = new ResizeObserver(() => {
    this.#height = this.#log.clientHeight;
    if (this.#atEnd) this.#toEnd();
  });
  #height = 0;
  #now = el("p", { class: "typing", role: "status" });
  #notices = el("div", { class: "notices", role: "status" });
  #count = el("span", { class: "small count", role: "status" });
  #text = el("textarea", {
    rows: "1",
    "aria-label": "Your message",
    placeholder: "Write a message",
    enterkeyhint: "send",
    dir: "auto",
    input: () => this.#typed(),
    keydown: (event) => this.#keyed(event as KeyboardEvent),
  });
  #send = el("button", { class: "send", type: "submit", "aria-label": "Send" }, icon(SEND));
  #chat = el(
    "div",
    { class: "chat" },
    el("div", { class: "bar" }, this.#person, this.#alarm),
    this.#word,
    this.#log,
    this.#now,
    this.#notices,
    el(
      "form",
      { class: "composer", submit: (event) => this.#submit(event) },
      this.#text,
      this.#send,
      this.#count,
    ),
  );
  #panel = el(
    "section",
    { id: "panel", class: "panel", role: "dialog", "aria-modal": "false", "aria-labelledby": "title", hidden: true, keydown: (event) => this.#escape(event as KeyboardEvent) },
    el(
      "header",
      {},
      el("div", { class: "names" }, this.#title, this.#who),
      this.#more,
      el("button", { type: "button", class: "icon", "aria-label": "Close the chat window", click: () => this.close() }, icon(CROSS)),
    ),
    this.#chat,
  );

  connectedCallback(): void {
    this.#clock = setInterval(() => this.#render(), CLOCK_MS);
    if (this.#started) {
      // A page that swaps its body takes the element out and puts it back.
      this.#client.start();
      return;
    }
    this.#started = true;
    this.#room.observe(this.#log);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet()];
    this.#client = new Client(this.service, this.key, () => this.#render());
    this.#messages = new Messages(this.#client);
    this.#log.append(el("div", { class: "welcome" }, this.#greeting, this.#privacy), this.#messages.list, this.#messages.pending);
    this.#report = new Report(this.#client, () => this.#go(null));
    this.#about = new About(this.#client, () => this.#go(null));
    this.#panel.append(this.#report.node, this.#about.node);
    root.append(this.#panel, this.#launcher);
    this.#text.value = this.#client.storage.draft;
    this.#client.start();
    this.#render();
    if (this.#client.storage.open && !matchMedia(PHONE).matches) this.#show();
    this.#tell("ready", null);
  }

  disconnectedCallback(): void {
    clearInterval(this.#clock);
    this.#modal.off();
    this.#client.stop();
  }

  open(): void {
    this.#show();
    if (this.#chat.hidden) [this.#report, this.#about].find((screen) => !screen.node.hidden)?.focus();
    else this.#text.focus();
  }

  close(): void {
    this.#panel.hidden = true;
    this.#modal.off();
    this.#panel.setAttribute("aria-modal", "false");
    this.#client.storage.open = false;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#launcher.focus();
    this.#tell("close", null);
  }

  toggle(): void {
    if (this.#panel.hidden) this.open();
    else this.close();
  }

  /** To a screen in the chat's place, or back to the chat and to the button that led there. */
  #go(to: Report | About | null): void {
    const from = this.#report.node.hidden ? this.#more : this.#alarm;
    for (const screen of [this.#report, this.#about]) screen.node.hidden = screen !== to;
    this.#chat.hidden = to !== null;
    this.#more.setAttribute("aria-expanded", String(to === this.#about));
    this.#render();
    if (to) to.focus();
    else from.focus();
  }

  #toggleAbout(): void {
    this.#go(this.#about.node.hidden ? this.#about : null);
  }

  #show(): void {
    this.#panel.hidden = false;
    const whole = matchMedia(PHONE).matches;
    if (whole) this.#modal.on();
    this.#panel.setAttribute("aria-modal", String(whole));
    this.#client.storage.open = true;
    this.#launcher.setAttribute("aria-expanded", "true");
    this.#render();
    this.#toEnd();
    this.#tell("open", null);
  }

  #render(): void {
    const client = this.#client;
    const { welcome } = client;
    const focused = this.shadowRoot?.activeElement;
    const { view, typing } = client.screen;
    const state = view?.state ?? "bot";
    this.#panel.dataset.state = state;
    this.#title.textContent = welcome?.title ?? "Support";
    this.#greeting.textContent = client.barred ? "" : (welcome?.greeting ?? "Write to us. We answer here.");
    this.#privacyLink(welcome?.privacy_url ?? null);
    setText(this.#who, whoAnswers(client));
    this.#person.hidden = state === "waiting" || state === "agent" || state === "confirming";
    setText(this.#word, nextWord(view));
    this.#about.render();

    if (this.#messages.render() && this.#atEnd) this.#toEnd();
    if (view || !client.storage.kept) this.#log.removeAttribute("aria-busy");

    const writing = typing && Date.now() - typing.at < TYPING_SHOWN_MS;
    const busy = writing ? `${typing.name} is writing…` : view?.bot_at_work ? "Assistant is writing…" : "";
    setText(this.#now, busy);
    const shown = notices(client);
    const drawn = shown.map((node) => node.textContent).join("\n");
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#notices.replaceChildren(...shown);
    }
    this.#measure();
    this.#countUnread();
    if (focused instanceof HTMLElement) this.#keepFocus(focused);
  }

  /** A button that was pressed may be gone by now: to its successor, or to the conversation. */
  #keepFocus(focused: HTMLElement): void {
    if (focused.isConnected && !focused.closest("[hidden]")) return;
    const twin = [...this.#notices.querySelectorAll("button")].find((button) => button.textContent === focused.textContent);
    (twin ?? this.#log).focus();
  }

  #privacyLink(url: string | null): void {
    if (!url || this.#privacy.childElementCount) return;
    this.#privacy.append("How we treat what you write: ", el("a", { href: url, target: "_blank", rel: "noopener" }, "privacy"));
  }

  #countUnread(): void {
    const last = this.#client.screen.log.entries.at(-1)?.seq ?? 0;
    if (!this.#panel.hidden && document.visibilityState === "visible") this.#client.storage.read = Math.max(last, 0);
    const read = this.#client.storage.read;
    const unread = this.#client.screen.log.entries.filter((entry) => entry.seq > read && entry.author.kind !== "customer").length;
    if (unread !== this.#unread) this.#tell("unread", unread);
    this.#unread = unread;
    this.#badge.hidden = unread === 0;
    setText(this.#badge, String(unread));
    const label = this.#panel.hidden ? "Help: open the chat" : "Help: close the chat";
    this.#launcher.setAttribute("aria-label", unread ? `${label}, ${unread} unread` : label);
  }

  #typed(): void {
    this.#client.storage.draft = this.#text.value;
    if (this.#text.value) this.#client.typing();
    this.#measure();
  }

  #measure(): void {
    this.#text.style.height = "auto";
    this.#text.style.height = `${Math.min(this.#text.scrollHeight, 140)}px`;
    const left = MAX_CHARACTERS - length(this.#text.value);
    setText(this.#count, left < 0 ? `${-left} characters too many` : left < 300 ? `${left} characters left` : "");
    this.#send.disabled = !sendable(this.#text.value);
  }

  #keyed(event: KeyboardEvent): void {
    // While a word is being composed (Japanese, Chinese, …), Enter chooses it and sends nothing.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (!sendable(text)) return;
    this.#text.value = "";
    this.#client.storage.draft = "";
    this.#client.say(text);
    this.#toEnd();
    this.#tell("message", null);
  }

  #escape(event: KeyboardEvent): void {
    // The page's own single-key shortcuts are not meant by what is typed here.
    event.stopPropagation();
    if (event.key !== "Escape" || event.isComposing) return;
    if (this.#chat.hidden) this.#go(null);
    else this.close();
  }

  #scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    // Less room is no scrolling: the observer comes after this.
    if (clientHeight === this.#height) this.#atEnd = scrollHeight - scrollTop - clientHeight < 60;
  }

  #toEnd(): void {
    this.#atEnd = true;
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #tell(event: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(`baton:${event}`, { detail }));
  }
}
