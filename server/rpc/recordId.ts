import { maskSecrets } from "../secrets/maskSecrets.ts";
import { ShapeError, type Shape } from "./shape.ts";

/** An id of a note, a conversation or a turn. It is never shown and never masked, so it may not be a place for a secret either. */
export const recordId: Shape<string> = (value, place) => {
  if (typeof value !== "string" || !/^[\w.-]{1,200}$/.test(value) || maskSecrets(value) !== value)
    throw new ShapeError(`${place} must be an id of letters, digits, “-”, “_” and “.”`);
  return value;
};
