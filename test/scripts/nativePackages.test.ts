/** What each platform's package gets of the native packages is there, nothing of another platform, and only with a model. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { inCheckout } from "../../scripts/checkout.ts";
import { expectedNatives, isNativeOf } from "../../scripts/nativePackages.ts";
import { shippedGraphManifests, shipsIndex } from "../../scripts/nativePackages.ts";
import { ownTarget, targets } from "../../scripts/vsix.ts";

/** Targets for which the ONNX Runtime is not made. */
const without = ["alpine-x64", "alpine-arm64", "darwin-x64"];

const encoder = "models/encoder/manifest.json";
const memoryLm = "models/memory-lm/manifest.json";
const withEncoder = (file: string): boolean => file === encoder;
const withMemoryLm = (file: string): boolean => file === memoryLm;
const withBoth = (file: string): boolean => withEncoder(file) || withMemoryLm(file);
const withoutGraphs = (file: string): boolean => file.startsWith("models/static/");

const place = "dist/node_modules/onnxruntime-node";
const native = `${place}/bin/napi-v6/linux/x64/onnxruntime_binding.node`;

for (const target of targets)
  test(`the files for ${target} exist in the installed packages`, () => {
    const files = expectedNatives(target, withEncoder);
    const isMade = !without.includes(target);
    assert.equal(files.length > 0, isMade);
    assert.deepEqual(shippedGraphManifests(target, withEncoder), isMade ? [encoder] : []);
    for (const file of files) {
      assert.ok(existsSync(inCheckout(file.replace(/^dist\//, ""))), file);
      assert.ok(isNativeOf(target, file, withEncoder), file);
    }
  });

test("a platform's package may not hold another's machine code, nor maps, types or scripts", () => {
  assert.deepEqual(
    targets.filter((target) => isNativeOf(target, native, withEncoder)),
    ["linux-x64"],
  );
  const isAllowed = (file: string): boolean => isNativeOf("linux-x64", file, withEncoder);
  assert.ok(isAllowed(`${place}/dist/index.js`));
  for (const file of ["dist/index.js.map", "dist/index.d.ts", "script/install.js", "bin/other.so"])
    assert.ok(!isAllowed(`${place}/${file}`), file);
  assert.ok(!isAllowed("dist/node_modules/adm-zip/adm-zip.js"));
});

test("either model with a graph brings what runs it, and brings it once", () => {
  for (const target of targets) {
    const isMade = !without.includes(target);
    assert.deepEqual(shippedGraphManifests(target, withMemoryLm), isMade ? [memoryLm] : []);
    assert.deepEqual(shippedGraphManifests(target, withBoth), isMade ? [encoder, memoryLm] : []);
    for (const isPresent of [withMemoryLm, withBoth])
      assert.deepEqual(expectedNatives(target, isPresent), expectedNatives(target, withEncoder));
    assert.equal(isNativeOf(target, native, withMemoryLm), target === "linux-x64");
  }
});

test("without a model that has a graph no package holds what would run one", () => {
  for (const target of targets) {
    assert.deepEqual(shippedGraphManifests(target, withoutGraphs), [], target);
    assert.deepEqual(expectedNatives(target, withoutGraphs), [], target);
  }
  assert.ok(!isNativeOf("linux-x64", native, withoutGraphs));
  assert.ok(!isNativeOf("linux-x64", `${place}/package.json`, withoutGraphs));
});

const index = "dist/node_modules/hnswlib-node";
const addon = `${index}/build/Release/addon.node`;
const withAddon = (file: string): boolean => file === addon.replace(/^dist\//, "");

test("the add-on of the index goes into the package of the machine that built it, and into no other", () => {
  for (const target of targets) {
    const isOwn = target === ownTarget();
    assert.equal(shipsIndex(target, withAddon), isOwn, target);
    assert.equal(expectedNatives(target, withAddon).includes(addon), isOwn, target);
    assert.equal(isNativeOf(target, addon, withAddon), isOwn, target);
  }
  for (const file of expectedNatives(ownTarget(), withAddon))
    assert.ok(existsSync(inCheckout(file.replace(/^dist\//, ""))), file);
  const isAllowed = (file: string): boolean => isNativeOf(ownTarget(), file, withAddon);
  assert.ok(
    isAllowed(`${index}/lib/index.js`) && isAllowed("dist/node_modules/bindings/bindings.js"),
  );
  assert.ok(!isAllowed(`${index}/src/addon.cc`) && !isAllowed(`${index}/binding.gyp`));
});

test("a machine that has not built the add-on ships nothing of the index", () => {
  assert.equal(shipsIndex(ownTarget(), withoutGraphs), false);
  assert.deepEqual(expectedNatives(ownTarget(), withoutGraphs), []);
});
