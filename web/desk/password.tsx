/** One's own password. Changing it ends every session of this person. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "./client";

const SHORTEST = 10;

export function Password({ client, back }: { client: Client; back: () => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const [current, wanted, again] = ["current", "new", "again"].map((name) => String(form.get(name)));
    if (wanted !== again) return setProblem("The two new passwords differ.");
    setBusy(true);
    setProblem(await client.changePassword(current ?? "", wanted ?? ""));
    setBusy(false);
  }

  return (
    <main class="page">
      <form class="sheet narrow" onSubmit={(event) => void submit(event)}>
        <h1>Change my password</h1>
        <p class="small">{SHORTEST} characters or more. You are logged out everywhere and log in again with the new one.</p>
        <label>
          Present password
          <input name="current" type="password" autocomplete="current-password" required ref={first} />
        </label>
        <label>
          New password
          <input name="new" type="password" autocomplete="new-password" minLength={SHORTEST} required />
        </label>
        <label>
          New password, again
          <input name="again" type="password" autocomplete="new-password" minLength={SHORTEST} required />
        </label>
        <div role="alert">{problem && <p class="problem">{problem}</p>}</div>
        <div class="actions">
          <button class="primary" disabled={busy}>Change it</button>
          <button type="button" onClick={back}>Back to the desk</button>
        </div>
      </form>
    </main>
  );
}
