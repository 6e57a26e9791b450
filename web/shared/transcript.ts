import type { Entry } from "./frames";

/** The entry whose buttons still count: the last with any in the bot's last answer, with nothing said after it. */
export function offering(entries: readonly Entry[]): Entry | undefined {
  const last = entries.findLast((entry) => entry.author.kind !== "bot" || entry.choices?.length);
  return last?.author.kind === "bot" ? last : undefined;
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
