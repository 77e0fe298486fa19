/**
 * Ties docs/protocol.md to protocol/: the document names every method and error, and carries a hash of the contract
 * that says it was read again after the last change. `--update` writes the hash.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { errorCatalogue } from "../protocol/errors.ts";
import { fail } from "./bootstrap.mjs";
import { inCheckout } from "./checkout.ts";

const document = inCheckout("docs/protocol.md");
if (!existsSync(document)) fail("docs/protocol.md is missing.");
const text = readFileSync(document, "utf8");
const marker = /<!-- contract: ([0-9a-f]{16}) -->/;
const hash = contractHash();

if (process.argv.includes("--update")) {
  writeFileSync(document, text.replace(marker, `<!-- contract: ${hash} -->`));
} else {
  const written = marker.exec(text)?.[1];
  const faults = [
    ...names().flatMap((name) =>
      text.includes(`\`${name}\``) ? [] : [`docs/protocol.md does not name \`${name}\`.`],
    ),
    ...(written === hash
      ? []
      : [
          `protocol/ changed since docs/protocol.md was last checked. Bring the document up to date, then run: node scripts/checkProtocolDoc.mjs --update (its line is <!-- contract: ${hash} -->)`,
        ]),
  ];
  if (faults.length > 0) {
    process.stderr.write(`${faults.join("\n")}\n`);
    process.exitCode = 1;
  }
}

/** Every name of the contract that the document must speak of: methods on the wire, and errors. */
function names(): readonly string[] {
  const methods = readFileSync(inCheckout("protocol/methods.ts"), "utf8").matchAll(
    /\(\s*"([a-z]+\/[A-Za-z]+)"/g,
  );
  return [...Array.from(methods, (match) => match[1] ?? ""), ...Object.keys(errorCatalogue)];
}

function contractHash(): string {
  const folder = inCheckout("protocol");
  const sum = createHash("sha256");
  for (const name of readdirSync(folder).toSorted()) {
    sum.update(
      `${name}\n${readFileSync(path.join(folder, name), "utf8").replaceAll("\r\n", "\n")}`,
    );
  }
  return sum.digest("hex").slice(0, 16);
}
