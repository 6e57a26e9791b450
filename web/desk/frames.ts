/** The desk's part of the wire, as docs/protocol.md has it. */

import type { Author, ByeFrame, DoneFrame, EntriesFrame, Kind, Outcome, Proposal, RefusedFrame, State } from "../shared/frames";

export interface Evidence {
  rule: string;
  words?: string;
  seq?: number | null;
}

export interface Reason {
  reason: "security" | "anger" | "uncertainty" | "requested" | "bot_failed";
  kind?: string | null;
  score: number;
  evidence: Evidence[];
}

export interface Ranked {
  name: string;
  confidence: number;
}

export interface Packet {
  reasons: Reason[];
  intent: { name: string; confidence: number; ranking: Ranked[] } | null;
  known: { kind: string; value: string; seq: number }[];
  tried: { topic: string; title: string; seq: number | null }[];
  summary: string[];
  model: string;
  language: string;
}

export interface Card {
  conversation: string;
  state: State;
  epoch: number;
  owner: { id: string; name: string } | null;
  lane: string;
  due: number | null;
  unanswered: { seq: number; since: number } | null;
  /** Kept for this agent until then; `offered` where it waits for their yes or no. */
  reserved: { for: string; until: number; offered: boolean } | null;
  snoozed_until: number | null;
  /** When its snooze ended. */
  woken: number | null;
  next_word: number | null;
  give_backs: number;
  reasons: Reason[];
  proposal: Proposal | null;
  outcome: Outcome | null;
  verified: boolean;
  channel: string;
  page: string;
  created: number;
  last: { seq: number; time: number; kind: Kind; text: string } | null;
}

export interface DeskView extends Card {
  fence?: string;
  packet: Packet | null;
  nlu: Record<string, { intent: string; confidence: number }>;
}

export interface Note {
  id: string;
  after_seq: number;
  time: number;
  author: Author;
  text: string;
  event?: string;
}

export type Role = "agent" | "supervisor" | "trainer" | "admin";

export interface Agent {
  id: string;
  name: string;
  role: Role;
  skills: string[];
}

export type Person = Agent & { present: boolean };
export type Account = Agent & { login: string; disabled: boolean };

export interface Alarm {
  what: "overdue" | "word" | "given_back" | "incident_alone";
  conversation: string;
  since: number;
}

export interface Load {
  capacity: number;
  busy: number;
  offered: number;
  wants_offers: boolean;
}

export interface Lists {
  waiting: Card[];
  parked: Card[];
  mine: Card[];
  closed: Card[];
  load: Load;
  /** What colleagues have, and what rings: for supervisors. */
  others?: Card[];
  alarms?: Alarm[];
}

export type DeskFrame =
  | { type: "me"; agent: Agent }
  | ({ type: "lists" } & Lists)
  | { type: "conversation"; view: DeskView }
  | (EntriesFrame & { conversation: string })
  | { type: "notes"; conversation: string; notes: Note[] }
  | { type: "typing"; conversation: string; name: string }
  | { type: "ask"; n: number }
  | DoneFrame
  | RefusedFrame
  | ByeFrame;
