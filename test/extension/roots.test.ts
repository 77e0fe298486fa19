import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { absolutePath, isInside, relativeTo, rootsOf } from "../../extension/roots.ts";

const folder = (name: string, fsPath: string, scheme = "file") => ({
  name,
  uri: { scheme, fsPath },
});

test("only folders on disk are roots, in the window's order, with an id of their path", () => {
  const roots = rootsOf([
    folder("b", "/work/b"),
    folder("cloud", "/x", "vscode-vfs"),
    folder("a", "/work/a"),
  ]);
  assert.deepEqual(
    roots.map(({ name, folder: at }) => [name, at]),
    [
      ["b", "/work/b"],
      ["a", "/work/a"],
    ],
  );
  assert.match(roots[0]?.id ?? "", /^[0-9a-f]{16}$/);
  assert.notEqual(roots[0]?.id, roots[1]?.id);
  assert.equal(rootsOf([folder("renamed", "/work/b")])[0]?.id, roots[0]?.id);
});

test("a file is inside its folder and not inside one with a longer or shorter name", () => {
  assert.equal(isInside("/work/a", "/work/a/x/y.ts"), true);
  assert.equal(isInside("/work/a", "/work/a"), true);
  assert.equal(isInside("/work/a", "/work/ab/x"), false);
  assert.equal(isInside("/work/a", "/work"), false);
  assert.equal(isInside("/work/a", "/work/a/..x"), true);
  assert.equal(isInside("/", "/x"), true);
});

test("a file belongs to the inner folder that holds it", () => {
  const roots = ["/work/a", "/work/a/in", "/work/ab"].map((folder) => ({
    ...{ id: folder, folder, name: folder },
  }));
  assert.deepEqual(relativeTo(roots, "/work/a/in/x/y.ts"), {
    rootId: "/work/a/in",
    path: "x/y.ts",
  });
  assert.deepEqual(relativeTo(roots, "/work/ab/z.ts"), { rootId: "/work/ab", path: "z.ts" });
  for (const none of ["/work/c/x.ts", "/work/a", "/work"])
    assert.equal(relativeTo(roots, none), undefined, none);
});

test("a citation's path leads into its folder or nowhere", () => {
  const root = { id: "r", folder: "/work/a", name: "a" };
  assert.equal(absolutePath(root, "src/x.ts"), "/work/a/src/x.ts");
  for (const bad of ["", ".", "..", "../b/x", "src/../../b", "/etc/passwd", "a\0b"]) {
    assert.equal(absolutePath(root, bad), undefined, bad);
  }
  const part = fc.constantFrom("..", ".", "a", "b", "", "...", "..a");
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const file = absolutePath(root, parts.join("/"));
      if (file !== undefined) assert.ok(path.normalize(file).startsWith("/work/a/"));
    }),
  );
});
