import { existsSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CannotStart } from "../src/cannot-start";
import { type Line, openLog } from "../src/log";
import { eventually, makeScratch, Paper, parseLines, type Scratch, settingsFor } from "./scratch";

let scratch: Scratch;

beforeEach(() => {
  scratch = makeScratch();
});

afterEach(() => scratch.drop());

function line(changes: Partial<Line> = {}): Line {
  const who = { request_id: "r1", user_id: "u1", product_id: "p1" };
  return { level: "info", action: "create_order", message: "Order created successfully", ...who, ...changes };
}

test("closing loses no line of a burst, in neither file", async () => {
  const log = openLog(settingsFor(scratch.dir), new Paper(), new Paper());

  for (let n = 0; n < 5_000; n++) log.write(line({ level: n % 2 ? "info" : "error", product_id: `p${n}` }));
  await log.close();

  expect(scratch.lines().map(({ product_id }) => product_id)).toEqual(Array.from({ length: 5_000 }, (_, n) => `p${n}`));
  expect(scratch.lines("error.log")).toHaveLength(2_500);
});

test("a folder that is not there is made", async () => {
  const dir = path.join(scratch.dir, "a", "b");

  await openLog(settingsFor(dir), new Paper(), new Paper()).close();

  expect(existsSync(path.join(dir, "combined.log"))).toBe(true);
});

test("a folder that cannot be made is told with the setting to change", () => {
  const file = path.join(scratch.dir, "file");
  writeFileSync(file, "");

  const opening = () => openLog(settingsFor(path.join(file, "logs")), new Paper(), new Paper());

  expect(opening).toThrow(CannotStart);
  expect(opening).toThrow(/cannot write logs in .*: set LOG_DIR/);
});

test("a disk that is full later is told, and the other file and the console go on", async () => {
  // On this device of Linux every write of a byte fails with ENOSPC.
  symlinkSync("/dev/full", path.join(scratch.dir, "error.log"));
  const [console, complaints] = [new Paper(), new Paper()];
  const log = openLog(settingsFor(scratch.dir), console, complaints);

  for (let n = 0; n < 100; n++) log.write(line({ level: "error" }));
  await log.close();

  expect(complaints.text).toMatch(/^(pos-demo: lost a log line: ENOSPC.*\n){100}$/);
  expect(scratch.lines()).toHaveLength(100);
  expect(parseLines(console.text)).toEqual(scratch.lines());
});

test("a file that somebody moves away is begun anew", async () => {
  const log = openLog(settingsFor(scratch.dir), new Paper(), new Paper());
  const [file, moved] = ["combined.log", "combined.log.1"].map((name) => path.join(scratch.dir, name)) as [
    string,
    string,
  ];

  log.write(line({ product_id: "p1" }));
  await eventually(() => scratch.lines().length === 1);
  renameSync(file, moved);
  log.write(line({ product_id: "p2" }));
  await log.close();

  expect(scratch.lines("combined.log.1")).toMatchObject([{ product_id: "p1" }]);
  expect(scratch.lines()).toMatchObject([{ product_id: "p2" }]);
});
