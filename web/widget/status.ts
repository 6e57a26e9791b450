/** What is happening right now, in words: who answers, the line, the question whether it is solved. */

import { clock } from "../shared/clock";
import type { Client } from "./client";
import { el } from "./dom";

/** The line under the title. */
export function whoAnswers({ screen: { view }, welcome }: Client): string {
  if (view?.state === "waiting") return "A person is on the way";
  if ((view?.state === "agent" || view?.state === "confirming") && view.agent) return `${view.agent.name} (person)`;
  if (view?.state === "closed") return "Closed. Write to open it again";
  const bot = view?.bot ?? welcome?.bot ?? "ready";
  if (bot === "warming") return "Assistant (bot) is starting";
  return bot === "down" ? "Assistant (bot) is away" : "Assistant (bot)";
}

/** What stands between the log and the text field; empty where nothing needs saying. */
export function notices(client: Client): HTMLElement[] {
  const { welcome, problem, status } = client;
  const { view } = client.screen;
  const shown: HTMLElement[] = [];
  const bot = view?.bot ?? welcome?.bot;
  if (problem) shown.push(el("p", { class: "notice bad", role: "alert" }, problem));
  if (status === "reconnecting" || status === "offline") {
    shown.push(el("p", { class: "notice bad" }, "Connection lost. Reconnecting… what you write is kept."));
  }
  if (bot === "warming" && (!view || view.state === "bot")) {
    shown.push(el("p", { class: "notice" }, "The assistant is just starting; a person is here for you meanwhile."));
  }
  if (bot === "down" && (!view || view.state === "bot")) {
    shown.push(el("p", { class: "notice" }, "The assistant is away. What you write goes to a person."));
  }
  if (view?.line) shown.push(inLine(client));
  if (view?.proposal) shown.push(question(client, view.proposal.id, view.proposal.until));
  return shown;
}

function inLine(client: Client): HTMLElement {
  const { position, expected_by } = client.screen.view?.line ?? { position: null, expected_by: null };
  const place = position === 1 ? "You are next." : position ? `You are number ${position} in line.` : "You keep your place.";
  const aim =
    expected_by === null
      ? "Write when you need us."
      : expected_by > Date.now()
        ? `We aim to answer by ${clock(expected_by)}.`
        : "We are later than we wanted to be, and sorry. You are not forgotten.";
  return el(
    "div",
    { class: "notice", "data-line": String(position ?? "") },
    el("p", {}, `${place} ${aim}`),
    client.screen.view?.people_online
      ? null
      : el("p", { class: "small" }, "Nobody from the team is online right now. Your place is kept, and the answer comes here."),
    el("button", { type: "button", click: () => client.move("never_mind") }, "Never mind, back to the assistant"),
  );
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
