import assert from "node:assert/strict";
import { test } from "node:test";
import { binary, ok } from "../src/index.js";
import { owner } from "./server.js";

test("uploads and downloads a file", async () => {
  const { api } = await owner();
  const params = { query: { name: "report.txt" } };

  const file = await ok(
    api.POST("/api/v1/files", { params, body: new Blob(["all is well"]), ...binary }),
  );

  const content = await ok(
    api.GET("/api/v1/files/{file_id}/content", {
      params: { path: { file_id: file.id } },
      parseAs: "blob",
    }),
  );
  assert.equal(await content.text(), "all is well");
});
