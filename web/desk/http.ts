/** The desk's requests that are no frames: the session, colleagues, accounts. */

export type Answer<T> = { found: T; problem?: undefined } | { problem: string };

/** What the service answered, or one sentence why not. */
export async function request<T>(method: string, path: string, body?: object): Promise<Answer<T>> {
  const sent = body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(`/api/v1/desk/${path}`, { method, ...sent });
    const found = answer.status === 204 ? null : ((await answer.json()) as T & { detail: string });
    return answer.ok ? { found: found as T } : { problem: found?.detail ?? "That did not work." };
  } catch {
    return { problem: "The service cannot be reached." };
  }
}
