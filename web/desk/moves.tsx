/** The rarer moves: each a dialog with what it needs. A note that was begun stays until the move is done. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { byWhen } from "../shared/clock";
import { sendable } from "../shared/text";
import type { Client, Settled } from "./client";
import type { DeskView } from "./frames";
import { Menu } from "./menu";
import { Sure } from "./sure";
import { forField, type Preset, promisePresets, snoozePresets } from "./times";

export type Move = "transfer" | "to_bot" | "snooze" | "promise" | "unwanted";

// The service's own bounds for a promised word.
const LONGEST_MS = 30 * 24 * 3_600_000;
const LONGEST_SECURITY_MS = 12 * 3_600_000;

const TITLE: Record<Move, string> = {
  transfer: "Pass on",
  to_bot: "Back to the assistant",
  snooze: "Set aside",
  promise: "Promise the next word",
  unwanted: "Spam or abuse",
};

export function MovesMenu({ view, choose }: { view: DeskView; choose: (move: Move) => void }) {
  const incident = view.lane === "security";
  return (
    <Menu label="More" kind="more">
      <button type="button" onClick={() => choose("transfer")}>Pass on…</button>
      <button type="button" onClick={() => choose("promise")}>Promise the next word…</button>
      <button type="button" onClick={() => choose("snooze")} disabled={view.unanswered !== null}>
        {view.unanswered ? "Set aside (answer first)" : "Set aside…"}
      </button>
      <button type="button" onClick={() => choose("to_bot")} disabled={incident}>
        {incident ? "Back to the assistant (not from security)" : "Back to the assistant…"}
      </button>
      <button type="button" onClick={() => choose("unwanted")}>Spam or abuse…</button>
    </Menu>
  );
}

interface Props {
  client: Client;
  view: DeskView;
  close: () => void;
}

export function MoveDialog({ move, ...props }: Props & { move: Move }) {
  const closed = (): void => {
    props.close();
    // The conversation may not be mine any more.
    (document.querySelector<HTMLElement>('[data-menu="more"]') ?? document.querySelector<HTMLElement>(".lists"))?.focus();
  };
  return <Dialog title={TITLE[move]} closed={closed}>{(shut) => form(move, { ...props, close: shut })}</Dialog>;
}

function form(move: Move, props: Props) {
  switch (move) {
    case "transfer":
      return <Transfer {...props} />;
    case "to_bot":
      return <ToBot {...props} />;
    case "snooze":
      return <Snooze {...props} />;
    case "promise":
      return <Promised {...props} />;
    case "unwanted":
      return <Unwanted {...props} />;
  }
}

interface DialogProps {
  title: string;
  closed: () => void;
  children: (shut: () => void) => ComponentChildren;
}

function Dialog({ title, closed, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const shut = (): void => dialog.current?.close();
  return (
    <dialog ref={dialog} aria-label={title} onClose={closed}>
      <h2>{title}</h2>
      {children(shut)}
      <button type="button" class="cancel" onClick={shut}>Cancel</button>
    </dialog>
  );
}

/** Closes when it is done; else says why not, and what was written is still there. */
function useMove(close: () => void): { busy: boolean; problem: string | null; run: (settled: Settled) => Promise<void> } {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function run(settled: Settled): Promise<void> {
    setBusy(true);
    const refusal = await settled;
    setBusy(false);
    setProblem(refusal);
    if (refusal === null) close();
  }
  return { busy, problem, run };
}

function useNote(client: Client, view: DeskView): [string, (text: string) => void] {
  return [client.draft(view.conversation, "move"), (text) => client.keepDraft(view.conversation, "move", text)];
}

function Note({ text, write, required }: { text: string; write: (text: string) => void; required?: boolean }) {
  return (
    <label>
      Note to colleagues{required ? "" : " (optional)"}
      <textarea rows={3} dir="auto" required={required} value={text} onInput={(event) => write(event.currentTarget.value)} />
    </label>
  );
}

function Problem({ text }: { text: string | null }) {
  return <div role="alert">{text && <p class="problem">{text}</p>}</div>;
}

function Transfer({ client, view, close }: Props) {
  const [text, write] = useNote(client, view);
  const [to, setTo] = useState("");
  const { busy, problem, run } = useMove(close);
  useEffect(() => void client.loadPeople(), []);
  const colleagues = client.people.filter((person) => person.id !== client.screen.me?.id && person.role !== "trainer");
  const present = colleagues.filter((person) => person.present);
  const away = colleagues.filter((person) => !person.present);
  const [kind, id] = to.split(" ");

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    await run(client.transfer(kind === "lane" ? { lane: id ?? "" } : { to: id ?? "" }, text.trim()).then((refusal) => {
      if (refusal === null) write("");
      return refusal;
    }));
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <label>
        To
        <select value={to} required onChange={(event) => setTo(event.currentTarget.value)}>
          <option value="">Choose…</option>
          {present.length > 0 && <optgroup label="Here now">{present.map((person) => <option key={person.id} value={`to ${person.id}`}>{person.name}</option>)}</optgroup>}
          {away.length > 0 && <optgroup label="Away">{away.map((person) => <option key={person.id} value={`to ${person.id}`}>{person.name}</option>)}</optgroup>}
          <optgroup label="Whoever takes it">
            {view.lane === "security" ? (
              <option value="lane general">General lane: it is no incident</option>
            ) : (
              <>
                <option value="lane general">General lane</option>
                <option value="lane security">Security lane: it is an incident</option>
              </>
            )}
          </optgroup>
        </select>
      </label>
      {kind === "to" && <p class="small">Kept for {client.nameOf(id ?? "")} for a minute, then anybody’s. The customer keeps the place.</p>}
      <Note text={text} write={write} required />
      <Problem text={problem} />
      <button class="primary" disabled={busy || !to || !sendable(text)}>{busy ? "Passing on…" : "Pass on"}</button>
    </form>
  );
}

function ToBot({ client, view, close }: Props) {
  const [text, write] = useNote(client, view);
  const { busy, problem, run } = useMove(close);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    await run(client.toBot(text.trim()).then((refusal) => {
      if (refusal === null) write("");
      return refusal;
    }));
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <p>The assistant is told what was said here, and answers what nobody has answered. The customer reads that you handed over.</p>
      <Note text={text} write={write} />
      <Problem text={problem} />
      <button class="primary" disabled={busy}>Hand to the assistant</button>
    </form>
  );
}

function Snooze({ client, close }: Props) {
  const { busy, problem, run } = useMove(close);
  return (
    <>
      <p>It comes back at that time, or as soon as the customer writes.</p>
      <Times presets={snoozePresets(Date.now())} busy={busy} verb="Set aside" choose={(at) => void run(client.snooze(at))} />
      <Problem text={problem} />
    </>
  );
}

function Promised({ client, view, close }: Props) {
  const { busy, problem, run } = useMove(close);
  const security = view.reasons.some((reason) => reason.reason === "security");
  const longest = security ? LONGEST_SECURITY_MS : LONGEST_MS;
  return (
    <>
      <p>
        The customer reads when they hear from you next{view.next_word ? `; now it says ${byWhen(view.next_word)}` : ""}.
        {security && " About security it is within 12 hours."}
      </p>
      <Times presets={promisePresets(Date.now(), longest)} busy={busy} longest={longest} verb="Promise" choose={(at) => void run(client.promise(at))} />
      <Problem text={problem} />
    </>
  );
}

interface TimesProps {
  presets: Preset[];
  busy: boolean;
  longest?: number;
  verb: string;
  choose: (at: number) => void;
}

function Times({ presets, busy, longest, verb, choose }: TimesProps) {
  const [own, setOwn] = useState("");
  return (
    <>
      <div class="presets">
        {presets.map(({ label, at }) => <button key={label} type="button" disabled={busy} onClick={() => choose(at)}>{label}</button>)}
      </div>
      <form class="own" onSubmit={(event) => { event.preventDefault(); choose(new Date(own).getTime()); }}>
        <label>
          Another time
          <input
            type="datetime-local"
            required
            min={forField(Date.now())}
            max={longest && forField(Date.now() + longest)}
            value={own}
            onInput={(event) => setOwn(event.currentTarget.value)}
          />
        </label>
        <button disabled={busy || !own}>{verb}</button>
      </form>
    </>
  );
}

function Unwanted({ client, view, close }: Props) {
  const [text, write] = useNote(client, view);
  const { busy, problem, run } = useMove(close);

  function shut(outcome: "spam" | "abuse"): void {
    void run(client.unwanted(outcome, text.trim()).then((refusal) => {
      if (refusal === null) write("");
      return refusal;
    }));
  }

  return (
    <>
      <p>It is closed and the customer is told why. They can still ask for a person; a supervisor can undo it.</p>
      <Note text={text} write={write} />
      <Problem text={problem} />
      <div class="presets">
        <Sure label="It is spam" question="Close it as spam?" yes="Yes, spam" disabled={busy} act={() => shut("spam")} />
        <Sure label="It is abuse" question="Close it as abuse?" yes="Yes, abuse" disabled={busy} act={() => shut("abuse")} />
      </div>
    </>
  );
}
