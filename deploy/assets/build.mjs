// Builds what browsers load, from api/assets and node_modules into api/static: hashed names, a manifest, the licences,
// and beside each text file its compressed forms. Templates and Python are read too: of Tabler only what they use stays.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { PurgeCSS } from "purgecss";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const target = path.join(root, "api/static");
const making = `${target}.making`;
const here = (...parts) => path.join(root, ...parts);
const FIRST_LOAD_BYTES = 120 * 1024;

// Classes stand whole in templates, Python tables or scripts; those that Tabler's own rules combine stay as well.
const usedTabler = {
  name: "used-tabler",
  setup({ onLoad }) {
    onLoad({ filter: /tabler\.min\.css$/ }, async ({ path: file }) => {
      const [kept] = await new PurgeCSS().purge({
        css: [{ raw: await readFile(file, "utf8") }],
        content: ["html", "py"].map((kind) => here(`api/pages/**/*.${kind}`)).concat(here("api/assets/js/*.js")),
        safelist: { standard: ["html", "body"], greedy: [/data-bs-theme/] },
        variables: true,
        keyframes: true,
      });
      return { contents: kept.css, loader: "css", resolveDir: path.dirname(file) };
    });
  },
};

async function bundle() {
  const { metafile } = await build({
    entryPoints: Object.fromEntries(
      (await readdir(here("api/assets/js"))).filter((name) => name.endsWith(".js")).map((name) => [path.parse(name).name, here("api/assets/js", name)])
        .concat([["app-style", here("api/assets/css/app.css")]]),
    ),
    bundle: true, minify: true, format: "esm", target: ["chrome109", "firefox115", "safari16"],
    outdir: making, entryNames: "[name]-[hash]", assetNames: "[name]-[hash]", publicPath: "/static",
    loader: { ".woff2": "file", ".wasm": "file" }, legalComments: "none", metafile: true, nodePaths: [here("node_modules")],
    absWorkingDir: root, plugins: [usedTabler], logLevel: "warning",
  });
  const names = {};
  for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint) names[path.basename(entryPoint)] = path.basename(file);
  }
  return names;
}

// One file with the icons named in icons.txt; pages show one by <use href="…#name">.
async function sprite() {
  const names = (await readFile(here("api/assets/icons.txt"), "utf8")).split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(here("node_modules/@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s+/g, " ").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
  }));
  const file = await hashed("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
  return { file, names };
}

async function hashed(name, content) {
  const { name: stem, ext } = path.parse(name);
  const file = `${stem}-${createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase()}${ext}`;
  await writeFile(path.join(making, file), content);
  return file;
}

async function licences() {
  const { dependencies } = JSON.parse(await readFile(here("package.json"), "utf8"));
  const texts = await Promise.all(Object.keys(dependencies).sort().map(async (name) => {
    const folder = here("node_modules", name);
    const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? (await readFile(path.join(folder, file), "utf8")).trim() : ""}`;
  }));
  await writeFile(path.join(making, "THIRD_PARTY.txt"), `${texts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
}

async function compress() {
  for (const name of await readdir(making)) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    const content = await readFile(path.join(making, name));
    await writeFile(path.join(making, `${name}.gz`), gzipSync(content, { level: 9 }));
    await writeFile(path.join(making, `${name}.br`), brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
}

// What a browser loads before it shows its first page, as gzip: style, scripts, icons and the Latin font.
async function checkFirstLoad(files) {
  const fonts = (await readdir(making)).filter((name) => /^inter-latin-wght.*woff2$/.test(name));
  const sizes = await Promise.all(files.map((name) => `${name}.gz`).concat(fonts).map(async (name) => (await readFile(path.join(making, name))).length));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`Pages load ${(total / 1024).toFixed(1)} KB at first, compressed.`);
  if (total > FIRST_LOAD_BYTES) throw new Error(`The first load is ${total} bytes; ${FIRST_LOAD_BYTES} are allowed.`);
  return total;
}

await rm(making, { recursive: true, force: true });
await mkdir(making, { recursive: true });
const files = await bundle();
const icons = await sprite();
files["icons.svg"] = icons.file;
files["favicon.svg"] = await hashed("favicon.svg", await readFile(here("api/assets/favicon.svg"), "utf8"));
for (const name of await readdir(here("api/assets/app-icons"))) {
  files[name] = await hashed(name, await readFile(here("api/assets/app-icons", name)));
}
await licences();
await compress();
const firstLoad = await checkFirstLoad(["app.css", "app.js", "theme.js", "icons.svg"].map((name) => files[name]));
await writeFile(path.join(making, "manifest.json"), `${JSON.stringify({ files, icons: icons.names, firstLoad }, null, 1)}\n`);
await rm(target, { recursive: true, force: true });
await rename(making, target);
