/** What a drop or a paste that names files carries. */
export interface NamedFiles {
  /** Addresses (`file:…`) or absolute paths. */
  readonly files: readonly string[];
  /** What is put into the field when none of them is in the workspace. */
  readonly text: string;
}

/** The editor's own lists come first: they name everything that is dragged, also from its tabs. */
const listTypes = ["application/vnd.code.uri-list", "text/uri-list"];
const maxFiles = 50;

/**
 * Hands files that are dropped on the field, or whose absolute paths are pasted into it, to `name`. Other text is
 * dropped and pasted as usual. (The editor lets a page have what is dragged while Shift is held.)
 */
export function watchNamedFiles(field: HTMLElement, name: (named: NamedFiles) => void): void {
  field.addEventListener("dragover", (event) => {
    const types = event.dataTransfer?.types ?? [];
    if (!listTypes.some((type) => types.includes(type))) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
  });
  field.addEventListener("drop", (event) => {
    const lists = listTypes.map((type) => event.dataTransfer?.getData(type) ?? "");
    const files = addressesIn(lists.find((list) => list !== "") ?? "");
    if (files.length === 0) return;
    event.preventDefault();
    name({ files, text: "" });
    field.focus();
  });
  field.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const files = pastedPaths(text);
    if (files.length === 0) return;
    event.preventDefault();
    name({ files, text });
  });
}

function addressesIn(list: string): string[] {
  const lines = list.split(/[\r\n]+/).map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).slice(0, maxFiles);
}

/** The lines of a text when each is the absolute path or the address of a file. */
function pastedPaths(text: string): string[] {
  if (text.length > 20_000) return [];
  const lines = addressesIn(text);
  return lines.every((line) =>
    /^(?:file:\/\/\/|\/(?=[^/\s]+\/)|[A-Za-z]:[\\/])\S[^\n]*$/.test(line),
  )
    ? lines
    : [];
}
