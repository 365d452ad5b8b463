/** The image cannot be built where these tests run, so they hold its recipe against the tree. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { readSettings } from "../src/settings";
import { openShop } from "../src/shop";
import { makeScratch, Paper, settingsFor } from "./scratch";

const APP = path.join(__dirname, "..");
const read = (name: string) => readFileSync(path.join(APP, name), "utf8");
const manifest = JSON.parse(read("package.json"));

/** [instruction, rest], continued lines joined, comments left out. */
const steps = read("Dockerfile")
  .replace(/^#.*\n/gm, "")
  .replace(/\\\n\s*/g, " ")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => line.split(/ (.*)/, 2) as [string, string]);
const last = steps.slice(steps.findLastIndex(([word]) => word === "FROM"));
const of = (word: string, among = steps) => among.filter(([each]) => each === word).map(([, rest]) => rest);
const only = (word: string) => of(word, last)[0] as string;
const healthcheck = JSON.parse(only("HEALTHCHECK").replace(/^.*?CMD /, "")) as string[];
const env = Object.fromEntries(
  only("ENV")
    .split(" ")
    .map((pair) => pair.split("=")),
);

const copied = of("COPY")
  .filter((rest) => !rest.startsWith("--from"))
  .flatMap((rest) => rest.split(" ").slice(0, -1));

test("what is copied into the image exists, and no more than that is sent to the builder", () => {
  const allowed = read(".dockerignore").match(/(?<=^!).+$/gm);

  expect(read(".dockerignore")).toMatch(/^\*$/m);
  expect(new Set(allowed)).toEqual(new Set(copied));
  for (const name of copied) expect([name, existsSync(path.join(APP, name))]).toEqual([name, true]);
});

test("what is copied from another stage is made there", () => {
  const stages = of("FROM").flatMap((rest) => rest.split(" AS ").slice(1));
  const made = {
    packages: "/app/node_modules",
    build: `/app/${JSON.parse(read("tsconfig.json")).compilerOptions.outDir}`,
  };

  for (const rest of of("COPY").filter((each) => each.startsWith("--from"))) {
    const [, stage = "", source] = /^--from=(\w+) (\S+) /.exec(rest) as RegExpExecArray;
    expect(stages).toContain(stage);
    expect(source).toBe(made[stage as keyof typeof made]);
  }
});

test("the commands of the image are commands of the package", () => {
  const scripts = of("RUN").flatMap((rest) => rest.match(/(?<=npm run )\S+/g) ?? []);

  expect(scripts).toEqual(["build"]);
  for (const script of scripts) expect(manifest.scripts).toHaveProperty(script);
  expect((JSON.parse(only("CMD")) as string[]).join(" ")).toBe(manifest.scripts.start);
  expect(manifest.scripts.start).toBe(`node ${manifest.main}`);
  expect(existsSync(path.join(APP, manifest.main))).toBe(true);
});

test("the image runs without rights, with production packages only, and on every address", () => {
  expect(only("USER")).toBe("node");
  expect(last.findIndex(([word]) => word === "USER")).toBeGreaterThan(
    last.findLastIndex(([word]) => /RUN|COPY/.test(word)),
  );
  expect(of("RUN")).toContain("npm install --omit=dev");
  expect(Object.keys(manifest.dependencies)).toEqual(["express", "winston"]);
  expect(readSettings(env)).toMatchObject({
    host: "0.0.0.0",
    port: Number(only("EXPOSE")),
    env: "production",
    logDir: "/app/logs",
  });
});

test("the health check passes while the shop serves, and fails after", async () => {
  const scratch = makeScratch();
  const shop = await openShop(settingsFor(scratch.dir), { stdout: new Paper(), stderr: new Paper() });
  const { port } = new URL(shop.url);

  expect(await exitCode(port)).toBe(0);
  await shop.close();
  expect(await exitCode(port)).toBe(1);
  scratch.drop();
});

async function exitCode(port: string): Promise<number> {
  const [command = "", ...args] = healthcheck;
  expect(command).toBe("node");
  const [code] = await once(spawn(process.execPath, args, { env: { PORT: port } }), "close");
  return code;
}

test("the versions are pinned, and the lock names no address", () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });

  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  expect(read("package-lock.json")).not.toMatch(/"resolved"|https?:\/\/registry/);
});
