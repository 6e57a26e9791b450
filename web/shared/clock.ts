const TIME: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };

/** The time of day, with the day where it is not today's. */
export function clock(time: number, now = Date.now()): string {
  const date = new Date(time);
  const today = date.toDateString() === new Date(now).toDateString();
  return date.toLocaleString([], today ? TIME : { ...TIME, weekday: "short", day: "numeric", month: "short" });
}

/** A time to come, to stand in a sentence: "14:30", "Tuesday 14:30", or with its date. */
export function byWhen(time: number, now = Date.now()): string {
  const days = Math.round((midnight(time) - midnight(now)) / 86_400_000);
  if (days === 0 || Math.abs(days) > 6) return clock(time, now);
  return new Date(time).toLocaleString([], { ...TIME, weekday: "long" });
}

function midnight(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** A length of time in its largest fitting unit: "40 s", "12 min", "3 h", "2 d". */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
