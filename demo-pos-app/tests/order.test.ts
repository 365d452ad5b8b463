import request, { type Response } from "supertest";
import { openShop, type Shop } from "../src/shop";
import { eventually, type LogLine, makeScratch, Paper, parseLines, type Scratch, settingsFor } from "./scratch";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const RFC_3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Milliseconds from the answer to the line in the file: part of the 150 ms that the whole chain has. */
const PROMPT_MS = 50;

let scratch: Scratch;
let shop: Shop;
let stdout: Paper;

beforeEach(async () => {
  scratch = makeScratch();
  stdout = new Paper();
  shop = await openShop(settingsFor(scratch.dir), { stdout, stderr: new Paper() });
});

afterEach(async () => {
  await shop.close();
  scratch.drop();
});

function order(body: object): Promise<Response> {
  return Promise.resolve(request(shop.url).post("/order").send(body));
}

function orderLines(file?: string): LogLine[] {
  return scratch.lines(file).filter((line) => line.action === "create_order");
}

async function onlyLine(): Promise<LogLine> {
  await eventually(() => orderLines().length > 0);
  const [line, ...others] = orderLines();
  expect(others).toEqual([]);
  return line as LogLine;
}

const ALWAYS = {
  request_id: expect.stringMatching(UUID),
  timestamp: expect.stringMatching(RFC_3339_UTC),
  action: "create_order",
  service: "pos-demo",
  env: "test",
  app_version: "9.9.9",
  store_id: "store-7",
  till_id: "till-3",
};

test.each([
  ["p1", 999.99],
  ["p3", 49.99],
])("a priced product %s is sold", async (product_id, price) => {
  const { status, body } = await order({ product_id, user_id: "u1" });

  expect(status).toBe(201);
  expect(body).toEqual({
    order_id: expect.stringMatching(UUID),
    product_id,
    price,
    created_at: expect.stringMatching(RFC_3339_UTC),
  });
  expect(await onlyLine()).toEqual({
    ...ALWAYS,
    level: "info",
    message: "Order created successfully",
    user_id: "u1",
    product_id,
    price,
  });
  expect(orderLines("error.log")).toEqual([]);
});

test("a product without a price is refused, and its line says price null", async () => {
  const { status, body } = await order({ product_id: "p2", user_id: "u1" });

  expect(status).toBe(400);
  expect(body).toEqual({ error: "Product price is null", error_code: "PRICE_MISSING" });
  const line = await onlyLine();
  expect(line).toEqual({
    ...ALWAYS,
    level: "error",
    message: "Product price is null",
    error_code: "PRICE_MISSING",
    user_id: "u1",
    product_id: "p2",
    price: null,
  });
  await eventually(() => orderLines("error.log").length > 0);
  expect(orderLines("error.log")).toEqual([line]);
});

test.each(["p999", "__proto__", "<script>alert(1)</script>", "a\u0000b", "\ud800"])(
  "an unknown product %j is not found",
  async (product_id) => {
    const { status, body } = await order({ product_id, user_id: "u1" });

    expect(status).toBe(404);
    expect(body).toEqual({ error: "Product not found" });
    const line = await onlyLine();
    expect(line).toEqual({
      ...ALWAYS,
      level: "error",
      message: "Product not found",
      error_code: "PRODUCT_NOT_FOUND",
      user_id: "u1",
      product_id,
    });
    await eventually(() => orderLines("error.log").length > 0);
    expect(orderLines("error.log")).toEqual([line]);
  },
);

test.each([{}, { user_id: null }, { user_id: "" }])("a user that is not named (%j) is unknown", async (who) => {
  await order({ product_id: "p1", ...who });

  expect(await onlyLine()).toMatchObject({ user_id: "unknown" });
});

test("each request has its own request id, in the answer's header and in the line", async () => {
  const answers = await Promise.all([order({ product_id: "p1" }), order({ product_id: "p2" })]);

  await eventually(() => orderLines().length === 2);
  const logged = orderLines().map((line) => line.request_id);
  const sent = answers.map((answer) => answer.headers["x-request-id"]);
  expect(new Set(logged)).toEqual(new Set(sent));
  expect(new Set(logged).size).toBe(2);
});

test("what the files get, the console gets too, and nothing else", async () => {
  await order({ product_id: "p1" });
  await order({ product_id: "p2" });

  await eventually(() => scratch.lines().length === 3);
  expect(parseLines(stdout.text)).toEqual(scratch.lines());
});

test("the line is in the file at once when the answer is there", async () => {
  await order({ product_id: "p2" });

  await eventually(() => orderLines().length > 0, PROMPT_MS);
  await eventually(() => orderLines("error.log").length > 0, PROMPT_MS);
});

test("lines of an earlier run stay", async () => {
  await order({ product_id: "p1" });
  await shop.close();
  shop = await openShop(settingsFor(scratch.dir), { stdout, stderr: new Paper() });
  await order({ product_id: "p3" });

  await eventually(() => orderLines().length === 2);
  expect(orderLines().map((line) => line.product_id)).toEqual(["p1", "p3"]);
});
