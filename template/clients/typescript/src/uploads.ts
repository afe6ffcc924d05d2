/**
 * Sends a Blob or File as it is. It is not kept for a second attempt:
 *
 *     await ok(api.POST("/api/v1/files", { params: { query: { name } }, body: file, ...binary }))
 */
export const binary = {
  bodySerializer: (body: Blob | undefined): Blob | undefined => body,
  headers: { "Content-Type": "application/octet-stream" },
};
