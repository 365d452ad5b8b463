import { type Answer, sell } from "./answer.js";

/** Lines the journal keeps; the shop's log has them all. */
const JOURNAL_LENGTH = 30;

interface Parts {
  readonly display: HTMLElement;
  readonly title: HTMLElement;
  readonly detail: HTMLElement;
  readonly journal: HTMLElement;
  readonly entry: HTMLTemplateElement;
  readonly sold: HTMLElement;
  readonly failed: HTMLElement;
}

/** Brings the page's buttons and its form to life; `send` is the browser's fetch. */
export function startTill(page: Document, send: typeof fetch): void {
  const parts = findParts(page);
  const ring = async (productId: string, name: string, button: HTMLButtonElement) => {
    button.setAttribute("aria-busy", "true");
    const answer = await sell(productId, send);
    button.removeAttribute("aria-busy");
    show(parts, name, answer);
  };
  for (const button of page.querySelectorAll<HTMLButtonElement>("button[data-product]")) {
    const { product = "", name = "" } = button.dataset;
    button.addEventListener("click", () => void ring(product, name, button));
  }
  sellAnything(page, ring);
}

type Ring = (productId: string, name: string, button: HTMLButtonElement) => Promise<void>;

function sellAnything(page: Document, ring: Ring): void {
  const form = part<HTMLFormElement>(page, "any-form");
  const field = part<HTMLInputElement>(page, "any-id");
  const button = part<HTMLButtonElement>(page, "any-sell");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const productId = field.value.trim();
    if (productId !== "") void ring(productId, productId, button);
    field.select();
  });
}

function show(parts: Parts, name: string, answer: Answer): void {
  parts.display.dataset.tone = answer.tone;
  parts.title.textContent = `${answer.title}: ${name}`;
  parts.detail.textContent = answer.detail;
  parts.journal.prepend(entryFor(parts.entry, name, answer));
  while (parts.journal.childElementCount > JOURNAL_LENGTH) parts.journal.lastElementChild?.remove();
  const counter = answer.tone === "sold" ? parts.sold : parts.failed;
  counter.textContent = String(Number(counter.textContent) + 1);
}

function entryFor(template: HTMLTemplateElement, name: string, answer: Answer): DocumentFragment {
  const entry = template.content.cloneNode(true) as DocumentFragment;
  const texts = {
    ".entry-title": answer.title,
    ".entry-name": name,
    ".entry-wire": answer.wire,
    ".entry-time": new Date().toLocaleTimeString([], { hour12: false }),
  };
  for (const [selector, text] of Object.entries(texts)) found(entry.querySelector(selector)).textContent = text;
  found(entry.querySelector<HTMLElement>(".entry")).dataset.tone = answer.tone;
  return entry;
}

function findParts(page: Document): Parts {
  return {
    display: part(page, "display"),
    title: part(page, "display-title"),
    detail: part(page, "display-detail"),
    journal: part(page, "journal"),
    entry: part(page, "entry"),
    sold: part(page, "sold"),
    failed: part(page, "failed"),
  };
}

function part<T extends HTMLElement>(page: Document, id: string): T {
  return found(page.getElementById(id) as T | null);
}

/** The page and this script are one piece, so a missing part is a fault of ours. */
function found<T>(element: T | null): T {
  if (element === null) throw new Error("the till page lacks a part that its script needs");
  return element;
}
