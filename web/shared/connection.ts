import { backoff } from "./backoff";

export type Status = "off" | "connecting" | "online" | "reconnecting" | "offline";

export interface Listener {
  /** The first frame of a new connection, or null where the server speaks first. */
  hello(): object | null;
  frame(frame: { type: string }): void;
  /** The server has spoken: what waits can be sent. */
  online(): void;
  status(status: Status): void;
}

// A call without any frame after it for so long means a dead line that the browser has not noticed.
const ANSWER_MS = 10_000;

/** A WebSocket that comes back: with back-off and jitter, at once when the browser is online or in front again. */
export class Connection {
  #socket: WebSocket | null = null;
  #status: Status = "off";
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #ears = new AbortController();

  /** `quietMs`: a server that says nothing for so long is taken for gone; 0 where silence is normal. */
  constructor(private url: string, private listener: Listener, private quietMs = 0) {}

  get status(): Status {
    return this.#status;
  }

  start(): void {
    if (this.#status !== "off") return;
    this.#ears = new AbortController();
    const signal = this.#ears.signal;
    addEventListener("online", this.#hurry, { signal });
    addEventListener("pageshow", this.#hurry, { signal });
    addEventListener("offline", () => this.#lost(), { signal });
    document.addEventListener("visibilitychange", this.#hurry, { signal });
    this.#attempt = 0;
    this.#connect("connecting");
  }

  stop(): void {
    this.#ears.abort();
    this.#drop();
    this.#set("off");
  }

  /** Connects anew, for instance because a frame is missing. */
  restart(): void {
    if (this.#status !== "off") this.#connect("reconnecting");
  }

  /** False where there is no connection; a frame that wants an answer makes silence suspicious. */
  send(frame: object, wantsAnswer = true): boolean {
    if (this.#status !== "online" || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    if (wantsAnswer) this.#silence ??= setTimeout(() => this.#lost(), ANSWER_MS);
    return true;
  }

  #connect(status: Status): void {
    this.#drop();
    this.#set(status);
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    socket.onopen = () => {
      const hello = this.listener.hello();
      if (hello) socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event) => this.#heard(socket, event.data);
    socket.onclose = () => this.#lost();
    this.#silence = setTimeout(() => this.#lost(), ANSWER_MS);
  }

  #heard(socket: WebSocket, data: unknown): void {
    if (socket !== this.#socket || typeof data !== "string") return;
    clearTimeout(this.#silence);
    this.#silence = this.quietMs ? setTimeout(() => this.#lost(), this.quietMs) : undefined;
    const frame = JSON.parse(data) as { type: string };
    const first = this.#status !== "online" && frame.type !== "bye";
    if (first) {
      this.#attempt = 0;
      this.#set("online");
    }
    this.listener.frame(frame);
    if (first && this.#status === "online") this.listener.online();
  }

  #lost(): void {
    if (this.#status === "off") return;
    this.#drop();
    this.#set(navigator.onLine ? "reconnecting" : "offline");
    this.#retry = setTimeout(() => this.#connect(this.#status), backoff(this.#attempt++));
  }

  #hurry = (): void => {
    const away = this.#status === "reconnecting" || this.#status === "offline";
    if (away && !this.#socket && document.visibilityState === "visible") this.#connect("reconnecting");
  };

  #drop(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#silence = undefined;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #set(status: Status): void {
    if (status === this.#status) return;
    this.#status = status;
    this.listener.status(status);
  }
}
