import type { Entry } from "./frames";

/** Ids of the buttons that still count: those of the bot's last answer, with nothing said after it. */
export function openChoices(entries: readonly Entry[]): Set<string> {
  const open = new Set<string>();
  for (const entry of entries.toReversed()) {
    if (entry.author.kind !== "bot") break;
    for (const choice of entry.choices ?? []) open.add(choice.id);
  }
  return open;
}

const MASKED: Record<string, string> = {
  card: "a card number",
  iban: "a bank account number",
  password: "a password",
  code: "a one-time code",
  api_key: "an API key",
};

/** One sentence about what was hidden before anybody could read it, or "". */
export function maskedNote(masked: readonly string[] = []): string {
  if (!masked.length) return "";
  const things = [...new Set(masked.map((kind) => MASKED[kind] ?? "something secret"))];
  return `We hid ${things.join(" and ")} before anyone could read it.`;
}
