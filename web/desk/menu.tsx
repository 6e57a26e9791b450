/** A button that opens a short list of buttons; arrow keys go through it, Escape and a click elsewhere close it. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props {
  label: ComponentChildren;
  name?: string;
  kind: string;
  children: ComponentChildren;
}

export function Menu({ label, name, kind, children }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const items = (): HTMLButtonElement[] => [...(root.current?.querySelectorAll<HTMLButtonElement>(".items button:not(:disabled)") ?? [])];

  useLayoutEffect(() => {
    if (!open) return;
    items()[0]?.focus();
    const elsewhere = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", elsewhere);
    addEventListener("focusin", elsewhere);
    return () => {
      removeEventListener("pointerdown", elsewhere);
      removeEventListener("focusin", elsewhere);
    };
  }, [open]);

  function keyed(event: KeyboardEvent): void {
    if (!open) return;
    // The desk's single keys are not meant here.
    event.stopPropagation();
    const all = items();
    const here = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all.at(to % all.length)?.focus();
    }
    if (event.key === "Escape") leave();
  }

  function leave(): void {
    setOpen(false);
    root.current?.querySelector("button")?.focus();
  }

  return (
    <div class={`menu ${kind}`} ref={root} onKeyDown={keyed}>
      <button type="button" aria-label={name} aria-expanded={open} data-menu={kind} onClick={() => setOpen(!open)}>{label} <span aria-hidden="true">▾</span></button>
      {open && <div class="items" onClick={leave}>{children}</div>}
    </div>
  );
}
