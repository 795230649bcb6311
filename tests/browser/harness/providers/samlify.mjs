// A small SAML provider on npm samlify, on loopback: the one that encrypts with
// AES-GCM, which neither of Debian's two can.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import samlify from "samlify";
import { keepLog } from "../processes.mjs";
import { newKey } from "./keys.mjs";
import { people } from "./people.mjs";
import { answer, defaults, identityProvider, nameId, serviceProvider } from "./samlify-messages.mjs";

// startSamlify knows no service provider yet: see setServiceProvider. The
// options are those of samlify-messages.
export async function startSamlify(closers, options = {}) {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-samlify-"));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${server.address().port}`;
  const provider = { folder, base, entityId: `${base}/metadata`, options: { ...defaults, ...options }, keys: [await newKey(folder, "idp-1")], serviceProviders: {}, sessions: new Map(), log: [] };
  server.on("request", (request, response) => {
    serve(provider, request).catch((err) => ({ status: 400, page: `<h1>Refused</h1><p>${escape(err.message ?? err)}` })).then((what) => send(provider, request, response, what));
  });
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    await keepLog("samlify", provider.log.join("\n"));
  });
  return { ...addresses(provider), ...controls(provider), people, signIn, log: () => provider.log.join("\n") };
}

function addresses({ base, entityId }) {
  return {
    name: "samlify",
    entityId,
    metadataUrl: entityId,
    metadataXml: async () => (await fetch(entityId)).text(),
    ssoUrl: `${base}/sso`,
    sloUrl: `${base}/slo`,
    // signOut ends somebody's session at the provider, and so everywhere.
    signOut: async (page) => {
      await page.goto(`${base}/sign-out`);
      await page.getByText("Signed out of samlify").waitFor();
    },
  };
}

function controls(provider) {
  const next = (how) => newKey(provider.folder, `idp-${Date.now()}`, how);
  return {
    get encryption() {
      return provider.options.encryption;
    },
    certificate: () => provider.keys[0].certificate,
    async setServiceProvider(metadata) {
      provider.current = metadata.entityId;
      provider.serviceProviders[metadata.entityId] = metadata;
    },
    async configure(options) {
      Object.assign(provider.options, options);
    },
    idpInitiatedUrl: ({ entityId = provider.current, relayState = "" } = {}) => `${provider.base}/start?${new URLSearchParams({ entityId, relayState })}`,
    // announceKey publishes the next key beside the one in use; rollOver takes
    // it into use, announced or not, and forgets the old one.
    async announceKey() {
      provider.keys[1] = await next();
      return provider.keys[1].certificate;
    },
    async rollOver(how) {
      provider.keys = [provider.keys[1] ?? (await next(how))];
      return provider.keys[0].certificate;
    },
  };
}

async function signIn(page, { id, password }) {
  await page.getByLabel("Account").fill(id);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in at samlify" }).click();
}

async function serve(provider, request) {
  const url = new URL(request.url, provider.base);
  const query = Object.fromEntries(url.searchParams);
  const body = request.method === "POST" ? Object.fromEntries(new URLSearchParams(await read(request))) : null;
  const message = { binding: body ? "post" : "redirect", fields: body ?? query, request: body ? { body } : { query, octetString: url.search.slice(1).replace(/&Signature=.*/, "") } };
  const session = provider.sessions.get(cookieOf(provider, request));
  switch (url.pathname) {
    case "/metadata":
      return { type: "application/samlmetadata+xml", page: identityProvider(provider, provider.keys.map((key) => key.certificate)).getMetadata() };
    case "/sso":
      return asked(provider, session, await readRequest(provider, message));
    case "/start":
      return asked(provider, session, { entityId: query.entityId, relayState: query.relayState });
    case "/sign-in":
      return signedIn(provider, body);
    case "/slo":
      return logout(provider, session, message);
    case "/sign-out":
      return nextLogout(provider, session);
    default:
      return { status: 404, page: "<h1>Nothing here</h1>" };
  }
}

// known is a service provider by the issuer of what it sent.
function known(provider, { binding, fields }) {
  const text = fields.SAMLRequest ?? fields.SAMLResponse ?? "";
  const xml = binding === "post" ? Buffer.from(text, "base64").toString() : samlify.Utility.inflateString(text);
  const { issuer } = samlify.Extractor.extract(xml, [{ key: "issuer", localPath: [fields.SAMLRequest ? ["AuthnRequest", "LogoutRequest"].find((name) => xml.includes(name)) : "LogoutResponse", "Issuer"], attributes: [] }]);
  if (!provider.serviceProviders[issuer]) throw new Error(`${issuer} is not a service provider here`);
  return provider.serviceProviders[issuer];
}

async function readRequest(provider, message) {
  const sp = known(provider, message);
  const { extract } = await identityProvider(provider).parseLoginRequest(serviceProvider(provider, sp), message.binding, message.request);
  return { entityId: sp.entityId, inResponseTo: extract.request.id, forceAuthn: extract.request.forceAuthn === "true", relayState: message.fields.RelayState };
}

// asked answers at once for whoever is signed in here, and shows the form to others.
async function asked(provider, session, ask) {
  const sp = provider.serviceProviders[ask.entityId];
  if (!sp) throw new Error(`${ask.entityId} is not a service provider here`);
  if (!session || ask.forceAuthn) return { page: signInPage(ask) };
  if (!session.person.unassigned) session.at.add(ask.entityId);
  return { post: await answer(provider, sp, session.person, { ...ask, sessionIndex: session.index }) };
}

async function signedIn(provider, { account, password, ask }) {
  const person = people[account];
  if (person?.password !== password) return { status: 401, page: `<p>That account and password don't match.${signInPage(JSON.parse(ask))}` };
  const cookie = randomBytes(16).toString("hex");
  const session = { cookie, person, index: `_${randomBytes(16).toString("hex")}`, at: new Set() };
  provider.sessions.set(cookie, session);
  return { cookie, ...(await asked(provider, session, { ...JSON.parse(ask), forceAuthn: false })) };
}

// logout takes the message of a service provider: one that asks to end the
// session, which is told to the others first, or one that has ended it.
async function logout(provider, session, message) {
  const idp = identityProvider(provider);
  const sp = known(provider, message);
  if (message.fields.SAMLResponse) {
    await idp.parseLogoutResponse(serviceProvider(provider, sp), message.binding, message.request);
    return nextLogout(provider, session);
  }
  const info = await idp.parseLogoutRequest(serviceProvider(provider, sp), message.binding, message.request);
  session?.at.delete(sp.entityId);
  if (session) session.finish = { sp, info, relayState: message.fields.RelayState };
  return session ? nextLogout(provider, session) : finish(provider, { sp, info, relayState: message.fields.RelayState });
}

function nextLogout(provider, session) {
  const [entityId] = session?.at ?? [];
  if (entityId) {
    session.at.delete(entityId);
    const sp = serviceProvider(provider, provider.serviceProviders[entityId]);
    const user = { logoutNameID: nameId(provider, session.person), sessionIndex: session.index };
    return bound(provider, identityProvider(provider).createLogoutRequest(sp, provider.options.sloBinding, user));
  }
  provider.sessions.delete(session?.cookie);
  return session?.finish ? finish(provider, session.finish) : { page: "<h1>Signed out of samlify</h1>" };
}

const finish = (provider, { sp, info, relayState }) =>
  bound(provider, identityProvider(provider).createLogoutResponse(serviceProvider(provider, sp), info, provider.options.sloBinding, { relayState }));

const bound = ({ options }, { context, entityEndpoint, type, relayState }) =>
  options.sloBinding === "redirect" ? { location: context } : { post: { to: entityEndpoint, fields: { [type]: context, ...(relayState && { RelayState: relayState }) } } };

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

const signInPage = (ask) => `<h1>samlify</h1><form method="post" action="/sign-in"><input type="hidden" name="ask" value="${escape(JSON.stringify(ask))}"><label>Account <input name="account"></label> <label>Password <input name="password" type="password"></label> <button>Sign in at samlify</button></form>`;

const postPage = ({ to, fields }) => `<form method="post" action="${escape(to)}">${Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${escape(value)}">`).join("")}<button>Continue</button></form><script>document.forms[0].submit()</script>`;

// Cookies know no ports: each provider on this machine has names of its own.
const cookieName = ({ base }) => `samlify${new URL(base).port}`;
const cookieOf = (provider, request) => new RegExp(`${cookieName(provider)}=(\\w+)`).exec(request.headers.cookie ?? "")?.[1];

function send(provider, request, response, { status = 200, type = "text/html", page, post, location, cookie }) {
  provider.log.push(`${request.method} ${request.url.split("?")[0]} ${location ? 302 : status}${status < 400 ? "" : ` ${page}`}`);
  if (cookie) response.setHeader("set-cookie", `${cookieName(provider)}=${cookie}; Path=/; HttpOnly; SameSite=Lax`);
  if (location) return response.writeHead(302, { location }).end();
  response.writeHead(status, { "content-type": type });
  return response.end(type === "text/html" ? `<!doctype html><html lang="en"><title>samlify</title>${post ? postPage(post) : page}` : page);
}

async function read(request) {
  let text = "";
  for await (const part of request) text += part;
  return text;
}
