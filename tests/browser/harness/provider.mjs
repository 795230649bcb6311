// A provider that people have accounts at, by software that we did not write:
// oidc-provider on loopback, with a sign-in page of one field.
import { once } from "node:events";
import Provider from "oidc-provider";
import { freePort } from "./processes.mjs";

export const client = { id: "gatehouse", secret: "kelp-forest-beneath-the-quay-5517" };

// startProvider has an account for each of `people`, who are { email, verified,
// firstName, lastName }; more may be added to the map that it returns.
export async function startProvider(callback, closers) {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const people = new Map();
  const provider = new Provider(issuer, {
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [callback], response_types: ["code"], grant_types: ["authorization_code"] }],
    claims: { email: ["email", "email_verified"], profile: ["given_name", "family_name", "name"] },
    cookies: { keys: ["of this provider alone"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
    pkce: { required: () => true },
    findAccount: (_, id) => people.has(id) && { accountId: id, claims: () => claimsOf(id, people.get(id)) },
    loadExistingGrant,
  });
  provider.use(pages(provider));
  const server = provider.listen(port, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return { issuer, people };
}

const claimsOf = (sub, { email, verified, firstName, lastName }) => ({ sub, email, email_verified: verified, given_name: firstName, family_name: lastName, name: `${firstName} ${lastName}` });

// Whoever signs in agrees to everything that was asked for.
async function loadExistingGrant({ oidc: { client: { clientId }, session, provider, params } }) {
  const grant = new provider.Grant({ clientId, accountId: session.accountId });
  grant.addOIDCScope(params.scope);
  await grant.save();
  return grant;
}

// pages are the sign-in page and its answer.
function pages(provider) {
  return async (ctx, next) => {
    const uid = /^\/sign-in\/[\w-]+$/.test(ctx.path);
    if (!uid) return next();
    if (ctx.method === "GET") {
      ctx.type = "html";
      ctx.body = `<!doctype html><html lang="en"><title>Halden ID</title><h1>Halden ID</h1><form method="post"><label>Account <input name="account"></label><button>Sign in at Halden ID</button></form>`;
      return undefined;
    }
    let text = "";
    for await (const part of ctx.req) text += part;
    ctx.respond = false;
    return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: new URLSearchParams(text).get("account") } });
  };
}
