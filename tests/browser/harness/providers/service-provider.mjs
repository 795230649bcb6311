// A service provider by software that we did not write, @node-saml/node-saml,
// which shows that the providers work without Gatehouse: a journey that fails
// with one of them then fails by our fault. It keeps what it was sent.
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SAML, ValidateInResponseTo } from "@node-saml/node-saml";
import { newKey } from "./keys.mjs";

export const relayState = "/from/the/start";

export async function startServiceProvider(closers, provider) {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-service-provider-"));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const key = await newKey(folder, "sp");
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const base = `http://localhost:${server.address().port}`;
  const metadata = { entityId: `${base}/metadata`, acsUrl: `${base}/acs`, sloUrl: `${base}/slo`, certificates: [key.certificate] };
  const saml = samlOf(metadata, key, provider);
  const self = { ...metadata, base, startUrl: `${base}/start`, signOutUrl: `${base}/sign-out`, answers: [], signedOut: [] };
  server.on("request", (request, response) => {
    answer(self, saml, request).catch((err) => ({ status: 400, text: `Refused: ${err.message}`, err })).then((what) => {
      self.last = what;
      if (what.location) response.writeHead(302, { location: what.location }).end();
      else response.writeHead(what.status ?? 200, { "content-type": "text/html" }).end(`<!doctype html><title>SP</title><p id="outcome">${what.text.replaceAll("<", "&lt;")}</p>`);
    });
  });
  return self;
}

// Whoever made the certificates that the provider has now is trusted, no one else.
function samlOf({ entityId, acsUrl, sloUrl }, { key, certificate }, provider) {
  return new SAML({
    issuer: entityId,
    callbackUrl: acsUrl,
    logoutCallbackUrl: sloUrl,
    entryPoint: provider.ssoUrl,
    logoutUrl: provider.sloUrl,
    idpIssuer: provider.entityId,
    idpCert: (done) => done(null, [provider.certificate()]),
    privateKey: key,
    publicCert: certificate,
    decryptionPvk: key,
    signatureAlgorithm: "sha256",
    identifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    disableRequestedAuthnContext: true,
    validateInResponseTo: ValidateInResponseTo.ifPresent,
    // Signed either way: one of the two is asked for by the library itself.
    wantAssertionsSigned: false,
    wantAuthnResponseSigned: false,
  });
}

async function answer(self, saml, request) {
  const url = new URL(request.url, self.base);
  const body = Object.fromEntries(new URLSearchParams(await read(request)));
  switch (url.pathname) {
    case "/start":
      return { location: await saml.getAuthorizeUrlAsync(relayState, undefined, {}) };
    case "/sign-out":
      return { location: await saml.getLogoutUrlAsync(self.answers.at(-1).profile, "", {}) };
    case "/acs": {
      const xml = Buffer.from(body.SAMLResponse, "base64").toString();
      const { profile } = await saml.validatePostResponseAsync(body);
      self.answers.push({ xml, profile, relayState: body.RelayState });
      return { text: `Signed in: ${profile.mail}` };
    }
    case "/slo":
      return logout(self, saml, url, body);
    default:
      return { status: 404, text: "Nothing here" };
  }
}

async function logout(self, saml, url, body) {
  const query = Object.fromEntries(url.searchParams);
  const { profile, loggedOut } = Object.keys(body).length
    ? await (body.SAMLRequest ? saml.validatePostRequestAsync(body) : saml.validatePostResponseAsync(body))
    : await saml.validateRedirectAsync(query, url.search.slice(1));
  self.signedOut.push({ nameID: profile?.nameID, by: Object.keys(body).length ? "post" : "redirect" });
  if (query.SAMLRequest || body.SAMLRequest) return { location: await saml.getLogoutResponseUrlAsync(profile, query.RelayState ?? body.RelayState ?? "", {}, true) };
  return { text: loggedOut ? "Signed out" : "Not signed out" };
}

async function read(request) {
  let text = "";
  for await (const part of request) text += part;
  return text;
}
