/** Fails a test that writes to the console, makes Node warn or drops a rejection: jest would let all three pass. */

const noise: string[] = [];
const note = (what: string) => (thing: unknown) => void noise.push(`${what}: ${String(thing)}`);
const onWarning = note("warning");
const onRejection = note("unhandled rejection");

for (const method of ["debug", "log", "info", "warn", "error"] as const) {
  globalThis.console[method] = (...words: unknown[]) => void noise.push(`console.${method}: ${words.join(" ")}`);
}

beforeAll(() => {
  process.on("warning", onWarning);
  process.on("unhandledRejection", onRejection);
});

afterEach(async () => {
  // A rejection is told one turn after it happened.
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(noise.splice(0)).toEqual([]);
});

afterAll(() => {
  process.off("warning", onWarning);
  process.off("unhandledRejection", onRejection);
});
