// Calls of the agents' API. What the server refuses becomes a Refusal with its problem
// document; what never reached it becomes Unreachable, which is worth another try.

import type { Problem } from "../wire";

export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }
}

export class Unreachable extends Error {}

/** Called when the server says that nobody is signed in. */
let onSignedOut = () => {};
export const whenSignedOut = (what: () => void) => (onSignedOut = what);

export interface Call {
  method?: string;
  body?: unknown;
  /** A form with files, instead of a body. */
  form?: FormData;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export async function call<T>(path: string, options: Call = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const init: RequestInit = { method: options.method ?? "GET", headers, credentials: "same-origin" };
  if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  // The browser itself writes what parts the form's pieces.
  if (options.form) init.body = options.form;
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  if (options.signal) init.signal = options.signal;

  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable("the server cannot be reached");
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const problem = await problemOf(response);
  if (problem.status === 401 && !path.startsWith("/v1/session") && !path.startsWith("/v1/me/password")) onSignedOut();
  // A proxy's 502 and 504 mean that our server was not reached.
  if (problem.status === 502 || problem.status === 504) throw new Unreachable(problem.title);
  throw new Refusal(problem);
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = { title: response.statusText || String(response.status), status: response.status };
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}

export const get = <T>(path: string, signal?: AbortSignal) => call<T>(path, signal ? { signal } : {});
export const post = <T>(path: string, body?: unknown) => call<T>(path, body === undefined ? { method: "POST" } : { method: "POST", body });
export const patch = <T>(path: string, body: unknown) => call<T>(path, { method: "PATCH", body });
export const put = <T>(path: string, body: unknown) => call<T>(path, { method: "PUT", body });
export const remove = (path: string) => call<void>(path, { method: "DELETE" });

export function params(values: Record<string, string | number | undefined>): string {
  const list = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== "") list.set(name, String(value));
  const text = list.toString();
  return text && `?${text}`;
}
