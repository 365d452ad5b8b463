import { EventEmitter, once } from "node:events";
import path from "node:path";
import { run } from "../src/run";
import { readSettings } from "../src/settings";
import { openShop } from "../src/shop";
import { beginOrder, dial, eventually, makeScratch, Paper, type Scratch, settingsFor } from "./scratch";

const ORDER = '{"product_id":"p1"}';

let scratch: Scratch;

beforeEach(() => {
  scratch = makeScratch();
});

afterEach(() => scratch.drop());

function world(env: NodeJS.ProcessEnv = {}) {
  const usual = { PORT: "0", LOG_DIR: scratch.dir };
  return { env: { ...usual, ...env }, stdout: new Paper(), stderr: new Paper(), signals: new EventEmitter() };
}

test("a till runs from ready to the signal and ends with 0", async () => {
  const here = world();
  const ended = run(here);
  await eventually(() => /^pos-demo: ready http:\/\/127\.0\.0\.1:\d+$/m.test(here.stdout.text));

  here.signals.emit("SIGTERM");

  expect(await ended).toBe(0);
  expect(scratch.lines().map(({ action }) => action)).toEqual(["serve", "stop"]);
  expect(here.stderr.text).toBe("");
});

test("a signal that comes before the till is open stops it too", async () => {
  const here = world();
  const ended = run(here);

  here.signals.emit("SIGINT");

  expect(await ended).toBe(0);
});

test("a till stops when nobody reads its output any more", async () => {
  const here = world();
  const ended = run(here);

  here.stdout.emit("error", new Error("EPIPE"));

  expect(await ended).toBe(0);
});

test.each<[string, NodeJS.ProcessEnv, RegExp]>([
  ["a port that is no number", { PORT: "http" }, /^pos-demo: PORT must be a number from 0 to 65535, not "http"\n$/],
  ["a port that is too large", { PORT: "65536" }, /^pos-demo: PORT must be a number/],
  [
    "an address that is not ours",
    { HOST: "192.0.2.1" },
    /^pos-demo: cannot listen on 192\.0\.2\.1, port 0 \(.+\): set HOST and PORT\n$/,
  ],
  [
    "a log folder that cannot be made",
    { LOG_DIR: "/dev/null/logs" },
    /^pos-demo: cannot write logs in \/dev\/null\/logs .+\n$/,
  ],
])("%s is one line, and exit code 1", async (_what, env, line) => {
  const here = world(env);

  expect(await run(here)).toBe(1);

  expect(here.stderr.text).toMatch(line);
  expect(here.stdout.text).toBe("");
});

test("a port that is taken is one line, and the log is closed", async () => {
  const neighbour = await openShop(settingsFor(scratch.dir), world());
  const here = world({ PORT: new URL(neighbour.url).port });

  expect(await run(here)).toBe(1);

  expect(here.stderr.text).toMatch(/^pos-demo: port \d+ on 127\.0\.0\.1 is taken: .+\n$/);
  await neighbour.close();
});

test("what the till did not expect is not hidden", async () => {
  const broken = {
    get PORT(): string {
      throw new TypeError("no environment");
    },
  };

  await expect(run({ ...world(), env: broken })).rejects.toThrow("no environment");
});

test("settings have defaults, and empty variables count as unset", () => {
  const defaults = readSettings({});

  expect(defaults).toEqual({
    host: "127.0.0.1",
    port: 3001,
    logDir: path.resolve("logs"),
    env: "development",
    appVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    storeId: "store-1",
    tillId: "till-1",
  });
  expect(readSettings({ HOST: "", PORT: "", LOG_DIR: "", NODE_ENV: "", STORE_ID: "", TILL_ID: "" })).toEqual(defaults);
  expect(readSettings({ STORE_ID: "s", TILL_ID: "t", NODE_ENV: "production" })).toMatchObject({
    storeId: "s",
    tillId: "t",
    env: "production",
  });
});

test("an IPv6 address is written as a URL wants it", async () => {
  const shop = await openShop(settingsFor(scratch.dir, { host: "::1" }), world());

  expect(shop.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  await shop.close();
});

test("a client that keeps its connection does not hold the stop up", async () => {
  const shop = await openShop(settingsFor(scratch.dir), world());
  const [idle, busy] = [await dial(shop.url), await dial(shop.url)];
  idle.socket.write("GET /health HTTP/1.1\r\nHost: till\r\n\r\n");
  await eventually(() => idle.heard() !== "");
  await beginOrder(busy, ORDER);

  const stopping = performance.now();
  const closed = shop.close();
  busy.socket.write(ORDER);
  await closed;

  expect(performance.now() - stopping).toBeLessThan(1_000);
  await eventually(() => busy.heard().includes("HTTP/1.1 201 "));
});

test("a request that never ends is cut when the grace is over", async () => {
  const shop = await openShop(settingsFor(scratch.dir), world());
  const wire = await dial(shop.url);
  const hungUp = once(wire.socket, "close");
  await beginOrder(wire, ORDER);

  await shop.close(20);

  await hungUp;
  expect(wire.heard()).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  expect(scratch.lines().map(({ action }) => action)).toEqual(["serve", "stop"]);
});
