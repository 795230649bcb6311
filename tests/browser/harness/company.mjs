// A company whose people sign in by their own identity provider: an organization
// with a verified domain and a connection, made by the management API, and what
// its people do.
import assert from "node:assert/strict";
import { giveEmail, openSignIn } from "./steps.mjs";

export const domain = "haldenmarine.example";

// Gatehouse asks addresses of this machine for nobody else.
export const privateTargets = { GATEHOUSE_ALLOW_PRIVATE_TARGETS: "127.0.0.0/8" };

// openCompany makes an organization; connect gives it a connection.
export async function openCompany({ gatehouse, app }, name = "Halden Marine", domains = [domain]) {
  const { id } = await gatehouse.api("POST", "/organizations", { name, domain_data: domains.map((domain) => ({ domain, state: "verified" })) });
  return {
    id,
    connect: async (type, settings) => connectionOf(gatehouse, app, await gatehouse.api("POST", "/connections", { organization_id: id, connection_type: type, ...settings })),
    policy: (policy) => gatehouse.api("PUT", `/organizations/${id}/policy`, policy),
    memberships: async (user) => (await gatehouse.api("GET", `/user_management/organization_memberships?organization_id=${id}&user_id=${user}&statuses=active,inactive`)).data,
  };
}

function connectionOf(gatehouse, app, { id, start_url: startUrl, saml, oidc }) {
  const path = `/connections/${id}`;
  return {
    id,
    startUrl: `${startUrl}?return_to=${encodeURIComponent(`${app.url}/login`)}`, // a bookmark that ends in the application
    acsUrl: saml?.sp_acs_url,
    change: (settings) => gatehouse.api("PATCH", path, settings),
    refresh: () => gatehouse.api("POST", `${path}/metadata/refresh`),
    show: () => gatehouse.api("GET", path),
    // What an administrator copies into the provider.
    serviceProvider: saml && { entityId: saml.sp_entity_id, acsUrl: saml.sp_acs_url, sloUrl: saml.sp_slo_url, certificates: saml.sp_certificates },
    relyingParty: oidc && { redirectUri: oidc.redirect_uri, backchannelLogoutUri: oidc.backchannel_logout_uri, jwksUri: oidc.jwks_uri, postLogoutRedirectUri: oidc.post_logout_redirect_uri },
    roles: (mappings) => gatehouse.api("PUT", `${path}/role_mappings`, Object.entries(mappings).map(([group, role_slug]) => ({ group, role_slug }))),
    attempt: (reference) => gatehouse.api("GET", `/connections/attempts/${reference}`),
    attempts: async () => (await gatehouse.api("GET", `${path}/attempts?limit=100&order=desc`)).data,
  };
}

// userOf is the account with that address, the only one.
export async function userOf({ gatehouse }, email) {
  const { data } = await gatehouse.api("GET", `/user_management/users?email=${encodeURIComponent(email)}`);
  assert.ok(data.length <= 1, `${data.length} accounts of ${email}`);
  return data[0];
}

// goAway gives the address in the hosted login and takes the company's sign-in,
// without the moment in which somebody could take another way.
export async function goAway(page, app, email) {
  await openSignIn(page, app);
  await giveEmail(page, email);
  await page.getByRole("link", { name: "Continue with SSO" }).click();
  await page.getByRole("link", { name: /^Continue to / }).click();
}

// comeBy signs in by the company's provider. What comes next is the question.
export async function comeBy(page, app, provider, person) {
  await goAway(page, app, person.email);
  await signInAt(page, provider, person);
}

// signInAt fills in the provider's form, once its page is there.
export async function signInAt(page, provider, person) {
  await page.waitForURL((url) => url.origin === originOf(provider));
  await provider.signIn(page, person);
}

export const originOf = ({ entityId, issuer }) => new URL(entityId ?? issuer).origin;

// signedIn reports whether the browser has a session of the hosted login.
export const signedIn = async ({ gatehouse }, { context }) => (await context.request.get(`${gatehouse.url}/account/session`)).status() === 200;

// refusedBy is the record of the refusal whose page stands in the browser: the
// reference on it is what an administrator asks by.
export async function refusedBy(stage, connection, visitor, heading) {
  const { page } = visitor;
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  const reference = /GH-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(await page.locator("main").innerText())?.[0];
  assert.ok(reference, `no reference on ${page.url()}`);
  assert.equal(await signedIn(stage, visitor), false, "a refused sign-in leaves a session");
  const attempt = await connection.attempt(reference);
  assert.equal(attempt.outcome, "failed");
  assert.equal(attempt.connection_id, connection.id);
  return attempt;
}

// complaints are what the server warned of.
const complaints = ({ gatehouse }) => gatehouse.log().split("\n").filter((line) => /level"?[=:]"?(WARN|ERROR)/.test(line)).slice(-5).join("\n");

// walker gives each journey somebody with a fresh browser, and tells where it
// stood when it failed.
export const walker = (stage, provider) => async (journey, look) => {
  const visitor = await stage.browser.person(look);
  try {
    await journey(visitor, visitor.page);
    visitor.noFaults();
  } catch (err) {
    const page = await visitor.page.locator("body").innerText().catch(() => "");
    throw new Error(`${err.message}\nat ${visitor.page.url()}: ${page}\n${provider.log().slice(-2000)}\n${complaints(stage)}`, { cause: err });
  } finally {
    await visitor.close();
  }
};
