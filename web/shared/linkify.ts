/** A piece of text: plain, or a link that is safe to follow. */
export type Piece = string | { href: string; text: string };

const CANDIDATE = /\b(?:https?:\/\/|mailto:)[^\s<>"'`]+/gi;
const SAFE = new Set(["http:", "https:", "mailto:"]);
const CLOSING: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/** Splits text at its http, https and mailto links. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const shown = withoutTail(match[0]);
    const href = safeHref(shown);
    if (!href) continue;
    if (match.index > end) pieces.push(text.slice(end, match.index));
    pieces.push({ href, text: shown });
    end = match.index + shown.length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}

function safeHref(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url && SAFE.has(url.protocol) ? url.href : null;
}

/** A sentence's own full stop or bracket is not part of the link it ends with. */
function withoutTail(link: string): string {
  let shown = link;
  while (shown) {
    const last = shown.at(-1) ?? "";
    const opening = CLOSING[last];
    const unbalanced = opening !== undefined && count(shown, last) > count(shown, opening);
    if (!unbalanced && !/[.,;:!?…]/.test(last)) break;
    shown = shown.slice(0, -1);
  }
  return shown;
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}
