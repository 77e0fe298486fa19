/** What is bundled into `dist/` and `dist-test/`, as a table. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { BuildOptions } from "esbuild";
import { inCheckout } from "./checkout.ts";
import { nativePackageNames } from "./nativePackages.ts";

/** One bundle: where it starts and where it goes, both relative to the checkout. */
export interface Bundle {
  readonly from: string;
  readonly to: string;
  readonly runtime: "extensionHost" | "node" | "browser" | "inhostTests";
}

const bundles: readonly Bundle[] = [
  { from: "extension/main.ts", to: "dist/extension.cjs", runtime: "extensionHost" },
  { from: "server/main.ts", to: "dist/server.mjs", runtime: "node" },
  { from: "server/cli/main.ts", to: "dist/lore.mjs", runtime: "node" },
  { from: "server/mcp/mcpServer.ts", to: "dist/mcpServer.mjs", runtime: "node" },
  { from: "server/ingest/ingestThread.ts", to: "dist/ingestThread.mjs", runtime: "node" },
  { from: "server/ingest/parseThread.ts", to: "dist/parseThread.mjs", runtime: "node" },
  { from: "server/model/encoderThread.ts", to: "dist/encoderThread.mjs", runtime: "node" },
  { from: "server/lm/lmEncodeThread.ts", to: "dist/lmEncodeThread.mjs", runtime: "node" },
  { from: "server/spann/spannThread.ts", to: "dist/spannThread.mjs", runtime: "node" },
  { from: "server/deep/deepThread.ts", to: "dist/deepThread.mjs", runtime: "node" },
  { from: "server/history/historyThread.ts", to: "dist/historyThread.mjs", runtime: "node" },
  { from: "webview/main.ts", to: "dist/webview.js", runtime: "browser" },
  { from: "webview/style.css", to: "dist/webview.css", runtime: "browser" },
  { from: "webview/picture/main.ts", to: "dist/picture.js", runtime: "browser" },
  { from: "webview/picture.css", to: "dist/picture.css", runtime: "browser" },
  { from: "webview/selfTest.css", to: "dist/selfTest.css", runtime: "browser" },
  { from: "test/inhost/index.ts", to: "dist-test/inhost/index.cjs", runtime: "inhostTests" },
];

/** The bundles whose source exists. */
export function presentBundles(): readonly Bundle[] {
  return bundles.filter((bundle) => existsSync(inCheckout(bundle.from)));
}

/** esbuild's options for a bundle; `production` drops sourcemaps and minifies what is shipped. */
export function bundleOptions(bundle: Bundle, production: boolean): BuildOptions {
  return {
    bundle: true,
    absWorkingDir: inCheckout(),
    ...(bundle.runtime === "inhostTests"
      ? {
          // Mocha loads each test file by itself.
          entryPoints: [bundle.from, "test/inhost/*.test.ts"],
          outdir: path.dirname(bundle.to),
          outExtension: { ".js": ".cjs" },
        }
      : { entryPoints: [bundle.from], outfile: bundle.to }),
    minify: production && bundle.runtime !== "inhostTests",
    sourcemap: production ? false : "linked",
    legalComments: "none",
    logLevel: "silent",
    ...runtimeOptions(bundle.runtime),
  };
}

function runtimeOptions(runtime: Bundle["runtime"]): BuildOptions {
  switch (runtime) {
    case "extensionHost":
      return { platform: "node", format: "cjs", target: "node22", external: ["vscode"] };
    case "inhostTests":
      return { platform: "node", format: "cjs", target: "node22", external: ["vscode", "mocha"] };
    case "node":
      return {
        platform: "node",
        format: "esm",
        target: "node24",
        banner: { js: requireBanner },
        external: nativePackageNames,
      };
    case "browser":
      return { platform: "browser", format: "iife", target: "es2022" };
  }
}

/** CommonJS packages inside an ES module bundle call `require` for Node's own modules. */
const requireBanner =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';
