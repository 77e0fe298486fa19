/** A drawing as data: whoever shows it makes elements or text of it. */
export interface SvgShape {
  readonly tag:
    "svg" | "g" | "rect" | "line" | "polyline" | "polygon" | "circle" | "text" | "title";
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** Stands in front of the children; it is never parsed. */
  readonly text?: string;
  readonly children?: readonly SvgShape[];
}
