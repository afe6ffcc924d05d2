// Writes src/generated from openapi.json: the types of all operations, and the types of problems.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const DOCUMENT = new URL(process.env.OPENAPI ?? "../../openapi.json", import.meta.url);
const FOLDER = new URL("src/generated/", import.meta.url);

const BLOB = ts.factory.createTypeReferenceNode("Blob");

function binary(schema) {
  return schema.format === "binary" ? BLOB : undefined;
}

const text = await readFile(DOCUMENT, "utf8");
const types = await openapiTS(text, { transform: binary, defaultNonNullable: false });
const slugs = Object.keys(JSON.parse(text).components.examples).sort();
const slug = slugs.map((each) => `\n  | ${JSON.stringify(each)}`).join("");

await mkdir(FOLDER, { recursive: true });
await writeFile(new URL("openapi.ts", FOLDER), astToString(types));
await writeFile(new URL("problems.ts", FOLDER), `export type ProblemSlug =${slug};\n`);
