/** Nothing that comes from a file, a name or a question commands the terminal. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Terminal } from "../../../server/cli/terminal.ts";

interface Written {
  readonly out: string;
  readonly err: string;
}

function written(isTTY: boolean, write: (terminal: Terminal) => void): Written {
  let [out, err] = ["", ""];
  write(
    new Terminal(
      { isTTY, write: (piece) => void (out += piece) },
      { isTTY, write: (piece) => void (err += piece) },
      {},
    ),
  );
  return { out, err };
}

const hostile = "\u001b]0;title\u0007 \u001b[2J \u009b2J \r\u202e\u200b\u007f";

describe("the terminal", () => {
  it("shows what a caller forgot to make safe", () => {
    for (const isTTY of [true, false]) {
      const { out, err } = written(isTTY, (terminal) => {
        terminal.line(hostile);
        terminal.note(hostile);
      });
      for (const text of [out, err]) {
        // eslint-disable-next-line no-control-regex
        assert.doesNotMatch(text, /[\0-\x08\x0b-\x1f\x7f-\x9f\u202e\u200b]/);
        assert.match(text, /^\\u\{1b\}\]0;title\\u\{7\} \\u\{1b\}\[2J/);
      }
    }
  });

  it("keeps its own colours, and has none where they are not wanted", () => {
    const styled = written(true, (terminal) => terminal.line(terminal.style("place", "a.ts:1")));
    assert.equal(styled.out, "\u001b[36ma.ts:1\u001b[39m\n");
    let out = "";
    const stream = { isTTY: true, write: (piece: string) => void (out += piece) };
    for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
      const terminal = new Terminal(stream, stream, env);
      terminal.line(terminal.style("place", "a.ts:1"));
    }
    assert.equal(out, "a.ts:1\na.ts:1\n");
  });

  it("writes JSON that says the same and commands nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const value = { text: `${text}${hostile}`, [hostile]: [text] };
        const { out } = written(true, (terminal) => terminal.json(value));
        assert.doesNotMatch(out.slice(0, -1), /[\p{Cc}\u2028-\u202e\u2060-\u2069\ufeff]/u);
        assert.deepEqual(JSON.parse(out), value);
      }),
    );
  });

  it("tells a failure in a safe line, or as JSON", () => {
    const failure = { name: "failed", message: `no ${hostile}\nfolder` };
    const plain = written(true, (terminal) => terminal.failure(failure, false));
    assert.equal(plain.out, "");
    assert.doesNotMatch(plain.err.slice(0, -1), /\p{Cc}/u);
    const json = written(true, (terminal) => terminal.failure(failure, true));
    assert.deepEqual(JSON.parse(json.err), { error: failure });
  });
});
