import type { SelfTestResult } from "../../protocol/deepMemory.ts";
import { retentionShape } from "../../webview/retentionShape.ts";
import type { SvgShape } from "../../webview/svgShape.ts";
import { escaped } from "../webviewPage.ts";
import type { Wording } from "../wording.ts";

/** The retention curve as SVG: accuracy by distance with its intervals, and the best control as a dashed line. */
export function retentionCurve(result: SelfTestResult, { t }: Wording): string {
  return svgText(
    retentionShape(result, {
      label: t("Facts told exactly, by tokens of code between telling and asking"),
      axis: t("tokens between telling and asking"),
    }),
  );
}

function svgText({ tag, attributes = {}, text = "", children = [] }: SvgShape): string {
  const named = Object.entries(attributes).map(
    ([name, value]) => ` ${name}="${escaped(String(value))}"`,
  );
  const inside = [escaped(text), ...children.map(svgText)].filter((part) => part !== "");
  const open = `<${tag}${named.join("")}`;
  return inside.length === 0 ? `${open}/>` : `${open}>${inside.join("\n")}</${tag}>`;
}
