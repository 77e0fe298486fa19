/** Checks what a model wrote against a tool's schema, so that schema and check cannot differ. */
import type { JsonSchema } from "../../protocol/tools.ts";
import { ToolFailure } from "./tool.ts";

/**
 * Returns a fresh value that holds what the schema declares and nothing else. Errors: `ToolFailure` of the kind
 * `invalidInput`, which names the place and never quotes the value.
 */
export function checkInput(schema: JsonSchema, value: unknown, place = "input"): unknown {
  switch (schema.type) {
    case "object":
      return checkObject(schema, value, place);
    case "array":
      return checkList(schema, value, place);
    case "string":
      return checkText(schema, value, place);
    case "integer":
    case "number":
      return checkNumber(schema, value, place);
    case "boolean":
      if (typeof value !== "boolean") throw refused(place, "must be true or false");
      return value;
  }
}

function checkObject(schema: JsonSchema, value: unknown, place: string): unknown {
  // A model that has nothing to say may leave the object out.
  const given = value ?? {};
  if (typeof given !== "object" || Array.isArray(given)) throw refused(place, "must be an object");
  const fields = schema.properties ?? {};
  const known = Object.keys(fields);
  if (Object.keys(given).some((name) => !Object.hasOwn(fields, name)))
    throw refused(place, `has a field that is not known; the fields are ${known.join(", ")}`);
  const checked: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const at = `${place}.${name}`;
    const present: unknown = Object.hasOwn(given, name)
      ? (given as Record<string, unknown>)[name]
      : undefined;
    // Models write null for what they leave out.
    if (present !== undefined && present !== null) checked[name] = checkInput(field, present, at);
    else if (schema.required?.includes(name) === true) throw refused(at, "is missing");
  }
  return checked;
}

function checkList(schema: JsonSchema, value: unknown, place: string): unknown {
  if (!Array.isArray(value)) throw refused(place, "must be a list");
  const { maxItems = Number.MAX_SAFE_INTEGER, items } = schema;
  if (value.length > maxItems) throw refused(place, `must hold at most ${maxItems} values`);
  return Array.from(value, (item: unknown, idx) =>
    items === undefined ? item : checkInput(items, item, `${place}[${idx}]`),
  );
}

function checkText(schema: JsonSchema, value: unknown, place: string): string {
  const { minLength = 0, maxLength = Number.MAX_SAFE_INTEGER } = schema;
  if (typeof value !== "string") throw refused(place, "must be a string");
  if (value.length > maxLength)
    throw refused(place, `must be at most ${maxLength} characters long`);
  if (value.trim().length < minLength) throw refused(place, "must not be empty");
  if (schema.enum !== undefined && !schema.enum.includes(value))
    throw refused(place, `must be one of ${schema.enum.join(", ")}`);
  return value;
}

function checkNumber(schema: JsonSchema, value: unknown, place: string): number {
  const { minimum = -Infinity, maximum = Infinity } = schema;
  const isNumber = typeof value === "number" && Number.isFinite(value);
  if (!isNumber || value < minimum || value > maximum)
    throw refused(place, `must be a number from ${minimum} to ${maximum}`);
  if (schema.type === "integer" && !Number.isSafeInteger(value))
    throw refused(place, "must be a whole number");
  return value;
}

function refused(place: string, what: string): ToolFailure {
  return new ToolFailure(
    "invalidInput",
    `Nothing was done: ${place} ${what}. Call the tool again with this mended.`,
  );
}
