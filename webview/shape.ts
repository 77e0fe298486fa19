/**
 * Small checks of a value's shape. Each returns true only when the whole value fits; a check reads every
 * field that its type has and passes over fields it does not know.
 */
export type Check<T> = (value: unknown) => value is T;

export const isString: Check<string> = (value) => typeof value === "string";
export const isBoolean: Check<boolean> = (value) => typeof value === "boolean";
/** A finite number. */
export const isNumber: Check<number> = (value): value is number => Number.isFinite(value);
/** A whole number from 0. */
export const isCount: Check<number> = (value): value is number =>
  isNumber(value) && Number.isSafeInteger(value) && value >= 0;

/** Returns a check that the value is one of the given strings. */
export function isOneOf<const T extends readonly string[]>(...values: T): Check<T[number]> {
  const known = new Set<unknown>(values);
  return (value): value is T[number] => known.has(value);
}

/** Returns a check of an array's elements. */
export function isArrayOf<T>(element: Check<T>): Check<readonly T[]> {
  return (value): value is readonly T[] =>
    Array.isArray(value) && value.every((item) => element(item));
}

/** Returns a check of an object's values, whatever their keys. */
export function isRecordOf<T>(element: Check<T>): Check<Readonly<Record<string, T>>> {
  return (value): value is Readonly<Record<string, T>> =>
    isPlainObject(value) && Object.values(value).every((item) => element(item));
}

/** Returns a check that also lets `undefined` pass, as a missing field does. */
export function isOptional<T>(check: Check<T>): Check<T | undefined> {
  return (value): value is T | undefined => value === undefined || check(value);
}

/** Returns a check of an object's fields. `fields` must name every field of `T`. */
export function isObject<T>(fields: { readonly [K in keyof Required<T>]: Check<T[K]> }): Check<T> {
  const checks: [string, Check<unknown>][] = Object.entries(fields);
  return (value): value is T =>
    isPlainObject(value) &&
    checks.every(([name, check]) => check(Object.hasOwn(value, name) ? value[name] : undefined));
}

/** Returns a check of a discriminated union: `checks` has one check for each value of the field `tag`. */
export function isUnion<Tag extends string, T extends { readonly [K in Tag]: string }>(
  tag: Tag,
  checks: { readonly [V in T[Tag]]: Check<Extract<T, { readonly [K in Tag]: V }>> },
): Check<T> {
  const byTag = new Map<string, Check<T>>(Object.entries(checks));
  return (value): value is T => {
    if (!isPlainObject(value)) return false;
    const kind = value[tag];
    return typeof kind === "string" && (byTag.get(kind)?.(value) ?? false);
  };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
