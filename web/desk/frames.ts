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

export interface Agent {
  id: string;
  name: string;
  role: string;
  skills: string[];
}

export interface Lists {
  waiting: Card[];
  mine: Card[];
  closed: Card[];
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
