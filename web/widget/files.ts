/** Files on their way to and from the server, with the visitor's token. */

import type { FileContent } from "../shared/wire";

export interface Uploaded {
  id: string;
  name: string;
  media_type: string;
  bytes: number;
}

/** Why a file was not taken. */
export class UploadError extends Error {
  constructor(readonly tooLarge: boolean) {
    super("the file was not taken");
  }
}

/** A file above the limit is not even sent: what stands between may cut it off without a word. */
export async function upload(
  server: string,
  token: string,
  file: File,
  limit: number | undefined,
  signal: AbortSignal,
): Promise<Uploaded> {
  if (limit && file.size > limit) throw new UploadError(true);
  const body = new FormData();
  body.append("file", file, file.name || "image.png");
  const answer = await fetch(`${server}v1/uploads`, { method: "POST", body, signal, headers: bearer(token) });
  if (!answer.ok) throw new UploadError(answer.status === 413);
  return answer.json();
}

export async function download(server: string, token: string, file: FileContent): Promise<Blob> {
  const answer = await fetch(new URL(file.url, server), { headers: bearer(token) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.blob();
}

function bearer(token: string): HeadersInit {
  return { Authorization: `Bearer ${token}` };
}

/** Hands a file to the browser's downloads. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
