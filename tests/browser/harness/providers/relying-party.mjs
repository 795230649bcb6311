// A relying party by software that we did not write, npm openid-client, which
// shows that the OIDC provider works without Gatehouse.
import { once } from "node:events";
import { createServer } from "node:http";
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from "jose";
import * as openid from "openid-client";

export async function startRelyingParty(closers, provider) {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const base = `http://localhost:${server.address().port}`;
  const self = {
    metadata: { redirectUri: `${base}/callback`, postLogoutRedirectUri: `${base}/signed-out`, backchannelLogoutUri: `${base}/logout`, jwksUri: `${base}/jwks` },
    startUrl: `${base}/start`,
    signOutUrl: `${base}/sign-out`,
    how: "client_secret_basic", // or client_secret_post, private_key_jwt
    algorithm: "RS256", // of the ID tokens that it takes
    provider,
    privateKey,
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: "rp", use: "sig", alg: "RS256" }] },
    signIns: [],
    signOuts: [],
  };
  server.on("request", (request, response) => {
    serve(self, new URL(request.url, base), request).catch((err) => ({ status: 400, text: `Refused: ${err.error ?? err.cause?.error ?? ""} ${err.message}` })).then(({ status = 200, text, location, json }) => {
      if (location) return response.writeHead(302, { location }).end();
      if (json) return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(json));
      return response.writeHead(status, { "content-type": "text/html" }).end(`<!doctype html><title>RP</title><p id="outcome">${text}</p>`);
    });
  });
  return self;
}

async function serve(self, url, request) {
  switch (url.pathname) {
    case "/start":
      return { location: await begin(self) };
    case "/callback":
      return { text: `Signed in: ${(await finish(self, url)).email}` };
    case "/sign-out":
      return { location: openid.buildEndSessionUrl(await discovered(self), { post_logout_redirect_uri: self.metadata.postLogoutRedirectUri, id_token_hint: self.signIns.at(-1).idToken }).href };
    case "/signed-out":
      return { text: "Signed out" };
    case "/logout":
      return { text: await told(self, request) };
    case "/jwks":
      return { json: self.jwks };
    default:
      return { status: 404, text: "Nothing here" };
  }
}

async function discovered({ provider, how, algorithm, privateKey }) {
  const { id, secret } = provider.client;
  const proof = { client_secret_basic: () => openid.ClientSecretBasic(secret), client_secret_post: () => openid.ClientSecretPost(secret), private_key_jwt: () => openid.PrivateKeyJwt({ key: privateKey, kid: "rp" }) }[how]();
  return openid.discovery(new URL(provider.issuer), id, { id_token_signed_response_alg: algorithm }, proof, { execute: [openid.allowInsecureRequests] });
}

async function begin(self) {
  self.pending = { pkceCodeVerifier: openid.randomPKCECodeVerifier(), expectedState: openid.randomState(), expectedNonce: openid.randomNonce() };
  const url = openid.buildAuthorizationUrl(await discovered(self), {
    redirect_uri: self.metadata.redirectUri,
    scope: "openid email profile",
    code_challenge: await openid.calculatePKCECodeChallenge(self.pending.pkceCodeVerifier),
    code_challenge_method: "S256",
    state: self.pending.expectedState,
    nonce: self.pending.expectedNonce,
  });
  return url.href;
}

async function finish(self, url) {
  const config = await discovered(self);
  const tokens = await openid.authorizationCodeGrant(config, url, self.pending);
  const claims = tokens.claims();
  const userinfo = await openid.fetchUserInfo(config, tokens.access_token, claims.sub);
  self.signIns.push({ ...userinfo, claims, idToken: tokens.id_token });
  return userinfo;
}

// told reads a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4).
async function told(self, request) {
  let text = "";
  for await (const part of request) text += part;
  const token = new URLSearchParams(text).get("logout_token");
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${self.provider.issuer}/jwks`)), { issuer: self.provider.issuer, audience: self.provider.client.id, typ: "logout+jwt" });
  self.signOuts.push(payload);
  return "told";
}
