/** What is happening right now, in words: who answers, the line, the next word, the question whether it is solved. */

import { byWhen, clock } from "../shared/clock";
import type { Outcome, View } from "../shared/frames";
import type { Client } from "./client";
import { el } from "./dom";

const CLOSED: Record<Outcome, string> = {
  solved: "Closed as solved. Write to open it again",
  unconfirmed: "Closed without your answer. Write to open it again",
  ended: "Closed by you. Write to open it again",
  idle: "Closed after a quiet time. Write and the assistant is back",
  spam: "Closed as advertising. Wrong? Talk to a person",
  abuse: "Closed because of insults. Need help? Talk to a person",
};

/** The line under the title. */
export function whoAnswers({ screen: { view }, welcome, barred }: Client): string {
  if (barred) return "Not available on this page";
  if (view?.state === "waiting") return view.line?.position ? "A person is on the way" : "With the team";
  if ((view?.state === "agent" || view?.state === "confirming") && view.agent) return `${view.agent.name} (person)`;
  if (view?.state === "closed") return CLOSED[view.outcome ?? "ended"];
  const bot = view?.bot ?? welcome?.bot ?? "ready";
  if (bot === "warming") return "Assistant (bot) is starting";
  return bot === "down" ? "Assistant (bot) is away" : "Assistant (bot)";
}

/** When the customer hears from us, where that was promised; "" where it was not. */
export function nextWord(view: View | null, now = Date.now()): string {
  if (!view?.next_word) return "";
  const by = byWhen(view.next_word, now);
  return view.next_word > now
    ? `You hear from us by ${by}.`
    : `We promised you a word by ${by} and are late; the team has been told.`;
}

/** What stands between the log and the text field; empty where nothing needs saying. */
export function notices(client: Client): HTMLElement[] {
  const { welcome, problem, status } = client;
  const { view } = client.screen;
  const shown: HTMLElement[] = [];
  const bot = view?.bot ?? welcome?.bot;
  if (client.barred) {
    shown.push(el("p", { class: "notice bad" }, "This page is not registered for this chat, so nobody can be reached from here. If this is your site, add its address to the chat’s settings."));
  }
  if (problem && !client.barred) shown.push(el("p", { class: "notice bad", role: "alert" }, problem));
  if (status === "reconnecting" || status === "offline") {
    shown.push(el("p", { class: "notice bad" }, "Connection lost. Reconnecting… what you write is kept."));
  }
  if (bot === "warming" && (!view || view.state === "bot")) {
    shown.push(el("p", { class: "notice" }, "The assistant is just starting; a person is here for you meanwhile."));
  }
  if (bot === "down" && (!view || view.state === "bot")) {
    shown.push(el("p", { class: "notice" }, "The assistant is away. What you write goes to a person."));
  }
  if (view?.line) shown.push(inLine(client, view.line));
  if (view?.proposal) shown.push(question(client, view.proposal.id, view.proposal.until));
  return shown;
}

function inLine(client: Client, line: NonNullable<View["line"]>): HTMLElement {
  const absent = line.position !== null && !client.screen.view?.people_online;
  return el(
    "div",
    { class: "notice", "data-line": String(line.position ?? "") },
    el("p", {}, placeInLine(line)),
    absent && el("p", { class: "small" }, "Nobody from the team is online right now. Your place is kept, and the answer comes here."),
    el("button", { type: "button", click: () => client.move("never_mind") }, "Never mind, back to the assistant"),
  );
}

/** Nothing unanswered: no place, for nothing is waited for. */
export function placeInLine({ position, expected_by }: NonNullable<View["line"]>, now = Date.now()): string {
  if (position === null) return "A colleague has this; write when there is something new.";
  const place = position === 1 ? "You are next." : `You are number ${position} in line.`;
  if (expected_by === null) return place;
  return expected_by > now
    ? `${place} We aim to answer by ${clock(expected_by)}.`
    : `${place} We are later than we wanted to be, and sorry. You are not forgotten.`;
}

function question(client: Client, proposal: string, until: number | null): HTMLElement {
  return el(
    "div",
    { class: "notice ask", role: "group", "aria-label": "Is it solved?" },
    el("p", {}, el("strong", {}, "Is it solved?")),
    el(
      "div",
      { class: "choices" },
      el("button", { type: "button", class: "primary", click: () => client.judge(proposal, true) }, "Yes, solved"),
      el("button", { type: "button", click: () => client.judge(proposal, false) }, "No, not yet"),
    ),
    el(
      "p",
      { class: "small" },
      until === null
        ? "It stays open until you say so."
        : `Without an answer it closes ${clock(until)} as unconfirmed, not as solved.`,
    ),
  );
}
