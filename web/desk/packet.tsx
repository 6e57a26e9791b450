/** Why a person is here, what is known, and what was already answered: so that nothing is asked twice. */

import type { Client } from "./client";
import type { DeskView, Packet as PacketOf, Reason } from "./frames";
import { knownName, percent, reasonName, ruleName, topicName } from "./words";

export function Packet({ client, back }: { client: Client; back: () => void }) {
  const { view } = client.screen;
  if (!view) return <aside class="facts" aria-label="Facts" />;
  const show = (seq: number): void => {
    back();
    requestAnimationFrame(() => {
      const entry = document.getElementById(`seq-${seq}`);
      entry?.scrollIntoView({ block: "center" });
      entry?.focus();
    });
  };
  return (
    <aside class="facts" aria-label="Facts">
      <button type="button" class="back" onClick={back}>Back to the conversation</button>
      <section>
        <h2>Why a person</h2>
        {view.reasons.length ? view.reasons.map((reason) => <Why key={reasonName(reason)} reason={reason} show={show} />) : <p class="empty">No reason: the conversation is with the assistant.</p>}
      </section>
      {view.packet && <FromPacket packet={view.packet} show={show} />}
      <About view={view} />
    </aside>
  );
}

function Why({ reason, show }: { reason: Reason; show: (seq: number) => void }) {
  return (
    <div class="why">
      <p><span class={`chip ${reason.reason}`}>{reasonName(reason)}</span> <span class="small">score {reason.score.toFixed(2)}</span></p>
      <ul>
        {reason.evidence.map((evidence, place) => (
          <li key={place}>
            {evidence.words ? <q>{evidence.words}</q> : null} <span class="small">{ruleName(evidence.rule)}</span> <Seq seq={evidence.seq} show={show} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function FromPacket({ packet, show }: { packet: PacketOf; show: (seq: number) => void }) {
  return (
    <>
      <section>
        <h2>In the customer's words</h2>
        {packet.summary.length ? packet.summary.map((line) => <blockquote key={line} dir="auto">{line}</blockquote>) : <p class="empty">Nothing written yet.</p>}
      </section>
      <section>
        <h2>Known: do not ask again</h2>
        {packet.known.length ? (
          <dl class="known">
            {packet.known.map((fact) => (
              <div key={fact.kind + fact.value}>
                <dt>{knownName(fact.kind)}</dt>
                <dd>
                  <bdi>{fact.value}</bdi> <Seq seq={fact.seq} show={show} />
                  <button type="button" class="copy" aria-label={`Copy ${fact.value}`} onClick={() => void navigator.clipboard.writeText(fact.value)}>Copy</button>
                </dd>
              </div>
            ))}
          </dl>
        ) : (
          <p class="empty">The bot found no number, address or plan.</p>
        )}
      </section>
      <section>
        <h2>Already answered by the bot</h2>
        {packet.tried.length ? (
          <ul>{packet.tried.map((tried, place) => <li key={place}>{tried.title} <Seq seq={tried.seq} show={show} /></li>)}</ul>
        ) : (
          <p class="empty">Nothing.</p>
        )}
      </section>
      {packet.intent && (
        <section>
          <h2>What the bot took it for</h2>
          <table>
            <tbody>
              {packet.intent.ranking.slice(0, 5).map((ranked) => (
                <tr key={ranked.name}><th scope="row">{topicName(ranked.name)}</th><td>{percent(ranked.confidence)}</td></tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}

function About({ view }: { view: DeskView }) {
  return (
    <section>
      <h2>About</h2>
      <dl class="known">
        <div><dt>Customer</dt><dd><span class="chip">{view.verified ? "verified" : "not verified"}</span></dd></div>
        <div><dt>Page</dt><dd>{view.page || "unknown"}</dd></div>
        <div><dt>Lane</dt><dd>{view.lane}</dd></div>
        {view.packet?.model && <div><dt>Bot model</dt><dd>{view.packet.model}</dd></div>}
        <div><dt>Conversation</dt><dd>{view.conversation}</dd></div>
      </dl>
    </section>
  );
}

function Seq({ seq, show }: { seq: number | null | undefined; show: (seq: number) => void }) {
  if (!seq) return null;
  return <button type="button" class="seq" aria-label={`Show message ${seq}`} onClick={() => show(seq)}>#{seq}</button>;
}
