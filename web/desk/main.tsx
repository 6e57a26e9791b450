import { render } from "preact";
import { Client } from "./client";
import { Desk } from "./desk";
import { Login } from "./login";
import { offered } from "./screen";

const root = document.getElementById("desk") as HTMLElement;
const client = new Client(draw);

function draw(): void {
  const { session, screen } = client;
  const waiting = screen.lists.waiting.length;
  const forMe = offered(screen, Date.now()).length > 0;
  document.title = forMe ? "For you: Baton desk" : waiting ? `(${waiting}) Baton desk` : "Baton desk";
  if (session === "unknown") render(<p class="loading">Connecting…</p>, root);
  else if (session === "out") render(<Login client={client} />, root);
  else render(<Desk client={client} />, root);
}

draw();
void client.start();
// Waiting times grow on screen by themselves.
setInterval(draw, 10_000);
