/** The desk: lists, the open conversation, and what is known about it. */

import { useEffect, useState } from "preact/hooks";
import type { Client } from "./client";
import { Conversation } from "./conversation";
import { Keys } from "./keys";
import { Lists } from "./lists";
import { Packet } from "./packet";
import { useShortcuts } from "./shortcuts";

export function Desk({ client }: { client: Client }) {
  const { screen, status, problem } = client;
  const [help, setHelp] = useState(false);
  const [facts, setFacts] = useState(false);
  const shortcuts = useShortcuts(client, () => setHelp(!help));
  useEffect(() => setFacts(false), [screen.open]);

  const pane = !screen.open ? "lists" : facts ? "facts" : "conversation";
  const lost = status === "reconnecting" || status === "offline";
  return (
    <div class="desk" data-pane={pane}>
      <header>
        <strong class="brand">Baton</strong>
        <span class="me">{screen.me ? `${screen.me.name}, ${screen.me.role}` : ""}</span>
        <button type="button" onClick={() => setHelp(!help)} aria-expanded={help}>Keys (?)</button>
        <button type="button" onClick={() => void client.logOut()}>Log out</button>
      </header>
      <div class="messages" role="status">
        {lost && <p class="problem">Connection lost. Reconnecting… what you write is kept.</p>}
        {problem && (
          <p class="problem">
            {problem} <button type="button" onClick={() => client.dismiss()}>Close</button>
          </p>
        )}
      </div>
      {help && <Keys shortcuts={shortcuts} close={() => setHelp(false)} />}
      <Lists client={client} />
      <Conversation client={client} showFacts={() => setFacts(true)} />
      <Packet client={client} back={() => setFacts(false)} />
    </div>
  );
}
