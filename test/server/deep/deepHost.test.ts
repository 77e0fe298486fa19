/** Opening and closing the deep memory, and what fails on the way. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { MemoryError } from "../../../protocol/errors.ts";
import type { BankStore } from "../../../server/bank/bankStore.ts";
import { LmModel } from "../../../server/lm/lmModel.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import { openLm, trainedFolder } from "../lm/lmHarness.ts";
import { makeHost, openBankIn } from "./hostHarness.ts";

const full = Object.assign(new Error("full"), { code: "ENOSPC" });
const denied = Object.assign(new Error("denied"), { code: "EACCES" });

test("a memory that another process keeps is taken over when that ends, and the model is loaded only then", async () => {
  using folder = temporaryFolder();
  let nModels = 0;
  await using opened = await makeHost(folder.path, {
    openModel: () => (nModels++, LmModel.open(trainedFolder)),
  });
  const model = await openLm(trainedFolder);
  const other = await openBankIn(opened.folder, model.parts, 1e9);
  await opened.open();
  const { detail } = await opened.status(({ state }) => state === "unavailable");
  assert.equal(detail?.kind, "otherProcess");
  assert.equal(nModels, 0);
  other?.close();
  await opened.status(({ state }) => state === "ready");
  await model.close();
});

for (const [error, kind] of [
  [full, "diskFull"],
  [denied, "storeUnavailable"],
  [new MemoryError("sqliteMissing"), "storeUnavailable"],
  [new MemoryError("storeUnavailable", "ioError"), "storeUnavailable"],
] as const) {
  test(`what keeps the bank from opening is named, the model is closed, and it is tried again: ${error.message}`, async () => {
    using folder = temporaryFolder();
    const models: LmModel[] = [];
    let nTried = 0;
    await using opened = await makeHost(folder.path, {
      openModel: async () => {
        const outcome = await LmModel.open(trainedFolder);
        if (outcome.kind === "ready") models.push(outcome.value);
        return outcome;
      },
      openBank: (of, parts, bytes) =>
        nTried++ === 0 ? Promise.reject(error) : openBankIn(of, parts, bytes),
    });
    await opened.open();
    const { detail } = await opened.status(({ state }) => state === "unavailable");
    assert.equal(detail?.kind, kind);
    await opened.status(({ state }) => state === "ready");
    const [first] = models;
    await assert.rejects(async () => first?.sequence().append(Uint16Array.of(1)));
  });
}

test("a bank that cannot be changed any more, or closed, makes a status and not an end of the thread", async () => {
  using folder = temporaryFolder();
  let isBroken = false;
  let bank: BankStore | undefined;
  await using opened = await makeHost(folder.path, {
    openBank: async (of, parts, bytes) => {
      if (isBroken) throw denied;
      bank = await openBankIn(of, parts, bytes);
      return bank;
    },
  });
  await opened.open();
  await opened.status(({ state }) => state === "ready");
  assert.ok(bank !== undefined);
  const { close } = bank;
  bank.close = () => {
    close.call(bank);
    throw new MemoryError("storeUnavailable", "ioError");
  };
  bank.upkeep = () => Promise.reject(new MemoryError("storeUnavailable", "ioError"));
  isBroken = true;
  const { detail } = await opened.status(({ state }) => state === "unavailable");
  assert.equal(detail?.kind, "storeUnavailable");
  const reply = await opened.request("complete", {
    ...{ file: "/a.ts", languageId: "typescript", prefix: "a", suffix: "" },
  });
  assert.deepEqual(reply.kind === "failed" && reply.error, {
    kind: "memory",
    errorName: "deepMemoryUnavailable",
    detail: "storeUnavailable",
  });
});

test("a running self-test keeps nobody waiting, and another folder cuts it short", async () => {
  using folder = temporaryFolder();
  const { promise: began, resolve: begin } = Promise.withResolvers<void>();
  const model = await openLm(trainedFolder);
  const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
  await using opened = await makeHost(folder.path, {
    openEncoder: () => ({
      encode: async (tokens) => {
        begin();
        await mayGoOn;
        return model.encodeChunk(tokens);
      },
      close: () => Promise.resolve(),
    }),
  });
  await opened.open();
  const failed = opened.request("selfTest", { tokens: 1_000, perPoint: 400 });
  await began;
  // The file is in no open root: what matters is that it is answered.
  const surprise = await opened.request("surprise", { file: "/a.ts" });
  assert.ok(surprise.kind === "failed" && surprise.error.kind === "memory");
  assert.equal(surprise.error.errorName, "rootNotOpen");
  const again = opened.open();
  goOn();
  await again;
  const reply = await failed;
  assert.ok(reply.kind === "failed" && reply.error.kind === "memory");
  assert.equal(reply.error.errorName, "deepMemoryUnavailable");
  await model.close();
});

test("the status says why what was remembered before is made anew", async () => {
  using folder = temporaryFolder();
  const model = await openLm(trainedFolder);
  const catalogue = path.join(folder.path, "deep", "catalogue.sqlite");
  const older = await openBankIn(path.dirname(catalogue), { ...model.parts, id: "older" }, 1e9);
  older?.close();
  {
    await using opened = await makeHost(folder.path);
    await opened.open();
    const { renewed } = await opened.status(({ state }) => state === "ready");
    assert.equal(renewed, "otherModel");
  }
  writeFileSync(catalogue, "no database".repeat(1_000));
  {
    await using opened = await makeHost(folder.path);
    await opened.open();
    assert.equal((await opened.status(({ state }) => state === "ready")).renewed, "damaged");
  }
  await using again = await makeHost(folder.path);
  await again.open();
  assert.equal((await again.status(({ state }) => state === "ready")).renewed, undefined);
  await model.close();
});

test("a self-test that the disk has no room for is not begun, and says so", async () => {
  using folder = temporaryFolder();
  await using opened = await makeHost(folder.path, { freeBytes: () => 1_000 });
  await opened.open();
  const reply = await opened.request("selfTest", { tokens: 1_000 });
  assert.deepEqual(reply.kind === "failed" && reply.error, {
    kind: "memory",
    errorName: "diskFull",
    detail: "",
  });
});
