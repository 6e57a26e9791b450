import { useState } from "preact/hooks";
import type { Client } from "./client";

export function Login({ client }: { client: Client }) {
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const problem = refused ?? client.problem;

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    setBusy(true);
    setRefused(await client.logIn(String(form.get("name")), String(form.get("password"))));
    setBusy(false);
  }

  return (
    <main class="page login">
      <form class="sheet narrow" onSubmit={(event) => void submit(event)}>
        <h1>Baton desk</h1>
        {client.info && <p class="info" role="status">{client.info}</p>}
        <label>
          Name
          <input name="name" autocomplete="username" required autofocus />
        </label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        {problem && <p class="problem" role="alert">{problem}</p>}
        <button class="primary" disabled={busy}>{busy ? "Logging in…" : "Log in"}</button>
      </form>
    </main>
  );
}
