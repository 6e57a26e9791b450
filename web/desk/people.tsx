/** The people of the desk, for admins: who there is, what each may do, and new passwords, each shown once. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Account, Role } from "./frames";
import { type Answer, request } from "./http";
import { Sure } from "./sure";
import { roleDoes } from "./words";

const ROLES: Role[] = ["agent", "supervisor", "trainer", "admin"];

interface Changed {
  account: Account;
  password: string | null;
}

export function People({ me, back }: { me: string | undefined; back: () => void }) {
  const [accounts, setAccounts] = useState<Account[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [shown, setShown] = useState<{ login: string; password: string } | null>(null);

  useEffect(() => {
    void request<{ accounts: Account[] }>("GET", "accounts").then((answer) => {
      if (answer.problem === undefined) setAccounts(answer.found.accounts);
      else setProblem(answer.problem);
    });
  }, []);

  /** Why not, or null. */
  function took(answer: Answer<Changed>): string | null {
    if (answer.problem !== undefined) return answer.problem;
    const { account, password } = answer.found;
    const others = (accounts ?? []).filter((one) => one.login !== account.login);
    setAccounts([...others, account].sort((one, other) => one.login.localeCompare(other.login)));
    if (password) setShown({ login: account.login, password });
    return null;
  }

  return (
    <main class="page">
      <div class="sheet">
        <div class="title">
          <h1>People</h1>
          <button type="button" onClick={back}>Back to the desk</button>
        </div>
        {problem && <p class="problem" role="alert">{problem}</p>}
        {shown && <Once {...shown} close={() => setShown(null)} />}
        <Add took={took} />
        <ul class="people">
          {accounts?.map((account) => <One key={account.login} account={account} mine={account.id === me} took={took} />)}
        </ul>
        <dl class="roles">
          {ROLES.map((role) => <div key={role}><dt>{role}</dt><dd>{roleDoes(role)}</dd></div>)}
          <div><dt>security</dt><dd>the skill that lets an agent see and take incidents</dd></div>
        </dl>
      </div>
    </main>
  );
}

function Once({ login, password, close }: { login: string; password: string; close: () => void }) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus(), [password]);
  return (
    <section class="once" aria-label={`Password of ${login}`} tabIndex={-1} ref={panel}>
      <p>The password of <strong>{login}</strong>, shown only now: <code>{password}</code></p>
      <button type="button" onClick={() => void navigator.clipboard.writeText(password)}>Copy</button>{" "}
      <button type="button" onClick={close}>I have passed it on</button>
    </section>
  );
}

type Took = (answer: Answer<Changed>) => string | null;

function Add({ took }: { took: Took }) {
  const [problem, setProblem] = useState<string | null>(null);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const wrong = took(await request<Changed>("POST", "accounts", { login: new FormData(form).get("login"), ...fields(form) }));
    setProblem(wrong);
    if (wrong === null) form.reset();
  }

  return (
    <form class="person" aria-label="Add somebody" onSubmit={(event) => void submit(event)}>
      <label>
        Log-in name
        <input name="login" required pattern="[A-Za-z0-9_.@\-]{1,64}" title="Letters, digits and _ . @ -" autocomplete="off" />
      </label>
      <Fields name="" role="agent" skills={[]} />
      <button class="primary">Add</button>
      <div class="wide" role="alert">{problem && <p class="problem">{problem}</p>}</div>
    </form>
  );
}

function One({ account, mine, took }: { account: Account; mine: boolean; took: Took }) {
  const { login, name, role, skills, disabled } = account;
  const [problem, setProblem] = useState<string | null>(null);
  const [saved, setSaved] = useState(false);

  async function change(changes: object): Promise<void> {
    setSaved(false);
    const wrong = took(await request<Changed>("PATCH", `accounts/${encodeURIComponent(login)}`, changes));
    setProblem(wrong);
    setSaved(wrong === null);
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void change(fields(event.target as HTMLFormElement));
  }

  return (
    <li data-login={login}>
      <form class={`person ${disabled ? "off" : ""}`} aria-label={login} onSubmit={submit} onInput={() => setSaved(false)}>
        <p class="login-name">
          <strong>{login}</strong>
          {disabled && <span class="chip">disabled</span>}
          {mine && <span class="chip">you</span>}
        </p>
        <Fields name={name} role={role} skills={skills} />
        <button>Save</button>
        <div class="wide actions">
          <Sure label="New password" question={`Give ${login} a new password? It ends their sessions.`} yes="Yes, a new one" act={() => void change({ new_password: true })} />
          {disabled ? (
            <button type="button" onClick={() => void change({ disabled: false })}>Enable</button>
          ) : (
            <Sure label="Disable" question={`Disable ${login}? What they have goes back to the line.`} yes="Yes, disable" act={() => void change({ disabled: true })} />
          )}
          <span class="small" role="status">{saved ? "Saved." : ""}</span>
        </div>
        <div class="wide" role="alert">{problem && <p class="problem">{problem}</p>}</div>
      </form>
    </li>
  );
}

function Fields({ name, role, skills }: { name: string; role: Role; skills: string[] }) {
  return (
    <>
      <label>
        Name that customers read
        <input name="name" defaultValue={name} maxLength={60} autocomplete="off" />
      </label>
      <label>
        Role
        <select name="role">{ROLES.map((one) => <option key={one} selected={one === role}>{one}</option>)}</select>
      </label>
      <label>
        Skills
        <input name="skills" defaultValue={skills.join(", ")} autocomplete="off" />
      </label>
    </>
  );
}

function fields(form: HTMLFormElement): { name: string; role: string; skills: string[] } {
  const written = new FormData(form);
  const skills = String(written.get("skills")).split(",").map((skill) => skill.trim().toLowerCase()).filter(Boolean);
  return { name: String(written.get("name")), role: String(written.get("role")), skills };
}
