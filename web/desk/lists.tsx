/** The line, what is mine, what was closed lately. */

import { clock, span } from "../shared/clock";
import type { Client } from "./client";
import type { Card } from "./frames";
import { reasonName } from "./words";

export function Lists({ client }: { client: Client }) {
  const { lists, me } = client.screen;
  return (
    <nav class="lists" aria-label="Conversations">
      <button type="button" class="primary take" disabled={!lists.waiting.length} onClick={() => client.take(null)}>
        Take next
      </button>
      <List title="Mine" cards={lists.mine} client={client} empty="You have no conversation. Take one from the line." />
      <List
        title="Waiting"
        cards={lists.waiting}
        client={client}
        empty={me ? "Nobody is waiting." : "Loading…"}
      />
      <details open={!lists.mine.length && !lists.waiting.length}>
        <summary>Closed lately ({lists.closed.length})</summary>
        <List title="" cards={lists.closed} client={client} empty="Nothing yet." />
      </details>
    </nav>
  );
}

function List({ title, cards, client, empty }: { title: string; cards: readonly Card[]; client: Client; empty: string }) {
  return (
    <section aria-label={title || "Closed"}>
      {title && <h2>{title} <span class="count">{cards.length}</span></h2>}
      {cards.length ? (
        <ul>{cards.map((card) => <Item key={card.conversation} card={card} client={client} />)}</ul>
      ) : (
        <p class="empty">{empty}</p>
      )}
    </section>
  );
}

function Item({ card, client }: { card: Card; client: Client }) {
  const open = client.screen.open === card.conversation;
  return (
    <li class="card" data-conversation={card.conversation} data-state={card.state}>
      <button type="button" class="opener" aria-current={open ? "true" : undefined} onClick={() => client.open(card.conversation)}>
        <span class="chips">
          {card.reasons.map((reason) => (
            <span key={reasonName(reason)} class={`chip ${reason.reason}`}>{reasonName(reason)}</span>
          ))}
          {card.state === "confirming" && <span class="chip">asked if solved</span>}
          {card.outcome && <span class="chip">{card.outcome}</span>}
        </span>
        <span class="last">{card.last?.text || "Nothing written yet"}</span>
        <Due card={card} />
      </button>
      {card.state === "waiting" && (
        <button type="button" class="take-this" onClick={() => client.take(card.conversation)}>Take</button>
      )}
    </li>
  );
}

function Due({ card }: { card: Card }) {
  const now = Date.now();
  if (card.unanswered === null || card.due === null) {
    return <span class="due">{card.state === "closed" ? `closed, begun ${clock(card.created)}` : "waits for the customer"}</span>;
  }
  const late = now - card.due;
  return (
    <span class={`due ${late > 0 ? "late" : ""}`}>
      waits {span(now - card.unanswered.since)}, {late > 0 ? `late by ${span(late)}` : `due ${clock(card.due)}`}
    </span>
  );
}
