import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import path from "node:path";
import { APP_FOLDER } from "../src/settings";
import { beginOrder, dial, eventually, makeScratch, parseLines, type Scratch } from "./scratch";

/** The built server as the supervisor starts it: `npm test` builds it first. */
const SERVER = path.join(APP_FOLDER, "dist", "server.js");
const READY = /^pos-demo: ready (http:\/\/127\.0\.0\.1:\d+)$/m;

interface Till {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown[]>;
  stdout(): string;
  stderr(): string;
}

let scratch: Scratch;
const started: Till[] = [];

beforeEach(() => {
  scratch = makeScratch();
});

afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
  scratch.drop();
});

function start(env: NodeJS.ProcessEnv = {}): Till {
  const usual = { PATH: process.env.PATH, PORT: "0", LOG_DIR: scratch.dir };
  const child = spawn(process.execPath, [SERVER], { env: { ...usual, ...env }, cwd: scratch.dir });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk) => {
      texts[name] += chunk;
    });
  }
  const till = { child, ended: once(child, "close"), stdout: () => texts.stdout, stderr: () => texts.stderr };
  started.push(till);
  return till;
}

async function readyUrl(till: Till): Promise<string> {
  await eventually(() => READY.test(till.stdout()), 10_000);
  return READY.exec(till.stdout())?.[1] as string;
}

test("serving is told twice: a JSON line and the supervisor's line, which is not in the files", async () => {
  const till = start({ STORE_ID: "", NODE_ENV: "" });
  const url = await readyUrl(till);
  await eventually(() => scratch.lines().length === 1);

  const [json = "", plain] = till.stdout().split("\n");
  expect(plain).toBe(`pos-demo: ready ${url}`);
  expect(scratch.lines()).toEqual(parseLines(json));
  expect(scratch.lines()).toMatchObject([
    { action: "serve", message: `Serving at ${url}`, env: "development", store_id: "store-1", till_id: "till-1" },
  ]);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s finishes the open request, writes its line, and ends with 0",
  async (signal) => {
    const till = start();
    const wire = await dial(await readyUrl(till));
    const order = '{"product_id":"p2"}';
    await beginOrder(wire, order);

    till.child.kill(signal);
    till.child.kill(signal);
    await refusesConnections(till);
    wire.socket.write(order);

    expect(await till.ended).toEqual([0, null]);
    expect(wire.heard()).toMatch(/HTTP\/1\.1 400 .*PRICE_MISSING/s);
    expect(scratch.lines().map(({ action }) => action)).toEqual(["serve", "create_order", "stop"]);
    expect(scratch.lines("error.log")).toHaveLength(1);
    expect(till.stderr()).toBe("");
  },
);

async function refusesConnections(till: Till): Promise<void> {
  const url = await readyUrl(till);
  let refused = false;
  while (!refused)
    refused = await fetch(`${url}/health`).then(
      () => false,
      () => true,
    );
}

test("a stop under traffic loses no answered order", async () => {
  const till = start();
  const url = await readyUrl(till);
  let answered = 0;
  const sellUntilRefused = async () => {
    const order = { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"product_id":"p2"}' };
    while ((await fetch(`${url}/order`, order).catch(() => null)) !== null) answered++;
  };

  const sellers = Array.from({ length: 8 }, sellUntilRefused);
  await eventually(() => answered > 100);
  till.child.kill("SIGTERM");
  await Promise.all(sellers);

  expect(await till.ended).toEqual([0, null]);
  const logged = scratch.lines("error.log").length;
  expect(logged).toBeGreaterThanOrEqual(answered);
  // At most the orders whose answer was on its way to the eight sellers.
  expect(logged).toBeLessThanOrEqual(answered + 8);
});

test("a till whose starter is gone stops by itself", async () => {
  const till = start();
  const url = await readyUrl(till);

  till.child.stdout?.destroy();
  await fetch(`${url}/order`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: '{"product_id":"p1"}',
  });

  expect(await till.ended).toEqual([0, null]);
});

test("a taken port is one line, and exit code 1", async () => {
  const neighbour = createServer().listen(0, "127.0.0.1");
  await once(neighbour, "listening");
  const { port } = neighbour.address() as { port: number };

  const till = start({ PORT: String(port) });

  expect(await till.ended).toEqual([1, null]);
  expect(till.stderr()).toBe(
    `pos-demo: port ${port} on 127.0.0.1 is taken: stop what uses it or set PORT (0 picks a free one)\n`,
  );
  expect(till.stdout()).toBe("");
  neighbour.close();
});
