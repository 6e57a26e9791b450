/** Where an agent writes: to the customer or, plainly different, to colleagues. */

import { useEffect, useState } from "preact/hooks";
import { length, MAX_CHARACTERS, sendable } from "../shared/text";
import type { Client, Mode } from "./client";
import type { DeskView } from "./frames";
import { keptFor } from "./lists";
import { type Move, MoveDialog, MovesMenu } from "./moves";
import { Sure } from "./sure";
import { outcomeName } from "./words";

export function Composer({ client, view }: { client: Client; view: DeskView }) {
  const mine = view.fence !== undefined;
  const [mode, setMode] = useState<Mode>(() => startsAs(client, view, mine));
  const [move, setMove] = useState<Move | null>(null);
  const text = client.draft(view.conversation, mode);
  useEffect(() => setMode(startsAs(client, view, mine)), [mine]);

  function write(now: string): void {
    client.keepDraft(view.conversation, mode, now);
    if (mode === "reply" && now) client.typing();
  }

  function send(how: (text: string) => void): void {
    const said = text.trim();
    write("");
    how(said);
  }

  const submit = (): void => {
    if (sendable(text)) send((said) => (mode === "reply" ? client.reply(said) : client.note(said)));
  };
  const left = MAX_CHARACTERS - length(text);
  const working = mine && view.state === "agent";
  const kept = keptFor(view, client);
  const { role } = client.screen.me ?? {};
  const undoable = (view.outcome === "spam" || view.outcome === "abuse") && (role === "supervisor" || role === "admin");
  return (
    <>
      <form class={`composer ${mode}`} onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <div class="modes" role="group" aria-label="Who reads this">
          <button type="button" data-mode="reply" aria-pressed={mode === "reply"} disabled={!mine} onClick={() => setMode("reply")}>
            Reply to the customer
          </button>
          <button type="button" data-mode="note" aria-pressed={mode === "note"} onClick={() => setMode("note")}>
            Note to colleagues
          </button>
        </div>
        {view.state === "waiting" && (
          <p class="hint">
            Nobody has this conversation{kept && `; ${kept}`}.{" "}
            {(!kept || view.reserved?.for === client.screen.me?.id) && (
              <button type="button" onClick={() => client.take(view.conversation)}>Take it</button>
            )}
          </p>
        )}
        {undoable && (
          <Sure
            label={`Undo: it was no ${outcomeName(view.outcome)}`}
            question="Open it again, at its place in the line? The customer reads that it was a mistake."
            yes="Yes, undo"
            act={() => client.undoUnwanted(view.conversation)}
          />
        )}
        <textarea
          aria-label={mode === "reply" ? "Reply to the customer" : "Note to colleagues"}
          placeholder={mode === "reply" ? "Write to the customer" : "Only colleagues read this"}
          rows={3}
          dir="auto"
          value={text}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
              event.preventDefault();
              submit();
            }
          }}
        />
        {left < 300 && <p class="small" role="status">{left < 0 ? `${-left} characters too many` : `${left} characters left`}</p>}
        <div class="actions">
          <button class="primary" disabled={!sendable(text) || (mode === "reply" && !mine)}>
            {mode === "reply" ? "Send reply" : "Save note"}
          </button>
          {working && (
            <>
              <button type="button" disabled={left < 0 || mode === "note"} onClick={() => send((said) => client.propose(said))}>
                {text.trim() && mode === "reply" ? "Send and ask if solved" : "Ask if solved"}
              </button>
              <button type="button" disabled={left < 0} onClick={() => send((said) => client.giveBack(said))}>
                {text.trim() ? "Give back with this note" : "Give back"}
              </button>
              <MovesMenu view={view} choose={setMove} />
            </>
          )}
        </div>
      </form>
      {move && working && <MoveDialog client={client} view={view} move={move} close={() => setMove(null)} />}
    </>
  );
}

/** A note that was begun is found as a note again. */
function startsAs(client: Client, view: DeskView, mine: boolean): Mode {
  const noteOnly = client.draft(view.conversation, "note") && !client.draft(view.conversation, "reply");
  return mine && !noteOnly ? "reply" : "note";
}
