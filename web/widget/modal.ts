/** On a phone the panel covers the page, so the page behind it can neither be tabbed to nor read. */
export class Modal {
  #hidden: HTMLElement[] = [];

  constructor(private host: HTMLElement) {}

  on(): void {
    this.off();
    const rest = [...document.body.children].filter((one): one is HTMLElement => one instanceof HTMLElement);
    this.#hidden = rest.filter((one) => one !== this.host && !one.inert);
    for (const one of this.#hidden) one.inert = true;
  }

  off(): void {
    for (const one of this.#hidden) one.inert = false;
    this.#hidden = [];
  }
}
