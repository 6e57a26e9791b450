/** The desk's words for what the wire names. */

import { byWhen, span } from "../shared/clock";
import type { Outcome } from "../shared/frames";
import type { Alarm, Card, Note, Reason, Role } from "./frames";

const REASON: Record<Reason["reason"], string> = {
  security: "Security",
  anger: "Anger",
  uncertainty: "Bot was unsure",
  requested: "Asked for a person",
  bot_failed: "Bot failed",
};

export const reasonName = (reason: Reason): string =>
  reason.reason === "security" && reason.kind ? `Security ${reason.kind}` : REASON[reason.reason];

const RULE: Record<string, string> = {
  model: "trained score",
  button: "pressed the button",
  transferred: "a colleague called it an incident",
  not_running: "the bot did not run",
  timed_out: "the bot did not answer in time",
  error_status: "the bot answered with an error",
  not_json: "the bot's answer was not readable",
  not_in_schema: "the bot's answer was not readable",
  empty_answer: "the bot's answer was empty",
  packet_digest: "the bot's packet did not fit the log",
  between_two_topics: "between two topics",
  nearest_is_out_of_scope: "nearest to what the bot cannot answer",
  several_questions: "several questions at once",
  said_again: "asked again after the bot's answer",
  same_topic_again: "the bot had answered this topic twice",
  did_not_help: "the bot's answer did not help",
};

export const ruleName = (rule: string): string => RULE[rule] ?? rule.replaceAll("_", " ");

const KNOWN: Record<string, string> = {
  order_number: "Number",
  email: "E-mail",
  phone: "Phone",
  amount: "Amount",
  product: "Network",
  plan: "Plan",
  device: "Device",
  url: "Link",
};

export const knownName = (kind: string): string => KNOWN[kind] ?? kind.replaceAll("_", " ");

export const topicName = (intent: string): string => intent.replace(/^faq_/, "").replaceAll("_", " ");

export const percent = (share: number): string => `${Math.round(100 * share)} %`;

const OUTCOME: Record<Outcome, string> = {
  solved: "solved",
  unconfirmed: "unconfirmed",
  ended: "ended",
  idle: "nobody wrote",
  spam: "spam",
  abuse: "abuse",
};

export const outcomeName = (outcome: Outcome | null): string => (outcome ? OUTCOME[outcome] : "");

const ROLE: Record<Role, string> = {
  agent: "takes and answers conversations",
  supervisor: "an agent who also sees what colleagues have, every incident, and what rings",
  trainer: "teaches the assistant; sees no conversation",
  admin: "a supervisor who also keeps this list",
};

export const roleDoes = (role: Role): string => ROLE[role];

const ALARM: Record<Alarm["what"], string> = {
  overdue: "Nobody has answered in time",
  word: "A promised word has not come",
  given_back: "Given back three times",
  incident_alone: "An incident that nobody on duty may take",
};

export const alarmName = (alarm: Alarm): string => ALARM[alarm.what];

const NOTE: Record<string, string> = {
  late_answer: "The assistant’s answer, too late: not shown to the customer",
  gave_back: "gave it back",
  transferred: "passed it on",
  to_bot: "handed it to the assistant",
  spam: "closed it as spam",
  abuse: "closed it as abuse",
  undone: "undid the closing",
  not_accepted: "Offered, and not accepted in time",
};

/** What a note is: plain words for colleagues, or what somebody did. */
export function noteTitle({ author, event }: Pick<Note, "author" | "event">): string {
  const who = author.name ?? "Baton";
  const did = event && NOTE[event];
  if (!did) return `Note (colleagues only) · ${who}`;
  return author.kind === "agent" ? `${who} ${did}` : did;
}

export interface Stretch {
  text: string;
  late: boolean;
}

/** The times that count in a conversation, each with what is left of it. */
export function times(card: Card, now: number): Stretch[] {
  const found: Stretch[] = [];
  const add = (at: number | null, ahead: string, behind: string): void => {
    if (at === null) return;
    const late = at <= now;
    found.push({ late, text: late ? `${behind} by ${span(now - at)}` : `${ahead} ${byWhen(at, now)}, in ${span(at - now)}` });
  };
  add(card.unanswered && card.due, "Answer due", "Answer late");
  add(card.next_word, "Next word by", "Promised word late");
  if (card.snoozed_until) found.push({ late: false, text: `Set aside until ${byWhen(card.snoozed_until, now)}` });
  if (card.woken) found.push({ late: false, text: `Back since ${byWhen(card.woken, now)}` });
  if (card.give_backs) found.push({ late: false, text: `Given back ${card.give_backs === 1 ? "once" : `${card.give_backs} times`}` });
  return found;
}
