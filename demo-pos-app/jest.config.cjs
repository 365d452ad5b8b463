/** @type {import("jest").Config} */
module.exports = {
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  modulePathIgnorePatterns: ["<rootDir>/dist"],
  transform: { "\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  // The browser needs ".js" in the page's imports; here the source is read instead.
  moduleNameMapper: { "^(\\./.*)\\.js$": "$1" },
  setupFilesAfterEnv: ["<rootDir>/tests/quiet.ts"],
  // server.ts and main.ts only pass the real process and the real browser on; process.test.ts runs the first for real.
  collectCoverageFrom: ["src/**/*.ts", "page/**/*.ts", "!src/server.ts", "!page/main.ts"],
  coverageProvider: "v8",
  coverageReporters: ["text", "lcovonly"],
  coverageThreshold: { global: { lines: 95, branches: 95, functions: 95, statements: 95 } },
};
