/** Files that are not remembered because of what they are called. They are never opened. */
import type { SkipReason } from "../../protocol/types.ts";
import { secretKindOf } from "./secretFiles.ts";

/** Why a file is skipped. `detail` is a fragment for the user that completes "skipped: …". */
export interface SkipVerdict {
  readonly reason: SkipReason;
  readonly detail: string;
}

/** Why a file of this path is skipped whatever it holds; `undefined` when it is worth opening. */
export function skipByName(path: string): SkipVerdict | undefined {
  const secret = secretKindOf(path);
  if (secret !== undefined) return { reason: "secret", detail: secret };
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  if (lockFileNames.has(name))
    return { reason: "lockFile", detail: "resolved dependency versions" };
  const dot = name.lastIndexOf(".");
  const extension = dot < 0 ? "" : name.slice(dot + 1);
  const data = dataExtensions.get(extension);
  if (data !== undefined) return { reason: "dataFile", detail: data };
  if (dataNames.has(name)) return { reason: "dataFile", detail: "desktop data" };
  if (/\.so(\.\d+)+$/.test(name)) return { reason: "dataFile", detail: "compiled code" };
  if (extension === "map" && /\.(js|mjs|cjs|jsx|ts|mts|cts|tsx|css|wasm)\.map$/.test(name))
    return { reason: "sourceMap", detail: "source map" };
  if (/[.-]min\.(js|mjs|cjs|css|html)$/.test(name))
    return { reason: "minified", detail: "named as minified" };
  const generator = generatedNames.find(([pattern]) => pattern.test(name));
  if (generator !== undefined) return { reason: "generated", detail: generator[1] };
  return undefined;
}

/** Names that only a generator gives. */
const generatedNames: readonly (readonly [RegExp, string])[] = [
  [/\.pb(\.gw|\.validate)?\.(go|cc|h)$|_pb2(_grpc)?\.pyi?$/, "from a protocol buffer definition"],
  [/\.(g|freezed|gr|mocks)\.dart$/, "by a Dart generator"],
  [/^zz_generated\..*\.go$/, "by a Kubernetes generator"],
];

const lockFileNames: ReadonlySet<string> = new Set(
  `package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock
  cargo.lock go.sum go.work.sum poetry.lock pipfile.lock pdm.lock uv.lock pixi.lock conda-lock.yml
  composer.lock gemfile.lock gems.locked mix.lock rebar.lock pubspec.lock podfile.lock
  cartfile.resolved package.resolved packages.lock.json project.assets.json paket.lock flake.lock
  gradle.lockfile buildscript-gradle.lockfile .terraform.lock.hcl module.bazel.lock stack.yaml.lock
  cabal.project.freeze shard.lock chart.lock brewfile.lock.json dub.selections.json nimble.lock
  spago.lock conan.lock renv.lock packages-lock.json`.split(/\s+/),
);

const dataNames: ReadonlySet<string> = new Set([".ds_store", "thumbs.db", "desktop.ini"]);

/**
 * Extensions that leave no doubt. Others that are mostly data (`.dat`, `.lib`, `.db`) are also used for text
 * that people write; such files are judged by their content.
 */
const dataExtensions: ReadonlyMap<string, string> = new Map(
  Object.entries({
    image:
      "png jpg jpeg jpe gif bmp ico icns cur webp avif tif tiff psd xcf heic heif svg svgz eps tga dds ktx exr pbm pgm ppm",
    font: "ttf otf ttc woff woff2 eot pfb bdf",
    archive:
      "zip tar gz tgz bz2 tbz2 xz txz zst lz lz4 lzma 7z rar jar war ear aar whl egg gem nupkg snupkg deb rpm apk ipa dmg iso img cab msi vsix crx xpi",
    "audio or video":
      "mp3 mp4 m4a m4v wav flac ogg oga ogv opus webm mov avi mkv wmv wma aac mid midi aiff",
    "compiled code":
      "exe dll so dylib a o obj ko class pyc pyo pyd wasm pdb elf dex rlib rmeta gch pch",
    document: "pdf doc docx xls xlsx xlsm ppt pptx odt ods odp epub mobi",
    "table or record data":
      "csv tsv jsonl ndjson geojson topojson parquet arrow feather avro orc npy npz pkl pickle h5 hdf5 rds rdata mo shp dbf shx",
    database: "sqlite sqlite3 db3 mdb accdb",
    "model weights": "onnx safetensors gguf ggml tflite ckpt pth caffemodel mlmodel",
    "binary data": "bin hex ihex srec swp swo rom uasset crt cer der crl csr",
  }).flatMap(([detail, list]) => list.split(" ").map((extension) => [extension, detail] as const)),
);
