const FIRST_MS = 500;
const MOST_MS = 20_000;

/** Milliseconds before the next attempt: doubling, with jitter so that not everybody comes back at once. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** attempt);
  return Math.round(ceiling * (0.5 + random() / 2));
}
