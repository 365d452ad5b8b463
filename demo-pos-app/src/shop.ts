import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "./app";
import { CannotStart } from "./cannot-start";
import { type Line, openLog, type ShopLog } from "./log";
import type { Settings } from "./settings";

/** Milliseconds that open requests get to finish after a stop. */
const STOP_GRACE_MS = 5_000;

/** Milliseconds for a whole request to arrive. */
const REQUEST_TIMEOUT_MS = 10_000;

export interface Shop {
  readonly url: string;
  /** Takes no new request, finishes the open ones within `graceMs`, cuts the rest, writes the last lines. */
  close(graceMs?: number): Promise<void>;
}

export interface Streams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** Opens the log, then listens. Raises `CannotStart` when either is not possible. */
export async function openShop(settings: Settings, streams: Streams): Promise<Shop> {
  const log = openLog(settings, streams.stdout, streams.stderr);
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS },
    createApp(log, () => new Date()),
  );
  hangUpWhenClosing(server);
  try {
    await listen(server, settings);
  } catch (error) {
    await log.close();
    throw error;
  }
  const url = urlOf(server.address() as AddressInfo);
  log.write(note("serve", `Serving at ${url}`));
  return { url, close: (graceMs = STOP_GRACE_MS) => closeShop(server, log, graceMs) };
}

async function listen(server: Server, { host, port }: Settings): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new CannotStart(whyNot(error as NodeJS.ErrnoException, host, port));
  }
}

function whyNot(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === "EADDRINUSE") {
    return `port ${port} on ${host} is taken: stop what uses it or set PORT (0 picks a free one)`;
  }
  return `cannot listen on ${host}, port ${port} (${error.message}): set HOST and PORT`;
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

async function closeShop(server: Server, log: ShopLog, graceMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
  log.write(note("stop", "Stopped"));
  await log.close();
}

/** Otherwise a client that keeps its connection after its last answer would hold the stop up. */
function hangUpWhenClosing(server: Server): void {
  server.on("request", (_request, response) => {
    response.once("close", () => {
      if (!server.listening) server.closeIdleConnections();
    });
  });
}

/** A line about the till itself; it has the order's members so that every line can be ingested alike. */
function note(action: "serve" | "stop", message: string): Line {
  return { level: "info", action, message, request_id: randomUUID(), user_id: null, product_id: null };
}
