import { gzipSync } from "node:zlib";
import request, { type Response, type Test } from "supertest";
import { createApp } from "../src/app";
import { openLog, type ShopLog } from "../src/log";
import { parseOrder } from "../src/orders";
import { eventually, type LogLine, makeScratch, Paper, type Scratch, settingsFor } from "./scratch";

let scratch: Scratch;
let log: ShopLog;

beforeEach(async () => {
  scratch = makeScratch();
  log = openLog(settingsFor(scratch.dir), new Paper(), new Paper());
});

afterEach(async () => {
  await log.close();
  scratch.drop();
});

function ask(): ReturnType<typeof request> {
  return request(createApp(log, () => new Date()));
}

function post(body: string | Buffer | undefined, headers: Record<string, string> = {}): Promise<Response> {
  const asked = ask()
    .post("/order")
    .set({ "Content-Type": "application/json", ...headers });
  // Left to itself supertest would encode a Buffer as JSON.
  return Promise.resolve((body === undefined ? asked : asked.serialize((raw) => raw).send(body)) as Test);
}

function expectRefusal(answer: Response, status: number, message: RegExp): void {
  expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  expect(answer.body).toEqual({ error: expect.stringMatching(message) });
  expect(answer.status).toBe(status);
}

test.each<[string, string | Buffer, number, RegExp]>([
  ["text", "sell me a mouse", 400, /not JSON/],
  ["half an object", '{"product_id":"p1"', 400, /not JSON/],
  ["NaN", '{"product_id":NaN}', 400, /not JSON/],
  ["a bare string", '"p1"', 400, /not JSON/],
  ["null", "null", 400, /not JSON/],
  ["an array", '[{"product_id":"p1"}]', 400, /JSON object/],
  ["no product", "{}", 422, /product_id/],
  ["a product without a name", '{"product_id":""}', 422, /product_id/],
  ["a number as product", '{"product_id":1}', 422, /product_id/],
  ["a number beyond 64 bits", '{"product_id":1e400}', 422, /product_id/],
  ["an object as product", '{"product_id":{"$ne":""}}', 422, /product_id/],
  ["a product id of 201 characters", `{"product_id":"${"x".repeat(201)}"}`, 422, /product_id/],
  ["a number as user", '{"product_id":"p1","user_id":7}', 422, /user_id/],
  ["a user id of 201 characters", `{"product_id":"p1","user_id":"${"x".repeat(201)}"}`, 422, /user_id/],
  ["deep nesting", `${"[".repeat(7000)}${"]".repeat(7000)}`, 400, /JSON object/],
  ["a large body", `{"product_id":"p1","more":"${"x".repeat(20_000)}"}`, 413, /larger than 16kb/],
])("%s is refused", async (_what, body, status, message) => {
  expectRefusal(await post(body), status, message);
  expect(scratch.lines()).toEqual([]);
});

test.each<[string, Buffer, Record<string, string>, number, RegExp]>([
  ["a gzip bomb", gzipSync(Buffer.alloc(5_000_000, " ")), { "Content-Encoding": "gzip" }, 413, /larger than 16kb/],
  ["broken gzip", Buffer.from("no gzip"), { "Content-Encoding": "gzip" }, 400, /cannot be read/],
  ["an unknown encoding", Buffer.from("{}"), { "Content-Encoding": "zstd9" }, 415, /encoding/],
  ["an unknown charset", Buffer.from("{}"), { "Content-Type": "application/json; charset=x" }, 415, /charset/],
  [
    "a form",
    Buffer.from("product_id=p1"),
    { "Content-Type": "application/x-www-form-urlencoded" },
    415,
    /Content-Type/,
  ],
  ["text from another site", Buffer.from('{"product_id":"p1"}'), { "Content-Type": "text/plain" }, 415, /Content-Type/],
])("%s is refused", async (_what, body, headers, status, message) => {
  expectRefusal(await post(body, headers), status, message);
});

test("an empty body is refused", async () => {
  expectRefusal(await post(undefined), 422, /product_id/);
});

test("an order without any body is refused", () => {
  expect(() => parseOrder(undefined)).toThrow(/JSON object/);
});

test("gzipped orders are taken", async () => {
  const { status } = await post(gzipSync('{"product_id":"p1"}'), { "Content-Encoding": "gzip" });

  expect(status).toBe(201);
});

test.each(["/orders", "/package.json", "/..%2fpackage.json", "/till.ts", "/.env", "/%"])(
  "there is nothing at %s",
  async (path) => {
    expectRefusal(await ask().get(path), 404, /nothing at GET/);
  },
);

test.each(["get", "put", "delete"] as const)("%s is not how to order", async (method) => {
  const answer = await ask()[method]("/order");

  expectRefusal(answer, 405, /POST an order/);
  expect(answer.headers.allow).toBe("POST");
});

test("a fault of ours is in the log with its stack, and not in the answer", async () => {
  const brokenClock = () => {
    throw new Error("the clock stands still");
  };

  const answer = await request(createApp(log, brokenClock)).post("/order").send({ product_id: "p1" });

  expectRefusal(answer, 500, /^The shop failed/);
  await eventually(() => scratch.lines("error.log").length === 1);
  const [line] = scratch.lines("error.log") as [LogLine];
  expect(line).toMatchObject({
    level: "error",
    action: "handle_request",
    message: "the clock stands still",
    request_id: answer.headers["x-request-id"],
    stack: expect.stringContaining("bad-input.test.ts"),
  });
});
