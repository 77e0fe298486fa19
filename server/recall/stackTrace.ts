/** Stack frames in pasted text: Node, browsers, Python, Java, Kotlin, Go, Rust, C#, Ruby and PHP. */

/** One frame of a stack trace. */
export interface StackFrame {
  /**
   * As the trace wrote it, with `/`. Java's frames name no folder: the package gives it
   * (`com/acme/Retry.java`).
   */
  readonly path: string;
  /** Zero-based. */
  readonly line: number;
  /** As the trace wrote it; absent where the trace names none. */
  readonly functionName?: string;
}

/** Longer lines hold no frame: traces are written by machines, one call a line. */
const maxLineLength = 1000;

/**
 * Returns the frames in order of appearance (Python's are turned round, so that the innermost call is
 * first as everywhere else) and `rest`, the text without the lines that were frames.
 */
export function findFrames(text: string): {
  readonly frames: readonly StackFrame[];
  readonly rest: string;
} {
  const frames: StackFrame[] = [];
  const rest: string[] = [];
  let previous = "";
  let isInnermostLast = false;
  let isPythonSource = false;
  for (const line of text.split("\n")) {
    const trimmed = line.length > maxLineLength ? "" : line.trim();
    const frame = trimmed === "" ? undefined : frameOf(trimmed, previous, line);
    if (frame !== undefined) {
      frames.push(frame);
      if (trimmed.startsWith('File "')) isInnermostLast = isPythonSource = true;
      if (frameTakesLineBefore(trimmed) && rest.at(-1)?.trim() === previous) rest.pop();
    } else if (isPythonSource && /^\s{4}/.test(line)) {
      // Python prints the source line under the frame; it stands in the file anyway.
      isPythonSource = /^[\s^~]*$/.test(line);
    } else {
      if (!/^(Traceback \(|stack backtrace:|goroutine \d+)/.test(trimmed)) rest.push(line);
      isPythonSource = false;
    }
    previous = trimmed;
  }
  return { frames: isInnermostLast ? frames.reverse() : frames, rest: rest.join("\n") };
}

function frameOf(trimmed: string, previous: string, line: string): StackFrame | undefined {
  if (trimmed.startsWith("at ")) return frameAfterAt(trimmed.slice(3), previous);
  if (trimmed.startsWith('File "')) return pythonFrame(trimmed);
  if (trimmed.startsWith("thread ")) return rustPanic(trimmed);
  if (trimmed.startsWith("#")) return phpFrame(trimmed);
  if (trimmed.includes(".go:")) return goFrame(trimmed, previous, line);
  if (trimmed.includes(":in `") || trimmed.includes(":in '")) return rubyFrame(trimmed);
  return undefined;
}

/** `at f (a.js:1:2)`, `at a.js:1:2`, `at a.b.C.f(C.java:1)`, `at N.C.F(Int32 x) in C:\a.cs:line 1`, Rust's `at a.rs:1:2`. */
function frameAfterAt(text: string, previous: string): StackFrame | undefined {
  const rest = text.startsWith("async ") ? text.slice(6) : text;
  const dotNet = rest.lastIndexOf(":line ");
  const dotNetIn = rest.indexOf(") in ");
  if (dotNet > 0 && dotNetIn > 0) {
    const line = Number.parseInt(rest.slice(dotNet + 6), 10);
    return makeFrame(rest.slice(dotNetIn + 5, dotNet), line, rest.slice(0, rest.indexOf("(")));
  }
  if (!rest.endsWith(")")) {
    const place = splitPlace(rest);
    // Rust writes the function on the line before: `  3: core::panicking::panic_fmt`.
    const numbered = /^\d{1,4}: (\S.*)$/.exec(previous);
    return place && makeFrame(place.path, place.line, numbered?.[1]);
  }
  const open = rest.includes(" (") ? rest.indexOf(" (") + 1 : rest.indexOf("(");
  if (open <= 0) return undefined;
  const place = splitPlace(rest.slice(open + 1, -1));
  if (place === undefined) return undefined;
  const name = rest.slice(0, open).trim();
  return makeFrame(
    javaPath(place.path, name) ?? place.path,
    place.line,
    name.replace(/ \[as .*$/, ""),
  );
}

/** `com.acme.Retry$Inner.run` in `Retry.java` lives in `com/acme/Retry.java`. */
function javaPath(file: string, name: string): string | undefined {
  if (!/^[\w$-]+\.(java|kt|scala|groovy|clj)$/.test(file)) return undefined;
  const parts = (name.split("/").at(-1) as string).split(".");
  return [...parts.slice(0, -2), file].join("/");
}

function pythonFrame(trimmed: string): StackFrame | undefined {
  const close = trimmed.indexOf('", line ');
  if (close < 0) return undefined;
  const after = trimmed.slice(close + 8);
  const named = after.indexOf(", in ");
  return makeFrame(
    trimmed.slice(6, close),
    Number.parseInt(after, 10),
    named < 0 ? undefined : after.slice(named + 5),
  );
}

function rustPanic(trimmed: string): StackFrame | undefined {
  const at = trimmed.indexOf(" panicked at ");
  if (at < 0) return undefined;
  const rest = trimmed.slice(at + 13).replace(/:$/, "");
  const place = splitPlace(rest.startsWith("'") ? rest.slice(rest.lastIndexOf("', ") + 3) : rest);
  return place && makeFrame(place.path, place.line, undefined);
}

function goFrame(trimmed: string, previous: string, line: string): StackFrame | undefined {
  if (!/^\s/.test(line)) return undefined;
  const plus = trimmed.lastIndexOf(" +0x");
  const place = splitPlace(plus < 0 ? trimmed : trimmed.slice(0, plus));
  if (place === undefined || /\s/.test(place.path)) return undefined;
  const open = previous.lastIndexOf("(");
  const called = open > 0 ? previous.slice(0, open) : undefined;
  const name = previous.startsWith("created by ") ? previous.slice(11).split(" ")[0] : called;
  return makeFrame(place.path, place.line, name);
}

/** Go and Rust write the function on a line of its own before the place. */
function frameTakesLineBefore(trimmed: string): boolean {
  return trimmed.includes(".go:") || (trimmed.startsWith("at ") && trimmed.includes(".rs:"));
}

function rubyFrame(trimmed: string): StackFrame | undefined {
  const at = Math.max(trimmed.indexOf(":in `"), trimmed.indexOf(":in '"));
  const place = splitPlace(trimmed.slice(0, at).replace(/^(from |\d+: from )/, ""));
  const name = trimmed.slice(at + 5);
  const close = name.indexOf("'");
  return place && makeFrame(place.path, place.line, close < 0 ? undefined : name.slice(0, close));
}

/** `#0 /srv/app/Retry.php(12): Retry->run()` */
function phpFrame(trimmed: string): StackFrame | undefined {
  const close = trimmed.indexOf("): ");
  const open = trimmed.lastIndexOf("(", close);
  const space = trimmed.indexOf(" ");
  if (close < 0 || open < space || !/^#\d{1,4}$/.test(trimmed.slice(0, space))) return undefined;
  const name = trimmed.slice(close + 3);
  const digits = trimmed.slice(open + 1, close);
  if (!/^\d{1,7}$/.test(digits)) return undefined;
  return makeFrame(trimmed.slice(space + 1, open), Number(digits), name.split("(")[0]);
}

/** Splits `path:line` or `path:line:column`; `line` is one-based as written. */
function splitPlace(text: string): { readonly path: string; readonly line: number } | undefined {
  const tail = /:(\d{1,7})(?::\d{1,7})?$/.exec(text.slice(-18));
  if (tail === null) return undefined;
  const path = text.slice(0, text.length - tail[0].length);
  return path === "" ? undefined : { path, line: Number(tail[1]) };
}

function makeFrame(
  path: string,
  oneBasedLine: number,
  name: string | undefined,
): StackFrame | undefined {
  const clean = cleanPath(path);
  if (clean === "" || clean.includes("<") || !Number.isInteger(oneBasedLine) || oneBasedLine < 1)
    return undefined;
  const functionName = name?.trim();
  return { path: clean, line: oneBasedLine - 1, ...(functionName ? { functionName } : {}) };
}

/** Returns a path with `/`, without `file://`, a query or surrounding white space. */
export function cleanPath(path: string): string {
  let clean = path.trim();
  if (clean.startsWith("file://")) clean = clean.slice(7);
  const query = clean.indexOf("?");
  if (query > 0) clean = clean.slice(0, query);
  return clean.replaceAll("\\", "/");
}
