/** The tag: `<script src="https://HOST/widget.js" data-key="…" async></script>`. Loading it twice is harmless. */

import { BatonChat } from "./element";

type Call = [method: string, ...rest: unknown[]];

interface Api {
  open(): void;
  close(): void;
  toggle(): void;
  on(event: string, heard: (detail: unknown) => void): void;
  destroy(): void;
}

declare global {
  interface Window {
    batonChat?: Partial<Api> & { q?: Call[] };
  }
}

function start(script: HTMLScriptElement): void {
  if (document.querySelector("baton-chat")) return;
  if (!customElements.get("baton-chat")) customElements.define("baton-chat", BatonChat);
  const chat = document.createElement("baton-chat") as BatonChat;
  chat.service = new URL(script.src).origin;
  chat.key = script.dataset.key ?? "demo";
  document.body.append(chat);

  const api: Api = {
    open: () => chat.open(),
    close: () => chat.close(),
    toggle: () => chat.toggle(),
    on: (event, heard) => chat.addEventListener(`baton:${event}`, (fired) => heard((fired as CustomEvent).detail)),
    destroy: () => {
      chat.remove();
      delete window.batonChat;
    },
  };
  const queued = window.batonChat?.q ?? [];
  window.batonChat = api;
  for (const [method, ...rest] of queued) {
    const called = api[method as keyof Api] as ((...args: unknown[]) => void) | undefined;
    called?.(...rest);
  }
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.body) start(script);
  else addEventListener("DOMContentLoaded", () => start(script));
}
