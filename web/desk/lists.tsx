/** What rings, what is mine, the line, what waits for nobody, what colleagues have, what was closed lately. */

import { byWhen, clock, span } from "../shared/clock";
import type { Client } from "./client";
import type { Alarm, Card } from "./frames";
import { cards, unread } from "./screen";
import { alarmName, outcomeName, reasonName } from "./words";

export function Lists({ client }: { client: Client }) {
  const { lists, me } = client.screen;
  const active = lists.mine.filter((card) => !card.snoozed_until);
  const aside = lists.mine.filter((card) => card.snoozed_until);
  const barred = me?.role === "trainer";
  const idle = !lists.mine.length && !lists.waiting.length;
  return (
    <nav class="lists" aria-label="Conversations" tabIndex={-1}>
      <button type="button" class="primary take" disabled={!lists.waiting.length} onClick={() => client.take(null)}>
        Take next
      </button>
      {lists.alarms && lists.alarms.length > 0 && <Alarms alarms={lists.alarms} client={client} />}
      <section aria-label="Mine">
        <h2>Mine <span class="count">{lists.mine.length}</span></h2>
        <Cards of={active} client={client} empty={barred ? "A trainer sees no conversation." : aside.length ? "Nothing to do now." : "You have no conversation. Take one from the line."} />
        {aside.length > 0 && (
          <>
            <h3>Set aside</h3>
            <Cards of={aside} client={client} empty="" />
          </>
        )}
      </section>
      <section aria-label="Waiting">
        <h2>Waiting <span class="count">{lists.waiting.length}</span></h2>
        <Cards of={lists.waiting} client={client} empty={me ? "Nobody is waiting." : "Loading…"} />
      </section>
      {lists.parked.length > 0 && <Folded title="Parked: nothing to answer" of={lists.parked} client={client} />}
      {lists.others && lists.others.length > 0 && <Folded title="With colleagues" of={lists.others} client={client} />}
      <Folded title="Closed lately" of={lists.closed} client={client} open={idle} />
    </nav>
  );
}

interface CardsProps {
  of: readonly Card[];
  client: Client;
  empty: string;
}

function Cards({ of, client, empty }: CardsProps) {
  if (!of.length) return empty ? <p class="empty">{empty}</p> : null;
  return <ul>{of.map((card) => <Item key={card.conversation} card={card} client={client} />)}</ul>;
}

function Folded({ title, of, client, open = false }: { title: string; of: readonly Card[]; client: Client; open?: boolean }) {
  return (
    <details open={open}>
      <summary>{title} ({of.length})</summary>
      <section aria-label={title}><Cards of={of} client={client} empty="Nothing yet." /></section>
    </details>
  );
}

function Alarms({ alarms, client }: { alarms: readonly Alarm[]; client: Client }) {
  const known = new Map(cards(client.screen).map((card) => [card.conversation, card]));
  return (
    <section class="alarms" aria-label="Alarms">
      <h2>Alarms <span class="count">{alarms.length}</span></h2>
      <ul>
        {alarms.map((alarm) => {
          const card = known.get(alarm.conversation);
          return (
            <li key={alarm.what + alarm.conversation}>
              <button type="button" onClick={() => client.open(alarm.conversation)}>
                <strong>{alarmName(alarm)}</strong>
                <span class="small">for {span(Date.now() - alarm.since)}{card?.owner ? `, with ${card.owner.name}` : ""}</span>
                {card?.last && <span class="last">{card.last.text}</span>}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Item({ card, client }: { card: Card; client: Client }) {
  const { screen } = client;
  const fresh = unread(screen, card);
  const kept = keptFor(card, client);
  return (
    <li class={`card ${fresh ? "unread" : ""}`} data-conversation={card.conversation} data-state={card.state}>
      <button type="button" class="opener" aria-current={screen.open === card.conversation ? "true" : undefined} onClick={() => client.open(card.conversation)}>
        <span class="chips">
          {fresh && <span class="chip new">New</span>}
          {card.woken !== null && <span class="chip new">Back</span>}
          {card.reasons.map((reason) => (
            <span key={reasonName(reason)} class={`chip ${reason.reason}`}>{reasonName(reason)}</span>
          ))}
          {card.state === "confirming" && <span class="chip">asked if solved</span>}
          {card.owner && card.owner.id !== screen.me?.id && <span class="chip">{card.owner.name}</span>}
          {card.outcome && <span class="chip">{outcomeName(card.outcome)}</span>}
        </span>
        <span class="last">{card.last?.text || "Nothing written yet"}</span>
        <Due card={card} />
        {kept && <span class="due">{kept}</span>}
        <Word card={card} />
      </button>
      {card.state === "waiting" && (!kept || card.reserved?.for === screen.me?.id) && (
        <button type="button" class="take-this" onClick={() => client.take(card.conversation)}>Take</button>
      )}
    </li>
  );
}

/** For whom it is kept at the moment, or "". */
export function keptFor({ reserved }: Card, client: Client): string {
  if (!reserved || reserved.until <= Date.now()) return "";
  const whom = reserved.for === client.screen.me?.id ? "you" : client.nameOf(reserved.for);
  return `${reserved.offered ? "offered to" : "kept for"} ${whom} until ${clock(reserved.until)}`;
}

function Due({ card }: { card: Card }) {
  const now = Date.now();
  if (card.snoozed_until) return <span class="due">until {byWhen(card.snoozed_until, now)}</span>;
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

function Word({ card }: { card: Card }) {
  const now = Date.now();
  if (!card.next_word) return null;
  if (card.next_word <= now) return <span class="due late">promised word late by {span(now - card.next_word)}</span>;
  return <span class="due">next word by {byWhen(card.next_word, now)}</span>;
}
