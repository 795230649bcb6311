// npm oidc-provider on loopback, with a sign-in page of one field: the provider
// of an organization, or one that people have accounts at themselves.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import Provider from "oidc-provider";
import { keepLog } from "../processes.mjs";
import { logoutPages, pages } from "./oidc-pages.mjs";
import { people as everybody } from "./people.mjs";

export const client = { id: "gatehouse", secret: "kelp-forest-beneath-the-quay-5517" };

export const defaults = {
  clientSecret: client.secret, // what the provider takes for our secret
  authMethod: "client_secret_basic", // client_secret_basic, client_secret_post, private_key_jwt
  algorithm: "RS256", // what signs ID tokens: RS256, PS256, ES256
  claimsInIdToken: false, // whether they are there and not in userinfo alone
};

// startOIDC knows no relying party yet: see setRelyingParty. What is configured
// takes effect at the next request; sessions stay.
export async function startOIDC(closers, { name = "Halden OIDC", people = new Map(Object.entries(everybody)), ...options } = {}) {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const state = { name, issuer, people, options: { ...defaults, ...options }, relyingParty: null, keys: [newKeys()], log: [], Adapter: newAdapter() };
  build(state);
  server.on("request", (request, response) => {
    response.on("finish", () => state.log.push(`${request.method} ${request.url.split("?")[0]} ${response.statusCode}`));
    state.callback(request, response);
  });
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    await keepLog("oidc-provider", state.log.join("\n"));
  });
  return { name, issuer, people, client, discoveryUrl: `${issuer}/.well-known/openid-configuration`, ...controls(state), ...hands(state), log: () => state.log.join("\n") };
}

function controls(state) {
  const change = (what) => {
    Object.assign(state, what);
    build(state);
  };
  return {
    // { redirectUri, postLogoutRedirectUri, backchannelLogoutUri, jwksUri, jwks }
    setRelyingParty: async (relyingParty) => change({ relyingParty }),
    configure: async (options) => change({ options: { ...state.options, ...options } }),
    // announceKey publishes the next keys behind those in use; rollOver takes
    // them into use, announced or not, and forgets the old ones.
    announceKey: async () => change({ keys: [state.keys[0], newKeys()] }),
    rollOver: async () => change({ keys: [state.keys[1] ?? newKeys()] }),
  };
}

// hands are what a person does here.
function hands({ name, issuer }) {
  return {
    async signIn(page, { id }) {
      await page.getByLabel("Account").fill(id);
      await page.getByRole("button", { name: `Sign in at ${name}` }).click();
    },
    // confirmSignOut answers the question that a relying party's sign-out ends in.
    confirmSignOut: (page) => page.getByRole("button", { name: `Sign out of ${name}` }).click(),
    async signOut(page) {
      await page.goto(`${issuer}/session/end`);
      await this.confirmSignOut(page);
      await page.getByText(`Signed out of ${name}`).waitFor();
    },
  };
}

// build makes the provider anew: it reads its settings once.
function build(state) {
  const { issuer, people, keys } = state;
  const provider = new Provider(issuer, {
    adapter: state.Adapter,
    clients: state.relyingParty ? [registration(state)] : [],
    jwks: { keys: keys.flat() },
    enabledJWA: { clientAuthSigningAlgValues: ["RS256", "PS256", "ES256"], idTokenSigningAlgValues: ["RS256", "PS256", "ES256"] },
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
    claims: { email: ["email", "email_verified"], profile: ["given_name", "family_name", "name", "groups"] },
    conformIdTokenClaims: !state.options.claimsInIdToken,
    // Cookies know no ports: each provider on this machine has names of its own.
    cookies: { keys: ["of this provider alone"], names: Object.fromEntries(["interaction", "resume", "session"].map((name) => [name, `_${name}${new URL(issuer).port}`])) },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true, ...logoutPages(state) } },
    interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
    ttl: { Interaction: 600, Grant: 3600, Session: 3600, AccessToken: 600, IdToken: 600 },
    pkce: { required: () => true },
    renderError: (ctx, { error, error_description }) => {
      ctx.type = "html";
      ctx.body = `<!doctype html><html lang="en"><title>${state.name}</title><h1>${state.name} refuses</h1><p id="error">${error}: ${error_description}</p>`;
    },
    // It refuses to ask addresses of this machine, where everybody is here.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    findAccount: (_, id) => people.has(id) && { accountId: id, claims: () => claimsOf(id, people.get(id)) },
    loadExistingGrant,
  });
  for (const event of ["server_error", "grant.error", "authorization.error", "backchannel.error", "backchannel.success", "end_session.error"])
    provider.on(event, (_, ...rest) => state.log.push(`${event}: ${rest.map((what) => what?.error_detail ?? what?.error_description ?? what?.message ?? what?.clientId ?? "").join(" ")}`));
  provider.use(pages(provider, state));
  state.callback = provider.callback();
}

function registration({ relyingParty: { redirectUri, postLogoutRedirectUri, backchannelLogoutUri, jwksUri, jwks }, options: { clientSecret, authMethod, algorithm } }) {
  return {
    client_id: client.id,
    ...(authMethod === "private_key_jwt" ? (jwks ? { jwks } : { jwks_uri: jwksUri }) : { client_secret: clientSecret }),
    token_endpoint_auth_method: authMethod,
    id_token_signed_response_alg: algorithm,
    redirect_uris: [redirectUri],
    ...(postLogoutRedirectUri && { post_logout_redirect_uris: [postLogoutRedirectUri] }),
    ...(backchannelLogoutUri && { backchannel_logout_uri: backchannelLogoutUri, backchannel_logout_session_required: true }),
    response_types: ["code"],
    grant_types: ["authorization_code"],
  };
}

const claimsOf = (sub, { email, verified = true, firstName, lastName, groups }) => ({ sub, email, email_verified: verified, given_name: firstName, family_name: lastName, name: `${firstName} ${lastName}`, ...(groups && { groups }) });

// Whoever signs in agrees to everything that was asked for.
async function loadExistingGrant({ oidc: { client: { clientId }, session, provider, params } }) {
  const grant = new provider.Grant({ clientId, accountId: session.accountId });
  grant.addOIDCScope(params.scope);
  await grant.save();
  return grant;
}

function newKeys() {
  const kid = randomBytes(8).toString("hex");
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  return [{ ...rsa.export({ format: "jwk" }), use: "sig", kid: `rsa-${kid}` }, { ...ec.export({ format: "jwk" }), use: "sig", kid: `ec-${kid}` }];
}

// newAdapter keeps what the provider stores in one map, whichever instance of it asks.
function newAdapter() {
  const rows = new Map();
  return class {
    constructor(model) {
      this.model = model;
    }
    upsert = async (id, row) => void rows.set(`${this.model}:${id}`, row);
    find = async (id) => rows.get(`${this.model}:${id}`);
    findByUid = async (uid) => [...rows].find(([key, row]) => key.startsWith(`${this.model}:`) && row.uid === uid)?.[1];
    consume = async (id) => void (rows.get(`${this.model}:${id}`).consumed = Math.floor(Date.now() / 1000));
    destroy = async (id) => void rows.delete(`${this.model}:${id}`);
    revokeByGrantId = async (grant) => [...rows].forEach(([key, row]) => row.grantId === grant && rows.delete(key));
  };
}
