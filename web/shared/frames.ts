/** The wire's words, as docs/protocol.md has them. Times are milliseconds since 1970. */

export type Kind = "customer" | "bot" | "agent" | "system";
export type State = "bot" | "waiting" | "agent" | "confirming" | "closed";
export type Outcome = "solved" | "unconfirmed" | "ended" | "idle" | "spam" | "abuse";
export type BotStatus = "ready" | "warming" | "down";
export type EventName =
  | "waiting" | "joined" | "left" | "proposed" | "not_solved"
  | "solved" | "unconfirmed" | "ended" | "back_to_bot" | "reopened"
  | "promised" | "idle" | "unwanted";

export interface Author {
  kind: Kind;
  name?: string;
}

export interface Choice {
  id: string;
  title: string;
}

export interface Entry {
  seq: number;
  time: number;
  author: Author;
  text: string;
  choices?: Choice[];
  client_id?: string;
  masked?: string[];
  event?: EventName;
}

export interface Proposal {
  id: string;
  until: number | null;
}

export interface EntriesFrame {
  type: "entries";
  entries: Entry[];
  cursor: string;
  from_start: boolean;
}

/** What the customer sees of the conversation besides its log. */
export interface View {
  conversation: string;
  state: State;
  epoch: number;
  agent: { name: string } | null;
  /** Both null where nothing is unanswered. */
  line: { position: number | null; expected_by: number | null } | null;
  /** When the customer hears from us at the latest, where that was promised. */
  next_word: number | null;
  proposal: Proposal | null;
  outcome: Outcome | null;
  /** With the bot: when silence closes the conversation. */
  closes_at: number | null;
  bot: BotStatus;
  bot_at_work: boolean;
  people_online: boolean;
}

export interface DoneFrame {
  type: "done";
  op: string;
  [result: string]: unknown;
}

export interface RefusedFrame {
  type: "refused";
  op: string | null;
  code: string;
  detail: string;
}

export interface ByeFrame {
  type: "bye";
  code: string;
  detail: string;
}

export type CustomerFrame =
  | EntriesFrame
  | ({ type: "view" } & View)
  | { type: "typing"; name: string }
  | DoneFrame
  | RefusedFrame
  | ByeFrame;

export type Call = { type: string; op: string } & Record<string, unknown>;
