/** What each platform's package gets of the native packages is there, and nothing of another platform. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { inCheckout } from "../../scripts/checkout.ts";
import { expectedNatives, isNativeOf } from "../../scripts/nativePackages.ts";
import { targets } from "../../scripts/vsix.ts";

/** Targets for which the ONNX Runtime is not made. */
const without = ["alpine-x64", "alpine-arm64", "darwin-x64"];

for (const target of targets)
  test(`the files for ${target} exist in the installed packages`, () => {
    const files = expectedNatives(target);
    assert.equal(files.length > 0, !without.includes(target));
    for (const file of files) {
      assert.ok(existsSync(inCheckout(file.replace(/^dist\//, ""))), file);
      assert.ok(isNativeOf(target, file), file);
    }
  });

test("a platform's package may not hold another's machine code, nor maps, types or scripts", () => {
  const place = "dist/node_modules/onnxruntime-node";
  const native = `${place}/bin/napi-v6/linux/x64/onnxruntime_binding.node`;
  assert.deepEqual(
    targets.filter((target) => isNativeOf(target, native)),
    ["linux-x64"],
  );
  assert.ok(isNativeOf("linux-x64", `${place}/dist/index.js`));
  for (const file of ["dist/index.js.map", "dist/index.d.ts", "script/install.js", "bin/other.so"])
    assert.ok(!isNativeOf("linux-x64", `${place}/${file}`), file);
  assert.ok(!isNativeOf("linux-x64", "dist/node_modules/adm-zip/adm-zip.js"));
});
