import { readFileSync } from "node:fs";
import path from "node:path";
import { CannotStart } from "./cannot-start";

/** The app's folder, both from `src/` (tests) and from `dist/`. */
export const APP_FOLDER = path.join(__dirname, "..");

export interface Settings {
  readonly host: string;
  /** 0 lets the system pick a free one. */
  readonly port: number;
  readonly logDir: string;
  readonly env: string;
  readonly appVersion: string;
  readonly storeId: string;
  readonly tillId: string;
}

/** The till's settings from the environment; an empty variable counts as unset. Raises `CannotStart`. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return Object.freeze({
    host: env.HOST || "127.0.0.1",
    port: parsePort(env.PORT || "3001"),
    logDir: path.resolve(env.LOG_DIR || "logs"),
    env: env.NODE_ENV || "development",
    appVersion: readVersion(),
    storeId: env.STORE_ID || "store-1",
    tillId: env.TILL_ID || "till-1",
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new CannotStart(`PORT must be a number from 0 to 65535, not "${text}"`);
  }
  return port;
}

function readVersion(): string {
  const manifest = readFileSync(path.join(APP_FOLDER, "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
