import { run } from "./run";

const { env, stdout, stderr } = process;

run({ env, stdout, stderr, signals: process }).then((code) => {
  process.exitCode = code;
});
