import type { EventEmitter } from "node:events";
import { CannotStart } from "./cannot-start";
import { readSettings } from "./settings";
import { openShop, type Streams } from "./shop";

export interface World extends Streams {
  readonly env: NodeJS.ProcessEnv;
  /** Emits SIGTERM and SIGINT, as `process` does. */
  readonly signals: EventEmitter;
}

/** Runs the till until it is asked to stop; returns the exit code. */
export async function run(world: World): Promise<number> {
  const stopAsked = untilStopAsked(world);
  try {
    const shop = await openShop(readSettings(world.env), world);
    world.stdout.write(`pos-demo: ready ${shop.url}\n`);
    await stopAsked;
    await shop.close();
    return 0;
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    world.stderr.write(`pos-demo: ${error.message}\n`);
    return 1;
  }
}

/** A stdout that nobody reads any more means that whoever started the till is gone, so that is a reason too. */
function untilStopAsked({ signals, stdout }: World): Promise<void> {
  return new Promise((resolve) => {
    // `on`, not `once`: Ctrl-C reaches the whole process group, so a second signal is usual and must not kill us.
    for (const signal of ["SIGTERM", "SIGINT"]) signals.on(signal, () => resolve());
    stdout.on("error", () => resolve());
  });
}
