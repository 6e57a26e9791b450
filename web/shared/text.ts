export const MAX_CHARACTERS = 4000;

/** Characters as the service counts them: code points of the normalised, trimmed text. */
export function length(text: string): number {
  return [...text.normalize("NFC").trim()].length;
}

export function sendable(text: string): boolean {
  const count = length(text);
  return count > 0 && count <= MAX_CHARACTERS;
}

/** A security report as the message that the service makes of it. */
export function securityReport(what: string, since: string): string {
  return `Security report: ${what}${since ? `\nSince: ${since}` : ""}`;
}

export function newOp(): string {
  // randomUUID is missing on plain-http pages other than localhost.
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
