/** One constructed style sheet: allowed by a strict `style-src`, invisible to the page around it. */

const CSS = `
:host { all: initial; --accent: #0e5a63; --on-accent: #fff; --ground: #fff; --soft: #eff4f4; --line: #d3dedf;
  --ink: #16262a; --dim: #50646a; --agent: #e3ecfb; --bad: #9c2a1c; --bad-soft: #fdeeeb;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink); }
@media (prefers-color-scheme: dark) {
  :host { --accent: #79cbd3; --on-accent: #06262b; --ground: #14201f; --soft: #1f2f30; --line: #36494b;
    --ink: #e9f1f1; --dim: #a6babc; --agent: #24344f; --bad: #ffb4a6; --bad-soft: #3c221d; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea, input { font: inherit; color: inherit; }
button { cursor: pointer; min-height: 32px; border-radius: 9px; border: 1px solid var(--line); background: var(--ground);
  padding: 5px 12px; }
button:hover { border-color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round;
  stroke-linecap: round; flex: none; }
.launcher { position: fixed; inset-block-end: max(20px, env(safe-area-inset-bottom)); inset-inline-end: 20px; z-index: 2147483000;
  display: flex; align-items: center; gap: 8px; min-height: 52px; padding: 0 20px; border: 0; border-radius: 26px;
  background: var(--accent); color: var(--on-accent); font-weight: 600; box-shadow: 0 6px 24px #0003; }
.badge { position: absolute; inset-block-start: -6px; inset-inline-end: -4px; min-width: 22px; padding: 0 6px; border-radius: 11px;
  background: #b3261e; color: #fff; font-size: 13px; line-height: 22px; text-align: center; }
.panel { position: fixed; inset-block-end: 88px; inset-inline-end: 20px; z-index: 2147483000; width: 384px;
  height: min(640px, calc(100dvh - 108px)); display: flex; flex-direction: column; overflow: hidden; border-radius: 16px;
  background: var(--ground); border: 1px solid var(--line); box-shadow: 0 12px 48px #0003; }
header { display: flex; align-items: center; gap: 8px; padding: 14px 10px 12px 18px; background: var(--accent); color: var(--on-accent); }
.names { flex: 1; min-width: 0; }
h2 { margin: 0; font-size: 16px; line-height: 1.3; }
.who-answers { margin: 0; font-size: 13px; }
.icon { display: grid; place-items: center; width: 40px; height: 40px; padding: 0; border: 0; background: none; }
.icon:focus-visible { outline-color: currentColor; outline-offset: -4px; }
.chat { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.dots svg { stroke-width: 3.5; }
.bar { display: flex; flex-wrap: wrap; gap: 6px; padding: 8px 10px; border-block-end: 1px solid var(--line); font-size: 14px; }
.word { margin: 0; padding: 6px 18px; font-size: 14px; background: var(--soft); border-block-end: 1px solid var(--line); }
.word:empty { display: none; }
.bar button { padding-inline: 9px; }
.person { font-weight: 600; color: var(--accent); border-color: var(--accent); }
.alarm { color: var(--bad); border-color: var(--bad); }
.alarm:hover { border-color: var(--ink); }
.alarm.full { background: var(--bad); color: var(--ground); font-weight: 600; }
.screen { flex: 1; min-height: 0; overflow-y: auto; padding: 16px 18px max(16px, env(safe-area-inset-bottom)); display: flex; flex-direction: column;
  align-items: flex-start; gap: 8px; }
.screen p, h3 { margin: 0; }
h3 { font-size: 16px; }
.screen p:empty { display: none; }
.screen label { font-weight: 600; margin-block-start: 6px; }
.screen textarea, input { flex: none; width: 100%; padding: 9px 12px; border-radius: 12px; border: 1px solid #7d9094; background: var(--ground); }
.screen textarea { max-height: none; resize: vertical; }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 14px 14px 6px; }
.log:focus-visible { outline-offset: -3px; }
.welcome { margin-block-end: 14px; }
.greeting { margin: 0 0 6px; color: var(--dim); }
.list { list-style: none; margin: 0; padding: 0; display: flex; flex-direction: column; gap: 8px; }
.list + .list { margin-block-start: 8px; }
.entry { display: flex; flex-direction: column; align-items: flex-start; max-width: 100%; }
.entry.customer { align-items: flex-end; }
.who { font-size: 12.5px; color: var(--dim); margin: 4px 4px 2px; }
.who.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.bubble { margin: 0; padding: 8px 12px; border-radius: 14px; max-width: 86%; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); }
.customer .bubble { background: var(--accent); color: var(--on-accent); border-end-end-radius: 4px; }
.bot .bubble, .agent .bubble { border-end-start-radius: 4px; }
.agent .bubble { background: var(--agent); }
.pending .bubble { background: none; color: var(--ink); border: 1px dashed var(--accent); }
.bubble a { color: inherit; }
.time { font-size: 11.5px; color: var(--dim); margin: 2px 4px 0; }
.line { margin: 6px auto; padding: 0 10px; font-size: 13px; color: var(--dim); text-align: center; max-width: 94%; }
.small { margin: 3px 4px 0; font-size: 13px; color: var(--dim); }
.failed { color: var(--bad); }
.choices { display: flex; flex-wrap: wrap; gap: 6px; margin-block-start: 8px; }
.choices button { border-color: var(--accent); color: var(--accent); }
.choices .primary { background: var(--accent); color: var(--on-accent); }
.typing { min-height: 20px; margin: 0; padding: 0 18px; font-size: 13px; color: var(--dim); }
.notices { display: flex; flex-direction: column; gap: 8px; padding: 0 14px; max-height: 45%; overflow-y: auto; }
.notice { margin: 0 0 8px; padding: 9px 12px; border-radius: 10px; background: var(--soft); font-size: 14px; }
.notice p { margin: 0 0 6px; }
.notice p:last-child { margin: 0; }
.notice .small { margin: 0 0 6px; }
.bad { background: var(--bad-soft); color: var(--bad); }
.ask { border: 1px solid var(--accent); }
.ask .small { margin: 8px 0 0; }
.composer { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 8px; padding: 8px 12px max(12px, env(safe-area-inset-bottom)); border-block-start: 1px solid var(--line); }
textarea { flex: 1; min-width: 0; min-height: 42px; max-height: 140px; resize: none; padding: 9px 12px; border-radius: 12px; border: 1px solid #7d9094; background: var(--ground); }
.send { display: grid; place-items: center; width: 42px; height: 42px; padding: 0; border: 0; background: var(--accent); color: var(--on-accent); }
.send:disabled { background: var(--soft); color: var(--dim); cursor: default; }
.count { flex-basis: 100%; }
.count:empty { display: none; }
@media (max-width: 480px) {
  .panel { inset: 0; width: auto; height: 100dvh; border: 0; border-radius: 0; padding-block-start: env(safe-area-inset-top); }
  .panel:not([hidden]) + .launcher { display: none; }
  textarea, input { font-size: 16px; }
}
@media (prefers-reduced-motion: no-preference) { .panel { animation: rise .16s ease-out; } @keyframes rise { from { opacity: 0; translate: 0 8px; } } }
@media (forced-colors: active) { .bubble, .launcher, .notice, .send { border: 1px solid; } }
@media print { .launcher, .composer, .bar { display: none; } }
`;

export function sheet(): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(CSS);
  return made;
}
