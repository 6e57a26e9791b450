/** The desk: lists, the open conversation, and what is known about it; or a page about people. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "./client";
import { Conversation } from "./conversation";
import { Keys } from "./keys";
import { Lists } from "./lists";
import { Menu } from "./menu";
import { Offered, OfferSwitch } from "./offers";
import { Packet } from "./packet";
import { Password } from "./password";
import { People } from "./people";
import { useShortcuts } from "./shortcuts";

type Page = "desk" | "people" | "password";

export function Desk({ client }: { client: Client }) {
  const { screen, status, problem, info } = client;
  const { me } = screen;
  const [help, setHelp] = useState(false);
  const [facts, setFacts] = useState(false);
  const [page, setPage] = useState<Page>("desk");
  const shortcuts = useShortcuts(client, page === "desk", () => setHelp(!help));
  useEffect(() => setFacts(false), [screen.open]);
  // A conversation that was opened, or accepted, is looked at.
  const before = useRef(screen.open);
  useEffect(() => {
    if (screen.open) setPage("desk");
    const gone = before.current && !screen.open && document.activeElement === document.body;
    if (gone) document.querySelector<HTMLElement>(".lists")?.focus({ preventScroll: true });
    before.current = screen.open;
  }, [screen.open]);

  const pane = page !== "desk" ? "page" : !screen.open ? "lists" : facts ? "facts" : "conversation";
  const lost = status === "reconnecting" || status === "offline";
  const back = (): void => setPage("desk");
  return (
    <div class="desk" data-pane={pane}>
      <header>
        <strong class="brand">Baton</strong>
        {me && me.role !== "trainer" && <OfferSwitch client={client} />}
        <Menu kind="account" label={<><span class="me">{me?.name ?? "…"}</span> <span class="role">{me?.role}</span></>} name={me ? `${me.name}, ${me.role}: menu` : "Menu"}>
          {me?.role === "admin" && <button type="button" onClick={() => setPage("people")}>People</button>}
          <button type="button" onClick={() => setPage("password")}>Change my password</button>
          <button type="button" onClick={() => setHelp(!help)}>Keyboard shortcuts (?)</button>
          <button type="button" onClick={() => void client.logOut()}>Log out</button>
        </Menu>
      </header>
      <div class="messages">
        <div role="status">
          {lost && <p class="problem">Connection lost. Reconnecting… what you write is kept.</p>}
          {problem && (
            <p class="problem">
              {problem} <button type="button" onClick={() => client.dismiss()}>Close</button>
            </p>
          )}
          {info && (
            <p class="info">
              {info} <button type="button" onClick={() => client.dismiss()}>Close</button>
            </p>
          )}
        </div>
        <Offered client={client} />
      </div>
      {help && <Keys shortcuts={shortcuts} close={() => setHelp(false)} />}
      {page === "desk" && (
        <>
          <Lists client={client} />
          <Conversation client={client} showFacts={() => setFacts(true)} />
          <Packet client={client} back={() => setFacts(false)} />
        </>
      )}
      {page === "people" && <People me={me?.id} back={back} />}
      {page === "password" && <Password client={client} back={back} />}
    </div>
  );
}
