/** Times to choose from, in the agent's own time zone; milliseconds since 1970. Pure. */

export interface Preset {
  label: string;
  at: number;
}

const HOUR_MS = 3_600_000;

export function snoozePresets(now: number): Preset[] {
  const tomorrow = { label: "Tomorrow 9:00", at: atHour(now, 1, 9) };
  const monday = { label: "Monday 9:00", at: atHour(now, untilMonday(now), 9) };
  return [{ label: "1 hour", at: now + HOUR_MS }, tomorrow, ...(monday.at === tomorrow.at ? [] : [monday])];
}

/** `longest`: how far away the next word may be, where that is bounded. */
export function promisePresets(now: number, longest = Infinity): Preset[] {
  const today = { label: "Today 17:00", at: atHour(now, 0, 17) };
  const tomorrow = { label: "Tomorrow 9:00", at: atHour(now, 1, 9) };
  const hours = [1, 4].map((count) => ({ label: count === 1 ? "1 hour" : `${count} hours`, at: now + count * HOUR_MS }));
  return [...hours, today.at > now ? today : tomorrow].filter((preset) => preset.at <= now + longest);
}

/** A time as a `datetime-local` field wants it. */
export function forField(time: number): string {
  const date = new Date(time);
  return new Date(time - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function atHour(now: number, days: number, hour: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, hour).getTime();
}

/** Days until the next Monday; from a Monday, seven. */
function untilMonday(now: number): number {
  return (8 - new Date(now).getDay()) % 7 || 7;
}
