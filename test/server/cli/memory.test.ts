import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PictureParams } from "../../../protocol/picture.ts";
import { exitCodes } from "../../../server/cli/commandTable.ts";
import type { PictureService } from "../../../server/services.ts";
import { pictureOf } from "../picture/samplePicture.ts";
import { cliBench } from "./around.ts";

function picturing(change: Partial<ReturnType<typeof pictureOf>> = {}) {
  const asked: PictureParams[] = [];
  const pictures: PictureService = {
    picture: (params, conversations) => {
      asked.push(params);
      assert.equal(conversations, undefined, "looking makes no store of conversations");
      return Promise.resolve({ ...pictureOf(params.rootId, params.folder), ...change });
    },
  };
  return { asked, pictures };
}

describe("lore memory", () => {
  it("prints every part of the picture as a table", async (t) => {
    const { asked, pictures } = picturing();
    const bench = cliBench(t, {}, { pictures });
    const { code, out } = await bench.run(["memory", "project"]);
    assert.equal(code, exitCodes.ok);
    assert.deepEqual(asked[0], { rootId: asked[0]?.rootId, folder: "", limit: 15 });
    for (const line of [
      / {2}files +323 files +1\.3 MB\n/,
      / {2}deep memory +402,113 tokens +205\.0 MB\n/,
      / {2}src\/ +212 +914\.0 KB +4,210 +100 % +80 %\n/,
      / {2}all +323 +1\.4 MB +6,272 +100 % +68 %\n {2}… and 27 more/,
      / {2}7 – 30 days +60 +40 +0 +2\n/,
      / {2}80 – 100 % +2\n/,
      /we retry three times.* decision +88 % +2 +2026-08-30 +needs check\n/,
      /two spaces, never tabs +preference +100 % +0 +2026-08-30 +ok, pinned\n/,
      / {2}Where is the retry policy decided\? +10 +2026-09-01\n/,
      / {2}4f1d2c3b5a {2}2026-09-01 {2}Ben {2}Retry only.*\n {2}… and 999 more/,
      / {2}files skipped: binary +9\n/,
      / {2}notes whose code has changed +1\n/,
      /measured on 2026-08-27/,
    ])
      assert.match(out, line);
    assert.doesNotMatch(out, /\x1b/);
  });

  it("asks for what is inside a folder, and prints JSON", async (t) => {
    const { asked, pictures } = picturing();
    const bench = cliBench(t, {}, { pictures });
    const { out } = await bench.run(["memory", "project", "./src/http/", "--limit", "3", "--json"]);
    const { rootId } = asked[0] ?? { rootId: "" };
    assert.deepEqual(asked, [{ rootId, folder: "src/http", limit: 3 }]);
    assert.deepEqual(JSON.parse(out), pictureOf(rootId, "src/http"));
  });

  it("says what is not there yet", async (t) => {
    const whole = pictureOf("root");
    const { selfTest: _none, ...rest } = whole;
    const pictures: PictureService = {
      picture: () =>
        Promise.resolve({
          ...rest,
          notes: { ...whole.notes, nNotes: 0, notes: [] },
          conversations: { nConversations: 0, nTurns: 0, conversations: [] },
          history: { status: { ...whole.history.status, state: "noRepository" }, commits: [] },
        }),
    };
    const { out } = await cliBench(t, {}, { pictures }).run(["memory", "project"]);
    assert.match(out, /Nothing is noted\./);
    assert.match(out, /There are none\./);
    assert.match(out, /git finds no repository/);
    assert.match(out, /Not measured yet; “lore self-test” does\./);
  });

  it("refuses a folder of which nothing is in memory", async (t) => {
    const { folder } = pictureOf("root", "nowhere");
    const { pictures } = picturing({ folder: { ...folder, nFiles: 0, parts: [] } });
    const bench = cliBench(t, {}, { pictures });
    const { code, err } = await bench.run(["memory", "project", "nowhere"]);
    assert.equal(code, exitCodes.failed);
    assert.match(err, /Nothing in nowhere is in memory/);
  });

  it("shows hostile names as one harmless line", async (t) => {
    const { folder } = pictureOf("root");
    const name = "a\x1b[31m\nb\u202e";
    const parts = [{ ...folder.parts[0], name }] as typeof folder.parts;
    const { pictures } = picturing({ folder: { ...folder, parts } });
    const { out } = await cliBench(t, {}, { pictures }).run(["memory", "project"]);
    assert.doesNotMatch(out, /\x1b|\u202e/);
  });
});
