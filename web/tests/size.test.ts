import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";

test("the whole widget has at most 15 kB, gzipped", { timeout: 60_000 }, async () => {
  const built = await build({ configFile: "vite.widget.config.ts", logLevel: "error", build: { write: false } });
  const [{ output }] = built as unknown as [{ output: { code: string }[] }];
  expect(gzipSync(output[0]!.code, { level: 9 }).length).toBeLessThanOrEqual(15_000);
});

test.each(["widget", "desk", "shared"])("nothing in %s makes HTML from text", (folder) => {
  for (const file of readdirSync(folder).filter((name) => /\.tsx?$/.test(name))) {
    expect(readFileSync(join(folder, file), "utf8")).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
  }
});
