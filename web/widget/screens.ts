/** The two screens that stand in the chat's place: a security report, and what there is to know and do about the chat. */

import { byWhen } from "../shared/clock";
import { length, MAX_CHARACTERS, securityReport } from "../shared/text";
import type { Client } from "./client";
import { el, setText } from "./dom";

/** One screen that goes straight to people, with or without a bot. What was written stays until it is sent. */
export class Report {
  #what = el("textarea", { id: "what", rows: "5", required: true, "aria-describedby": "wrong", dir: "auto" });
  #since = el("input", { id: "since", type: "text", maxlength: "200", autocomplete: "off", dir: "auto" });
  #wrong = el("p", { id: "wrong", class: "small failed", role: "alert" });
  readonly node = el(
    "form",
    { class: "screen", "aria-labelledby": "report", novalidate: true, hidden: true, submit: (event) => this.#submit(event) },
    el("h3", { id: "report" }, "Report a security problem"),
    el("p", {}, "This goes straight to people, with everything written here so far. Nobody from us asks for your password; please do not write it down here."),
    el("label", { for: "what" }, "What happened?"),
    this.#what,
    el("label", { for: "since" }, "Since when? (if you know)"),
    this.#since,
    this.#wrong,
    el(
      "div",
      { class: "choices" },
      el("button", { type: "submit", class: "alarm full" }, "Send report"),
      el("button", { type: "button", click: () => this.back() }, "Back"),
    ),
  );

  constructor(private client: Client, private back: () => void) {}

  focus(): void {
    this.#what.focus();
  }

  #submit(event: Event): void {
    event.preventDefault();
    const what = this.#what.value.trim();
    const since = this.#since.value.trim();
    const over = length(securityReport(what, since)) - MAX_CHARACTERS;
    const wrong = !what ? "Please say in a few words what happened." : over > 0 ? `${over} characters too many.` : "";
    setText(this.#wrong, wrong);
    this.#what.setAttribute("aria-invalid", String(Boolean(wrong)));
    if (wrong) return this.focus();
    this.client.report(what, since);
    this.node.reset();
    this.back();
  }
}

/** Who answers, when the chat closes by itself, the transcript, and the end, which is asked once more. */
export class About {
  #asking = false;
  #closes = el("p", {});
  #save = el("button", { type: "button", click: () => void this.#download() }, "Save the transcript");
  #saved = el("p", { class: "small", role: "status" });
  #end = el("button", { type: "button", click: () => this.#ask(true) }, "End chat");
  #yes = el("button", { type: "button", click: () => this.#over() }, "Yes, end it");
  #sure = el(
    "div",
    { class: "notice", role: "group", "aria-label": "End this chat?", hidden: true },
    el("p", {}, "End this chat? You can take it up again by writing here."),
    el("div", { class: "choices" }, this.#yes, el("button", { type: "button", click: () => this.#ask(false) }, "No, keep it")),
  );
  #back = el("button", { type: "button", click: () => this.back() }, "Back");
  readonly node = el(
    "section",
    { class: "screen", "aria-labelledby": "about", hidden: true },
    el("h3", { id: "about" }, "About this chat"),
    el("p", {}, "Answers come from the assistant, which is a bot, or from a person of the team. Each message says which."),
    this.#closes,
    this.#save,
    this.#saved,
    this.#end,
    this.#sure,
    this.#back,
  );

  constructor(private client: Client, private back: () => void) {}

  focus(): void {
    setText(this.#saved, "");
    this.#asking = false;
    this.render();
    this.#back.focus();
  }

  render(): void {
    const { view, log } = this.client.screen;
    const closes = view?.closes_at;
    setText(this.#closes, closes ? `It closes by itself if nobody writes until ${byWhen(closes)}.` : "");
    const begun = view !== null && log.entries.length > 0;
    const open = begun && view.state !== "closed";
    this.#save.hidden = !begun;
    this.#end.hidden = !open || this.#asking;
    this.#sure.hidden = !open || !this.#asking;
  }

  #ask(asking: boolean): void {
    this.#asking = asking;
    this.render();
    (asking ? this.#yes : this.#end).focus();
  }

  #over(): void {
    this.client.move("end");
    this.back();
  }

  async #download(): Promise<void> {
    const text = await this.client.transcript();
    setText(this.#saved, text ? "Saved as conversation.txt." : "That did not work. Please try again in a moment.");
    if (!text) return;
    const href = URL.createObjectURL(text);
    el("a", { href, download: "conversation.txt" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  }
}
