/** The package of the extension in `test/fixtures/agent`, made by hand: it is two files. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { zipSync } from "fflate";

const source = path.join(import.meta.dirname, "../fixtures/agent");

const manifest = `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata><Identity Language="en-US" Id="agent" Version="0.0.1" Publisher="test" /></Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code" /></Installation>
</PackageManifest>
`;

/** Writes the package into a folder and returns its path. */
export function packAgent(folder: string): string {
  const file = path.join(folder, "agent.vsix");
  const read = (name: string): Uint8Array => readFileSync(path.join(source, name));
  const packed = zipSync({
    "extension.vsixmanifest": new TextEncoder().encode(manifest),
    "extension/package.json": read("package.json"),
    "extension/extension.cjs": read("extension.cjs"),
  });
  writeFileSync(file, packed);
  return file;
}
