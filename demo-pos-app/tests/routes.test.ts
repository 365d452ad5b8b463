import { readFileSync } from "node:fs";
import path from "node:path";
import request from "supertest";
import { createApp } from "../src/app";
import { CATALOGUE } from "../src/catalogue";
import type { ShopLog } from "../src/log";
import { APP_FOLDER } from "../src/settings";

const log: ShopLog = { write: () => undefined, close: async () => undefined };
const shop = () => request(createApp(log, () => new Date()));
const html = readFileSync(path.join(APP_FOLDER, "public", "index.html"), "utf8");

test("the shop says that it is alive", async () => {
  const { status, body } = await shop().get("/health");

  expect(status).toBe(200);
  expect(body).toEqual({ status: "ok" });
});

test("the till's page comes with a policy that allows no inline code, and has none", async () => {
  const { status, headers, text } = await shop().get("/");

  expect(status).toBe(200);
  expect(headers["content-type"]).toMatch(/^text\/html/);
  expect(headers["content-security-policy"]).toMatch(/default-src 'none'.*script-src 'self'; style-src 'self';/);
  expect(headers["content-security-policy"]).not.toContain("unsafe");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers).not.toHaveProperty("x-powered-by");
  expect(text).not.toMatch(/<style|style=|<script(?![^>]*\ssrc=)|\son\w+=/);
});

test("everything that the page names is served", async () => {
  const names = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string);
  const imported = ["/till.js", "/answer.js"];

  expect(names).toEqual(expect.arrayContaining(["/main.js", "/till.css", "/favicon.svg"]));
  for (const name of [...names, ...imported]) expect((await shop().get(name)).status).toBe(200);
});

test("the page shows each product of the catalogue as it is", () => {
  const page = html.replace(/\s+/g, " ");

  for (const { id, name, sku, price } of CATALOGUE) {
    const shown = price === null ? "no price" : String(price);
    expect(page).toMatch(
      new RegExp(
        `<span>${id}</span><span>${sku}</span>.{0,40}<h2>${name}</h2> <p class="price[^>]*>${shown}</p>.{0,80}data-product="${id}"`,
      ),
    );
  }
  expect(page.match(/data-product=/g)).toHaveLength(CATALOGUE.length);
});
