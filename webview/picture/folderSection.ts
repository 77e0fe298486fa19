import type { FileSums, FolderPart, FolderPicture } from "../../protocol/picture.ts";
import { element } from "../element.ts";
import { draw } from "./draw.ts";
import { folderDrawing } from "./folderDrawing.ts";
import { button, figure, line, moreLine, section, type Surroundings } from "./parts.ts";
import { table, type Row } from "./table.ts";
import { shareText, shownText, sizeText } from "./words.ts";

/** What is remembered of a folder's parts: a way back up, a treemap, and the same as a table. */
export function folderSection(
  folder: FolderPicture,
  rootName: string,
  around: Surroundings,
): HTMLElement {
  const { texts } = around;
  const title = texts.text("folders");
  const way = pathNav(folder.path, rootName, around);
  if (folder.nParts === 0) return section("folders", title, way, line(texts.text("emptyFolder")));
  const drawing = draw(
    folderDrawing(folder, {
      size: (bytes) => sizeText(bytes, texts),
      more: (n) => texts.plural("more", n),
    }),
  );
  drawing.addEventListener("click", (event) => openTile(event, folder, around));
  const rows: Row[] = [
    ...folder.parts.map((part) => partRow(part, folder.path, around)),
    { cells: [texts.text("wholeFolder"), ...sumCells(folder, around), ""], class: "total" },
  ];
  const columns = [
    { title: texts.text("name") },
    ...(["files", "size", "chunks", "byMeaning", "inDeep"] as const).map((key) => ({
      title: texts.text(key),
      isNumber: true,
    })),
    { title: texts.text("actions") },
  ];
  const shownPath = folder.path === "" ? rootName : folder.path;
  return section(
    "folders",
    title,
    way,
    figure(drawing, texts.text("foldersDrawing")),
    table(texts.text("foldersCaption", shownText(shownPath)), columns, rows, texts),
    moreLine("folders", folder.nParts - folder.parts.length, around),
  );
}

function pathNav(path: string, rootName: string, { texts, showFolder }: Surroundings): HTMLElement {
  const names = path === "" ? [] : path.split("/");
  const steps = [rootName, ...names].map((name, idx) => {
    const shown = shownText(name, 60);
    const target = names.slice(0, idx).join("/");
    return element(
      "li",
      {},
      idx === names.length
        ? element("span", { text: shown, attributes: { "aria-current": "location" } })
        : button(`up-${target}`, shown, () => showFolder(target)),
    );
  });
  return element(
    "nav",
    { attributes: { "aria-label": texts.text("path") } },
    element("ol", { class: "path" }, ...steps),
  );
}

function partRow(part: FolderPart, folder: string, around: Surroundings): Row {
  const { texts, post } = around;
  const path = pathOf(part, folder);
  const shown = shownText(part.isFolder ? `${part.name}/` : part.name, 80);
  const label = texts.text(part.isFolder ? "openFolder" : "openFile", shown);
  const open = button(`part-${path}`, shown, () => openPart(part, folder, around), { label });
  const exclude = button(
    `exclude-${path}`,
    texts.text("exclude"),
    () => post({ type: "exclude", path: part.isFolder ? `${path}/` : path }),
    { label: texts.text("excludeLabel", shown) },
  );
  return { cells: [[open], ...sumCells(part, around), [exclude]] };
}

function sumCells(sums: FileSums, { texts }: Surroundings): string[] {
  return [
    texts.number(sums.nFiles),
    sizeText(sums.bytes, texts),
    texts.number(sums.nChunks),
    shareText(sums.nEmbedded, sums.nChunks, texts),
    shareText(sums.deepBytes, sums.bytes, texts),
  ];
}

function openTile(event: Event, folder: FolderPicture, around: Surroundings): void {
  const tile = event.target instanceof Element ? event.target.closest("[data-part]") : null;
  const part = folder.parts.find(
    ({ name, isFolder }) =>
      name === tile?.getAttribute("data-part") &&
      String(isFolder) === tile.getAttribute("data-folder"),
  );
  if (part !== undefined) openPart(part, folder.path, around);
}

function openPart(part: FolderPart, folder: string, { post, showFolder }: Surroundings): void {
  const path = pathOf(part, folder);
  if (part.isFolder) showFolder(path);
  else post({ type: "openFile", path });
}

function pathOf({ name }: FolderPart, folder: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
