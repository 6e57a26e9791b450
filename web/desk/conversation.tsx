/** The whole conversation in one scroll: bot, people and notes; and the composer. */

import { useEffect, useRef } from "preact/hooks";
import { clock } from "../shared/clock";
import type { Entry } from "../shared/frames";
import { linkify } from "../shared/linkify";
import type { Client } from "./client";
import { Composer } from "./composer";
import type { DeskView, Note } from "./frames";
import { lines } from "./screen";
import { noteTitle, outcomeName, percent, reasonName, times, topicName } from "./words";

const TYPING_SHOWN_MS = 5_000;

export function Conversation({ client, showFacts }: { client: Client; showFacts: () => void }) {
  const { screen } = client;
  const log = useRef<HTMLDivElement>(null);
  const shown = lines(screen);
  useEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [screen.open, shown.length]);

  if (!screen.open) return <section class="conversation none"><p>Open a conversation, or take the next one.</p></section>;
  const { view } = screen;
  const typing = Date.now() - screen.typingAt < TYPING_SHOWN_MS;
  return (
    <section class="conversation" aria-label="Conversation" data-state={view?.state}>
      <div class="head">
        <button type="button" class="back" onClick={() => client.open(null)}>Back</button>
        <p>{view ? headline(view, client.screen.me?.id) : "Loading…"}</p>
        {view && <Times view={view} />}
        <button type="button" class="facts-button" onClick={showFacts}>Facts</button>
      </div>
      <div class="log" role="log" aria-label="Transcript" tabIndex={0} ref={log}>
        <ol>
          {shown.map((line) =>
            line.kind === "note" ? <NoteLine key={line.note.id} note={line.note} /> : <EntryLine key={line.entry.seq} entry={line.entry} view={view} />,
          )}
        </ol>
      </div>
      <p class="typing" role="status">{typing ? "The customer is writing…" : ""}</p>
      {view && <Composer key={view.conversation} client={client} view={view} />}
    </section>
  );
}

function headline(view: DeskView, me: string | undefined): string {
  switch (view.state) {
    case "waiting":
      return "Waiting for a person";
    case "agent":
      return view.owner?.id === me ? "Yours" : `With ${view.owner?.name ?? "a colleague"}`;
    case "confirming":
      return "Asked the customer whether it is solved";
    case "closed":
      return `Closed: ${outcomeName(view.outcome)}`;
    default:
      return "With the assistant";
  }
}

function Times({ view }: { view: DeskView }) {
  return (
    <ul class="times" aria-label="Times">
      {times(view, Date.now()).map(({ text, late }) => <li key={text} class={late ? "late" : ""}>{text}</li>)}
    </ul>
  );
}

function EntryLine({ entry, view }: { entry: Entry; view: DeskView | null }) {
  const { kind, name } = entry.author;
  if (kind === "system") {
    const why = entry.event === "waiting" ? view?.reasons.map(reasonName).join(", ") : "";
    return (
      <li class="system" data-seq={entry.seq} data-event={entry.event}>
        <p>{entry.event === "waiting" ? `Handed over${why ? `: ${why}` : ""}` : entry.text} – {clock(entry.time)}</p>
        {entry.event === "waiting" && <p class="small">The customer read: {entry.text}</p>}
      </li>
    );
  }
  const nlu = view?.nlu[String(entry.seq)];
  const open = view?.unanswered && kind === "customer" && entry.seq >= view.unanswered.seq;
  return (
    <li class={`entry ${kind} ${open ? "open" : ""}`} data-seq={entry.seq} id={`seq-${entry.seq}`} tabIndex={-1}>
      <p class="who">{kind === "customer" ? "Customer" : kind === "bot" ? "Assistant (bot)" : name} · {clock(entry.time)} · {entry.seq}</p>
      <p class="bubble" dir="auto"><Prose text={entry.text} /></p>
      {entry.choices && <p class="small">Offered: {entry.choices.map((choice) => choice.title).join(", ")}</p>}
      {entry.masked && <p class="small">Masked: {entry.masked.join(", ")}</p>}
      {nlu && <p class="small">The bot saw: {topicName(nlu.intent)}, {percent(nlu.confidence)}</p>}
    </li>
  );
}

function NoteLine({ note }: { note: Note }) {
  return (
    <li class="note" data-note={note.id} data-event={note.event}>
      <p class="who">{noteTitle(note)} · {clock(note.time)}</p>
      {note.text && <p class="bubble" dir="auto"><Prose text={note.text} /></p>}
    </li>
  );
}

function Prose({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map((piece, place) =>
        typeof piece === "string" ? piece : (
          <a key={place} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">{piece.text}</a>
        ),
      )}
    </>
  );
}
