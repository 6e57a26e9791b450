/** The desk's words for what the wire names. */

import type { Reason } from "./frames";

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
  not_running: "the bot did not run",
  timed_out: "the bot did not answer in time",
  error_status: "the bot answered with an error",
  not_json: "the bot's answer was not readable",
  not_in_schema: "the bot's answer was not readable",
  empty_answer: "the bot's answer was empty",
  packet_digest: "the bot's packet did not fit the log",
  far_from_everything_known: "far from every topic the bot knows",
  between_two_topics: "between two topics",
  nearest_is_out_of_scope: "nearest to what the bot cannot answer",
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
