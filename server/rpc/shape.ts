/**
 * Checks of values that came over the wire. A shape returns a fresh value that holds the declared fields
 * and nothing else, so what a hostile message adds (`__proto__`, getters, huge extras) goes no further.
 */
import path from "node:path";

/** Returns the checked copy of `value`. Throws `ShapeError` naming `place`, the dotted way to the value. */
export type Shape<T> = (value: unknown, place: string) => T;

/** A shape for a field that may be absent. `null` is not absent. */
export interface OptionalShape<T> {
  readonly optional: Shape<T>;
}

/** The value does not have the declared shape. The message names the place and never quotes the value. */
export class ShapeError extends Error {}

type Field<T, K extends keyof T> =
  Partial<Pick<T, K>> extends Pick<T, K> ? OptionalShape<Exclude<T[K], undefined>> : Shape<T[K]>;

/** An object with these fields; others are dropped. */
export function object<T extends object>(fields: {
  readonly [K in keyof T]-?: Field<T, K>;
}): Shape<T> {
  const entries = Object.entries<Shape<unknown> | OptionalShape<unknown>>(fields);
  return (value, place) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new ShapeError(`${place} must be an object`);
    }
    const checked: Record<string, unknown> = {};
    for (const [name, field] of entries) {
      const present = Object.hasOwn(value, name);
      const given = present ? (value as Record<string, unknown>)[name] : undefined;
      const at = `${place}.${name}`;
      if (typeof field === "function") checked[name] = field(given, at);
      else if (given !== undefined) checked[name] = field.optional(given, at);
    }
    return checked as T;
  };
}

/** Marks a field of an object as one that may be absent. */
export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { optional: shape };
}

/** A list of at most `maxLength` values of one shape. */
export function list<T>(shape: Shape<T>, maxLength: number): Shape<T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw new ShapeError(`${place} must be a list`);
    if (value.length > maxLength) {
      throw new ShapeError(`${place} must hold at most ${maxLength} values`);
    }
    return Array.from(value, (item: unknown, idx) => shape(item, `${place}[${idx}]`));
  };
}

/** A string of at most `maxLength` UTF-16 code units. */
export function text(maxLength: number): Shape<string> {
  return (value, place) => {
    if (typeof value !== "string") throw new ShapeError(`${place} must be a string`);
    if (value.length > maxLength) {
      throw new ShapeError(`${place} must be at most ${maxLength} characters long`);
    }
    return value;
  };
}

/** A string with something in it besides blanks. */
export function filledText(maxLength: number): Shape<string> {
  const string = text(maxLength);
  return (value, place) => {
    const checked = string(value, place);
    if (checked.trim() === "") throw new ShapeError(`${place} must not be empty`);
    return checked;
  };
}

/** An absolute path of the machine that runs the server. */
export function absolutePath(maxLength: number): Shape<string> {
  const string = filledText(maxLength);
  return (value, place) => {
    const checked = string(value, place);
    if (checked.includes("\0") || !path.isAbsolute(checked)) {
      throw new ShapeError(`${place} must be an absolute path`);
    }
    return checked;
  };
}

/** A whole number from `min` to `max`, both included. */
export function integer(min: number, max: number): Shape<number> {
  return (value, place) => {
    if (!Number.isSafeInteger(value) || Number(value) < min || Number(value) > max) {
      throw new ShapeError(`${place} must be a whole number from ${min} to ${max}`);
    }
    return Number(value);
  };
}

/** A time in milliseconds since 1970, as far as a date can hold it. */
export const timeMs = integer(0, 8.64e15);

/** A finite number. */
export const finite: Shape<number> = (value, place) => {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new ShapeError(`${place} must be a number`);
  return value;
};

/** True or false. */
export const flag: Shape<boolean> = (value, place) => {
  if (typeof value !== "boolean") throw new ShapeError(`${place} must be true or false`);
  return value;
};

/** One of these strings. */
export function oneOf<const T extends string>(...allowed: readonly T[]): Shape<T> {
  return (value, place) => {
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) throw new ShapeError(`${place} must be one of ${allowed.join(", ")}`);
    return found;
  };
}

/** This very value. */
export const exactly =
  <const T>(wanted: T): Shape<T> =>
  (value, place) => {
    if (value !== wanted) throw new ShapeError(`${place} must be ${String(wanted)}`);
    return wanted;
  };

/** No parameters: absent, `null` or an object, whose fields are ignored. */
export const nothing: Shape<Record<string, never>> = (value, place) => {
  if (
    value !== undefined &&
    value !== null &&
    (typeof value !== "object" || Array.isArray(value))
  ) {
    throw new ShapeError(`${place} must be an object`);
  }
  return {};
};
