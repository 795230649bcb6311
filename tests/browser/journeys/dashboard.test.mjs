// An operator's first day: from the printed link to a customer with a look, an
// application with its secrets, and somebody who must be signed out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { addMember, brand, createApplication, createOrganization, enter, heading, make, setUp, signOut } from "../harness/dashboard.mjs";
import { openStage } from "../harness/stage.mjs";
import { newcomer, onDashboard, signUp } from "../harness/steps.mjs";

const german = "Hanseatische Schiffsausrüstungs- und Hafenlogistikgesellschaft mbH";
const secretOf = /\bcs_[A-Za-z0-9_-]{20,}/;
const keyOf = /\bsk_[A-Za-z0-9_-]{20,}/;

let stage, priya, person;
before(async () => {
  stage = await openStage({ firstStart: true });
  priya = await stage.browser.person();
  person = await stage.browser.person();
});
after(() => stage?.close());

const go = (path) => priya.page.goto(stage.gatehouse.url + path);

// If this breaks, nobody gets into a new installation, or everybody does.
test("the set-up link makes the first operator, once", async () => {
  const { gatehouse, operator } = stage;
  const link = await setUp(priya.page, gatehouse, operator);
  await enter(priya.page, gatehouse, operator);
  await priya.picture("dashboard-overview-light");
  const again = await priya.page.context().request.get(link, { maxRedirects: 0 });
  assert.notEqual(again.status(), 200, "a used link opens the form again");
});

// If this breaks, operators cannot take in a customer.
test("an organization with a long name gets a member and a look", async () => {
  const { app, gatehouse } = stage;
  const ines = newcomer();
  await signUp(person.page, stage, ines);
  const organization = await createOrganization(priya.page, gatehouse, german);
  await addMember(priya.page, gatehouse, organization, ines.email);
  await brand(priya.page, gatehouse, organization);
  await priya.picture("dashboard-branding-light");
  const query = new URLSearchParams({ client_id: stage.keys.clientId, redirect_uri: `${app.url}/callback`, response_type: "code", provider: "authkit", organization_id: organization.split("/").pop() });
  const visitor = await stage.browser.person();
  await visitor.page.goto(`${gatehouse.url}/user_management/authorize?${query}`);
  await visitor.page.getByText("Every vessel, every berth, on one board.").waitFor();
  await visitor.picture("sign-in-branded-light");
  visitor.noFaults();
  await visitor.close();
  await go(organization);
  await priya.page.getByText(ines.email).first().waitFor();
  await priya.picture("dashboard-organization-light");
  await priya.fits();
  stage.ines = ines;
  stage.organization = organization;
});

// If this breaks, an application cannot be connected, or its secret can be read later.
test("an application, its secret and an API key are made; each value is shown once, and a revoked key is dead", async () => {
  const { gatehouse } = stage;
  const application = await createApplication(priya.page, gatehouse, "Fieldnote", "https://app.fieldnote.example/callback");
  await make(priya.page, `${gatehouse.url}${application}/secrets/new`, "Production server", "Make secret", secretOf);
  const key = await make(priya.page, `${gatehouse.url}/admin/api-keys/new`, "Nightly report", "Make API key", keyOf);
  const asKey = () => fetch(`${gatehouse.url}/organizations`, { headers: { authorization: `Bearer ${key}` } });
  const answer = await asKey();
  assert.equal(answer.status, 200);
  assert.deepEqual((await answer.json()).data.map((o) => o.name), [german]);

  await go("/admin/api-keys");
  await priya.page.getByRole("row", { name: /Nightly report/ }).getByRole("link", { name: /^Revoke/ }).click();
  await priya.page.getByRole("button", { name: "Revoke API key" }).click();
  await priya.page.getByRole("row", { name: /Nightly report/ }).waitFor({ state: "detached" });
  assert.equal((await asKey()).status, 401, "a revoked key still works");
  stage.application = application;
});

// If this breaks, the number that a person reads out on the phone leads nowhere.
test("the reference of an error page is found in the audit log", async () => {
  const { gatehouse, keys } = stage;
  const query = new URLSearchParams({ client_id: keys.clientId, redirect_uri: "http://127.0.0.1:9/elsewhere", response_type: "code", provider: "authkit" });
  const stranger = await stage.browser.person();
  await stranger.page.goto(`${gatehouse.url}/user_management/authorize?${query}`);
  const reference = /GH-[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}/.exec(await stranger.page.locator("main").innerText())?.[0];
  assert.ok(reference, "the error page has a reference");
  await stranger.close();

  await go("/admin/audit-log");
  await priya.page.locator("main").getByRole("searchbox").fill(reference);
  await priya.page.keyboard.press("Enter");
  await priya.page.waitForURL((url) => url.searchParams.size > 0);
  const rows = priya.page.getByRole("table").locator("tbody tr");
  assert.equal(await rows.count(), 1, "the reference names one event");
  await rows.getByRole("link").first().click();
  await priya.page.getByText(reference).first().waitFor();
  await priya.picture("dashboard-audit-log-light");
});

// If this breaks, an operator cannot end what a thief of a session does.
test("after a session is revoked the application's next refresh fails", async () => {
  const { app, gatehouse, ines } = stage;
  const { data } = await gatehouse.api("GET", `/user_management/users?email=${encodeURIComponent(ines.email)}`);
  await onDashboard(person.page, app, ines);
  await go(`/admin/users/${data[0].id}`);
  assert.notEqual(data[0].last_sign_in_at, null, "who signed up has signed in");
  await priya.picture("dashboard-user-light");
  await priya.page.getByRole("link", { name: "Sign out everywhere" }).click();
  await priya.page.getByRole("button", { name: "Sign out everywhere" }).click();
  await priya.page.getByText("Not signed in").waitFor();
  await person.page.getByRole("link", { name: "Renew the session" }).click();
  await person.page.waitForURL((url) => url.origin === gatehouse.url && url.pathname === "/login");
  person.noFaults();
});

const looks = { dark: { dark: true }, 360: { width: 360, height: 740 }, noscript: { javaScript: false } };
for (const [name, look] of Object.entries(looks)) {
  // If this breaks, an operator with another screen or browser cannot do the work.
  test(`every page fits and opens: ${name}`, async () => {
    const { browser, gatehouse, operator, organization, application } = stage;
    const other = await browser.person(look);
    await enter(other.page, gatehouse, operator);
    const pages = { overview: "/admin", organizations: "/admin/organizations", organization, branding: `${organization}/branding`, members: `${organization}/members`,
      users: "/admin/users", application, "api-keys": "/admin/api-keys", "audit-log": "/admin/audit-log", team: "/admin/team" };
    for (const [title, path] of Object.entries(pages)) {
      await other.page.goto(gatehouse.url + path);
      assert.equal(await other.page.getByRole("heading", { level: 1 }).count(), 1, `${path} has one main heading`);
      await other.picture(`dashboard-${title}-${name}`);
      await other.fits();
    }
    other.noFaults();
    await other.close();
  });
}

// If this breaks, an operator whose script is blocked can look and do nothing.
test("with JavaScript off the same work is done, down to signing out", async () => {
  const { browser, gatehouse, operator, ines } = stage;
  const plain = await browser.person({ javaScript: false });
  await enter(plain.page, gatehouse, operator);
  const organization = await createOrganization(plain.page, gatehouse, "Halden Marine");
  await addMember(plain.page, gatehouse, organization, ines.email);
  await brand(plain.page, gatehouse, organization);
  const application = await createApplication(plain.page, gatehouse, "Fieldnote Reports", "https://reports.fieldnote.example/callback");
  await make(plain.page, `${gatehouse.url}${application}/secrets/new`, "Reports", "Make secret", secretOf);
  await plain.page.goto(`${gatehouse.url}${organization}/delete`);
  await plain.page.getByLabel("Type Halden Marine to confirm").fill("Halden Marine");
  await plain.page.getByRole("button", { name: "Delete organization" }).click();
  await heading(plain.page, "Organizations");
  assert.equal(await plain.page.getByRole("link", { name: "Halden Marine", exact: true }).count(), 0, "the organization is gone");
  await signOut(plain.page, gatehouse);
  plain.noFaults();
  await plain.close();
});

test("an operator signs out", async () => {
  await go("/admin");
  await signOut(priya.page, stage.gatehouse);
  priya.noFaults();
});
