/** What cannot simply be taken back is asked once, in place. */

import { useEffect, useRef, useState } from "preact/hooks";

interface Props {
  label: string;
  question: string;
  yes: string;
  act: () => void;
  disabled?: boolean;
}

export function Sure({ label, question, yes, act, disabled }: Props) {
  const [asking, setAsking] = useState<boolean | null>(null);
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (asking !== null) first.current?.focus();
  }, [asking]);

  if (!asking) return <button type="button" ref={first} disabled={disabled} onClick={() => setAsking(true)}>{label}</button>;
  return (
    <div class="sure" role="group" aria-label={question}>
      <p>{question}</p>
      <button type="button" class="danger" ref={first} onClick={() => { setAsking(false); act(); }}>{yes}</button>{" "}
      <button type="button" onClick={() => setAsking(false)}>No</button>
    </div>
  );
}
