/** The tag: `<script src="https://HOST/widget.js" data-key="…" async></script>`. Loading it twice is harmless. */

import { BatonChat } from "./element";

type Call = [method: string, ...rest: unknown[]];

interface Api {
  open(): void;
  close(): void;
  toggle(): void;
  on(event: string, heard: (detail: unknown) => void): void;
  destroy(): void;
  /** The stub's queue goes on working once the script has loaded. */
  q: { push(...calls: Call[]): void };
}

declare global {
  interface Window {
    batonChat?: Api | { q?: Call[] };
  }
}

function start(script: HTMLScriptElement): void {
  if (document.querySelector("baton-chat")) return;
  if (!customElements.get("baton-chat")) customElements.define("baton-chat", BatonChat);
  const chat = document.createElement("baton-chat") as BatonChat;
  chat.service = new URL(script.src).origin;
  chat.key = script.dataset.key ?? "demo";
  document.body.append(chat);

  const run = ([method, ...rest]: Call): void => {
    const called = api[method as keyof Api];
    if (typeof called === "function") (called as (...args: unknown[]) => void)(...rest);
  };
  const api: Api = {
    open: () => chat.open(),
    close: () => chat.close(),
    toggle: () => chat.toggle(),
    on: (event, heard) => chat.addEventListener(`baton:${event}`, (fired) => heard((fired as CustomEvent).detail)),
    destroy: () => {
      chat.remove();
      delete window.batonChat;
    },
    q: { push: (...calls) => calls.forEach(run) },
  };
  const queued = window.batonChat?.q;
  window.batonChat = api;
  if (Array.isArray(queued)) queued.forEach(run);
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.body) start(script);
  else addEventListener("DOMContentLoaded", () => start(script));
}
