import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openServer } from "./server.mjs";

// Whole sign-ins by the client are a browser's: tests/browser/journeys.
let server, workos, org;
const redirectUri = "http://127.0.0.1:3000/callback";
before(async () => {
  server = await openServer();
  workos = server.client();
  org = await workos.organizations.createOrganization({ name: "Halden Marine" });
});
after(() => server?.close());

async function connect(organization_id = org.id) {
  const { status, body } = await server.call("POST", "/connections", {
    organization_id, connection_type: "GenericOIDC", name: "Halden", state: "active",
    oidc: { issuer: "https://login.halden.example", client_id: "gatehouse", client_secret: "s3cret-of-halden" },
  });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

const sent = async (options) => {
  const answer = await fetch(workos.sso.getAuthorizationUrl({ clientId: server.clientId, redirectUri, state: "s t&a=te", ...options }), { redirect: "manual" });
  assert.equal(answer.status, 302);
  return new URL(answer.headers.get("location"), server.url);
};

test("the client's address leads to the connection's sign-in", async () => {
  const connection = await connect();
  for (const by of [{ connection: connection.id }, { organization: org.id }, { connection: connection.id, loginHint: "ines@halden.example", domainHint: "halden.example" }]) {
    const to = await sent(by);
    assert.equal(to.pathname, "/login/sso", JSON.stringify(by));
  }
  const { url, codeVerifier } = await workos.sso.getAuthorizationUrlWithPKCE({ clientId: server.clientId, redirectUri, connection: connection.id });
  assert.ok(codeVerifier.length >= 43);
  assert.equal(new URL((await fetch(url, { redirect: "manual" })).headers.get("location"), server.url).pathname, "/login/sso");
});

test("what is wrong comes back to the application, with its state", async () => {
  const off = await connect((await workos.organizations.createOrganization({ name: "Nordby Kraft" })).id);
  await server.call("PATCH", `/connections/${off.id}`, { state: "inactive" });
  for (const [by, error] of [
    [{ connection: "conn_01ARZ3NDEKTSV4RRFFQ69G5FAV" }, "connection_invalid"],
    [{ connection: off.id }, "connection_unlinked"],
    [{ organization: "org_01ARZ3NDEKTSV4RRFFQ69G5FAV" }, "organization_invalid"],
    [{ organization: off.organization_id }, "organization_invalid"],
    [{ provider: "GoogleOAuth" }, "connection_strategy_invalid"],
  ]) {
    const to = await sent(by);
    assert.equal(to.origin + to.pathname, redirectUri);
    assert.equal(to.searchParams.get("error"), error);
    assert.equal(to.searchParams.get("state"), "s t&a=te");
    assert.ok(to.searchParams.get("error_description"));
  }
});

test("a code or a token that is nobody's is said in the client's classes", async () => {
  await assert.rejects(workos.sso.getProfileAndToken({ code: "nobodys", clientId: server.clientId }), { name: "OauthException", status: 400, error: "invalid_grant" });
  await assert.rejects(server.client("sk_test_wrong").sso.getProfileAndToken({ code: "nobodys", clientId: server.clientId }), { name: "OauthException", error: "invalid_client" });
  await assert.rejects(workos.sso.getProfile({ accessToken: "nobodys" }), { name: "UnauthorizedException", status: 401 });
});
