/** Being offered the next in line: the switch, and what is offered, with the seconds that are left. */

import { useEffect, useState } from "preact/hooks";
import { span } from "../shared/clock";
import type { Client } from "./client";
import { offered } from "./screen";
import { reasonName } from "./words";

export function OfferSwitch({ client }: { client: Client }) {
  const { capacity, busy, offered: held, wants_offers } = client.screen.lists.load;
  return (
    <label class="switch offers-switch" title="While there is room, the next in line is offered to you">
      <input type="checkbox" role="switch" checked={wants_offers} onChange={(event) => client.offers(event.currentTarget.checked)} />
      <span class="wide-only">Offer me the next</span>
      <span class="narrow-only">Offers</span>
      <span class="load" title="What you have to answer, and how much that may be">{busy + held} of {capacity}<span class="wide-only"> to answer</span></span>
    </label>
  );
}

export function Offered({ client }: { client: Client }) {
  const [now, setNow] = useState(Date.now());
  const found = offered(client.screen, now);
  useEffect(() => {
    const clock = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(clock);
  }, []);
  return (
    <div class="offered" role="alert">
      {found.map(({ conversation, reasons, last, reserved }) => (
        <section key={conversation} aria-label="Offered to you" data-conversation={conversation}>
          <p>
            <strong>For you:</strong> {reasons.map(reasonName).join(", ")} <q>{last?.text ?? "nothing written yet"}</q>
          </p>
          <button type="button" class="primary" onClick={() => client.take(conversation)}>Accept</button>
          <button type="button" onClick={() => client.decline(conversation)}>Decline</button>
          <span class="left" aria-hidden="true">{span((reserved?.until ?? now) - now)}</span>
        </section>
      ))}
    </div>
  );
}
