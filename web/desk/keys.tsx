import type { Shortcuts } from "./shortcuts";

const KEYS: [string, string][] = [
  ["t", "take the next conversation"],
  ["a / d", "accept / decline what is offered"],
  ["j / k", "next / previous conversation"],
  ["r", "write a reply"],
  ["n", "write a note"],
  ["m", "more moves"],
  ["Ctrl Enter", "send"],
  ["Esc", "close the conversation"],
  ["?", "this list"],
];

export function Keys({ shortcuts, close }: { shortcuts: Shortcuts; close: () => void }) {
  return (
    <section class="keys" aria-label="Keyboard shortcuts">
      <dl>
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="switch">
        <input type="checkbox" checked={shortcuts.on} onChange={shortcuts.toggle} /> single keys are on
      </label>
      <button type="button" onClick={close}>Close</button>
    </section>
  );
}
