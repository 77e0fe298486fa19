/** Where the entries of the worker threads are: beside the bundle, or in the source tree when it runs unbundled. */

const fromSource = import.meta.url.endsWith(".ts");

/** Returns the URL of a worker thread's entry. */
export function threadEntry(name: "ingestThread" | "parseThread"): URL {
  return new URL(fromSource ? `./ingest/${name}.ts` : `./${name}.mjs`, import.meta.url);
}

/** Returns the URL of the folder with the grammars. In a source tree that is the build's folder. */
export function grammarFolderUrl(): URL {
  return new URL(fromSource ? "../dist/grammars/" : "./grammars/", import.meta.url);
}
