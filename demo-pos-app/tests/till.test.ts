/** @jest-environment jsdom */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe as describeAnswer } from "../page/answer";
import { startTill } from "../page/till";
import { eventually } from "./scratch";

const HTML = readFileSync(path.join(__dirname, "..", "public", "index.html"), "utf8");

interface Sent {
  readonly url: unknown;
  readonly body: unknown;
}

let sent: Sent[];

beforeEach(() => {
  sent = [];
  // jsdom has no timeout signal; the browser has.
  Object.assign(AbortSignal, { timeout: () => new AbortController().signal });
  document.body.innerHTML = HTML.slice(HTML.indexOf("<body>"));
});

/** The shop behind the page: answers every order alike. */
function openTill(status: number, body: unknown): void {
  startTill(document, async (url, init) => {
    sent.push({ url, body: JSON.parse(String(init?.body)) });
    return { status, json: async () => body } as Response;
  });
}

function button(name: string): HTMLButtonElement {
  const all = [...document.querySelectorAll("button")];
  return all.find((each) => each.textContent?.trim() === name) as HTMLButtonElement;
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent?.trim() ?? "";
}

function journal(): string[] {
  return [...document.querySelectorAll("#journal .entry")].map((entry) =>
    (entry.textContent ?? "").replace(/\s+/g, " "),
  );
}

async function press(name: string): Promise<void> {
  const before = journal().length;
  button(name).click();
  await eventually(() => journal().length > before);
}

test("a sale is shown with its price, and counted", async () => {
  openTill(201, { order_id: "o1", product_id: "p1", price: 999.9, created_at: "2026-01-01T00:00:00.000Z" });

  await press("Sell Laptop");

  expect(sent).toEqual([{ url: "/order", body: { product_id: "p1", user_id: "cashier-1" } }]);
  expect([textOf("display-title"), textOf("display-detail")]).toEqual(["Sold: Laptop", "for 999.90"]);
  expect(journal()).toEqual([expect.stringMatching(/Sold Laptop HTTP 201/)]);
  expect([textOf("sold"), textOf("failed")]).toEqual(["1", "0"]);
});

test("a missing price is shown as what it is", async () => {
  openTill(400, { error: "Product price is null", error_code: "PRICE_MISSING" });

  await press("Sell Mouse");

  expect(textOf("display-title")).toBe("Price missing: Mouse");
  expect(document.getElementById("display")?.dataset.tone).toBe("failed");
  expect(journal()).toEqual([expect.stringMatching(/Price missing Mouse HTTP 400 PRICE_MISSING/)]);
  expect([textOf("sold"), textOf("failed")]).toEqual(["0", "1"]);
});

test("any id can be sold, and what was typed stays text", async () => {
  openTill(404, { error: "Product not found" });
  const field = document.getElementById("any-id") as HTMLInputElement;
  expect(field.value).toBe("p999");
  field.value = " <img src=x> ";

  await press("Sell this id");

  expect(sent).toMatchObject([{ body: { product_id: "<img src=x>" } }]);
  expect(textOf("display-title")).toBe("Product not found: <img src=x>");
  expect(document.querySelector("#display img, #journal img")).toBeNull();
});

test("an empty id is not sent", () => {
  openTill(404, {});
  const field = document.getElementById("any-id") as HTMLInputElement;
  field.value = "   ";

  button("Sell this id").form?.dispatchEvent(new Event("submit", { cancelable: true }));

  expect(sent).toEqual([]);
});

test("a shop that does not answer is told, and the button is free again", async () => {
  startTill(document, async () => {
    throw new TypeError("Failed to fetch");
  });

  await press("Sell Keyboard");

  expect(textOf("display-title")).toBe("No answer: Keyboard");
  expect(journal()).toEqual([expect.stringMatching(/No answer Keyboard no answer/)]);
  expect(button("Sell Keyboard").hasAttribute("aria-busy")).toBe(false);
});

test("the journal has the newest on top and keeps thirty", async () => {
  openTill(201, { price: 1 });
  for (let n = 0; n < 31; n++) await pressAny(n);
  await pressAny(99);

  expect(journal()).toHaveLength(30);
  expect(journal()[0]).toMatch(/Sold p99 /);
  expect(textOf("sold")).toBe("32");
});

async function pressAny(n: number): Promise<void> {
  (document.getElementById("any-id") as HTMLInputElement).value = `p${n}`;
  button("Sell this id").click();
  await eventually(() => textOf("display-title") === `Sold: p${n}`);
}

test("a page that lacks a part is a fault that is told", () => {
  document.getElementById("journal")?.remove();

  expect(() => openTill(201, {})).toThrow("lacks a part");
});

test.each([
  [422, { error: "product_id must be …" }, "Not possible", "product_id must be …"],
  [500, {}, "Not possible", "The shop gave no reason."],
  [201, {}, "Sold", "for an unknown price"],
])("an answer %i %j has words", (status, body, title, detail) => {
  expect(describeAnswer(status, body)).toMatchObject({ title, detail, wire: `HTTP ${status}` });
});
