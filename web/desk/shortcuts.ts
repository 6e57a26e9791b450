/** Single keys, only where no field has the focus, and with a switch that turns them off (WCAG 2.1.4). */

import { useEffect, useState } from "preact/hooks";
import type { Client } from "./client";
import { offered } from "./screen";

const KEPT = "baton-desk:keys";

export interface Shortcuts {
  on: boolean;
  toggle(): void;
}

/** `atDesk`: conversations are on screen. */
export function useShortcuts(client: Client, atDesk: boolean, help: () => void): Shortcuts {
  const [on, setOn] = useState(localStorage.getItem(KEPT) !== "off");

  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const field = (event.target as HTMLElement).closest("input, textarea, select, dialog");
      if (field || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "?") help();
      else if (on && atDesk) act(client, event);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });

  return {
    on,
    toggle: () => {
      localStorage.setItem(KEPT, on ? "off" : "on");
      setOn(!on);
    },
  };
}

function act(client: Client, event: KeyboardEvent): void {
  const { lists, open } = client.screen;
  const all = [...lists.mine, ...lists.waiting, ...lists.parked].map((card) => card.conversation);
  const here = all.indexOf(open ?? "");
  const forMe = offered(client.screen, Date.now())[0]?.conversation;
  switch (event.key) {
    case "t":
      client.take(null);
      break;
    case "a":
      if (forMe) client.take(forMe);
      break;
    case "d":
      if (forMe) client.decline(forMe);
      break;
    case "m":
      document.querySelector<HTMLElement>('[data-menu="more"]')?.click();
      break;
    case "j":
      if (all[here + 1]) client.open(all[here + 1] ?? null);
      break;
    case "k":
      if (all[here - 1]) client.open(all[here - 1] ?? null);
      break;
    case "r":
    case "n":
      event.preventDefault();
      document.querySelector<HTMLElement>(`[data-mode="${event.key === "r" ? "reply" : "note"}"]`)?.click();
      document.querySelector<HTMLElement>(".composer textarea")?.focus();
      break;
    case "Escape":
      client.open(null);
      break;
  }
}
