import { once } from "node:events";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { createLogger, format, type Logger, transports } from "winston";
import { AppendedFile } from "./appended-file";
import { CannotStart } from "./cannot-start";
import type { Settings } from "./settings";

/** One line. The logger adds timestamp, service, env, app_version, store_id and till_id. */
export interface Line {
  readonly level: "info" | "error";
  readonly message: string;
  readonly action: "serve" | "create_order" | "handle_request" | "stop";
  readonly request_id: string;
  readonly user_id: string | null;
  readonly product_id: string | null;
  readonly price?: number | null;
  readonly error_code?: string;
  readonly stack?: string;
}

export interface ShopLog {
  write(line: Line): void;
  /** Returns when every line is in its file. */
  close(): Promise<void>;
}

/**
 * Opens combined.log and error.log (appending) and writes every line to `console` too.
 * A line that does not fit later (a full disk) is reported on `complaints`; the shop goes on selling.
 * Raises `CannotStart` when the folder or a file cannot be written.
 */
export function openLog(
  settings: Settings,
  console: NodeJS.WritableStream,
  complaints: NodeJS.WritableStream,
): ShopLog {
  const logger = createLogger({
    // Plain timestamp() is RFC 3339 in UTC; with a pattern it would be local time without a zone.
    format: format.combine(format.timestamp(), format.json({ deterministic: false })),
    defaultMeta: defaultMembers(settings),
    transports: [...openFiles(settings.logDir, complaints), new transports.Stream({ stream: console })],
  });
  return { write: (line) => logger.log(line), close: () => flush(logger) };
}

function defaultMembers(settings: Settings): object {
  return {
    service: "pos-demo",
    env: settings.env,
    app_version: settings.appVersion,
    store_id: settings.storeId,
    till_id: settings.tillId,
  };
}

function openFiles(dir: string, complaints: NodeJS.WritableStream): transports.StreamTransportInstance[] {
  const open = (name: string) => new AppendedFile(path.join(dir, name), complaints);
  try {
    mkdirSync(dir, { recursive: true });
    return [
      new transports.Stream({ stream: open("combined.log") }),
      new transports.Stream({ stream: open("error.log"), level: "error" }),
    ];
  } catch (error) {
    const { message } = error as Error;
    throw new CannotStart(`cannot write logs in ${dir} (${message}): set LOG_DIR to a folder that can be written`);
  }
}

async function flush(logger: Logger): Promise<void> {
  const finished = once(logger, "finish");
  logger.end();
  await finished;
}
