// How a receiver checks that a webhook is Gatehouse's, without a dependency.
//
// WorkOS-Signature: t=<milliseconds>, v1=<hex of HMAC-SHA-256 over "t.body">,
// the key is the endpoint's secret as text. Check it over the body as it came,
// before anything parses it.
import { createHmac, timingSafeEqual } from "node:crypto";

// A request that is older was recorded and is sent again by somebody else.
export const tolerance = 180_000;

// verify says whether the header signs the body, by any of the secrets: while a
// secret is rotated, give the new one and the one before it.
export function verify(header, body, secrets, now = Date.now()) {
  const match = /^t=(\d{1,16}), ?v1=([0-9a-f]{64})$/.exec(header ?? "");
  if (!match || Math.abs(now - Number(match[1])) > tolerance) return false;
  const given = Buffer.from(match[2], "hex");
  return secrets.filter(Boolean).some((secret) =>
    timingSafeEqual(given, createHmac("sha256", secret).update(`${match[1]}.`).update(body).digest()));
}
