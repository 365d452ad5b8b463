import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import type { Settings } from "../src/settings";

/** A folder for logs that goes when `drop` is called. */
export interface Scratch {
  readonly dir: string;
  lines(file?: string): LogLine[];
  drop(): void;
}

export type LogLine = Record<string, unknown>;

export function makeScratch(): Scratch {
  const dir = mkdtempSync(path.join(tmpdir(), "pos-demo-"));
  return {
    dir,
    lines: (file = "combined.log") => parseLines(readFileSync(path.join(dir, file), "utf8")),
    drop: () => rmSync(dir, { recursive: true }),
  };
}

export function parseLines(text: string): LogLine[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LogLine);
}

export function settingsFor(logDir: string, changes: Partial<Settings> = {}): Settings {
  const usual = { host: "127.0.0.1", port: 0, env: "test", appVersion: "9.9.9", storeId: "store-7", tillId: "till-3" };
  return { logDir, ...usual, ...changes };
}

/** Takes what a process would print. */
export class Paper extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Waits until `ready` holds; the deadline is in milliseconds. */
export async function eventually(ready: () => boolean, within = 5_000): Promise<void> {
  const deadline = performance.now() + within;
  while (!ready()) {
    if (performance.now() > deadline) throw new Error(`not so within ${within} ms: ${ready}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** A connection on which a test speaks HTTP by hand. */
export interface Wire {
  readonly socket: Socket;
  heard(): string;
}

export async function dial(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString();
  });
  await once(socket, "connect");
  return { socket, heard: () => text };
}

/** Begins an order and returns when the server waits for its body, which is to be sent later. */
export async function beginOrder(wire: Wire, body: string): Promise<void> {
  const headers = `Host: till\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue`;
  wire.socket.write(`POST /order HTTP/1.1\r\n${headers}\r\n\r\n`);
  await eventually(() => wire.heard().startsWith("HTTP/1.1 100 Continue"));
}
