// Coming into an organization: invited by mail, by the domain of one's address,
// or by making one's own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { linkOf } from "../harness/mail.mjs";
import { openStage } from "../harness/stage.mjs";
import { at, confirmEmail, field, giveEmail, givePassword, member, newcomer, onDashboard, openSignIn, register, signIn } from "../harness/steps.mjs";

let stage, organization;
before(async () => {
  stage = await openStage();
  organization = await stage.gatehouse.api("POST", "/organizations", { name: "Halden Marine" });
});
after(() => stage?.close());

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

// invite has the API ask a person in, and is the mail that they get.
async function invite({ email }) {
  const { gatehouse, mail } = stage;
  await gatehouse.api("POST", "/user_management/invitations", { email, organization_id: organization.id, role_slug: "admin" });
  const letter = await mail.next(email, /You’re invited to Halden Marine/);
  return { letter, link: linkOf(letter, "/invite/") };
}

async function opened(page, link) {
  await page.goto(link);
  await page.getByRole("heading", { level: 1, name: "Join Halden Marine" }).waitFor();
}

async function roleOf({ email }) {
  const { gatehouse } = stage;
  const { data } = await gatehouse.api("GET", `/user_management/users?email=${encodeURIComponent(email)}`);
  if (data.length === 0) return null;
  const memberships = await gatehouse.api("GET", `/user_management/organization_memberships?user_id=${data[0].id}`);
  return memberships.data.find((m) => m.organization_id === organization.id)?.role.slug ?? null;
}

const seenBy = (person, look) => (step) => (look.javaScript === false ? person.picture(`${step}-noscript`) : person.looks(step));

for (const [name, look] of Object.entries({ "with script": {}, "without script": { javaScript: false } })) {
  // If this breaks, invited people cannot get in, or a scanner accepts for them.
  test(`a new person accepts by making an account: ${name}`, async () => {
    const { browser, gatehouse } = stage;
    const ines = newcomer();
    const { letter, link } = await invite(ines);
    for (const method of ["HEAD", "GET", "HEAD", "GET"]) assert.equal((await fetch(link, { method })).status, 200, `${method} by a scanner`);
    const person = await browser.person(look);
    const { page } = person;
    const seen = seenBy(person, look);
    await opened(page, link);
    for (const words of [ines.email, "Admin"]) await page.locator("main").getByText(words).first().waitFor();
    await seen("invitation");
    await press(page, "Create account");
    await page.waitForURL(at("/login/signup"));
    await page.locator("main").getByText(ines.email).or(page.locator(`input[value="${ines.email}"]`)).first().waitFor();
    await seen("invitation-sign-up");
    await page.getByLabel(/^First name/).fill(ines.firstName);
    await page.getByLabel(/^Last name/).fill(ines.lastName);
    await press(page, "Continue");
    await page.waitForURL(at("/login/signup/details"));
    await page.getByLabel("New password", { exact: true }).fill(ines.password);
    await press(page, "Create account");
    await page.waitForURL(at("/login/verify-email"));
    assert.equal(await roleOf(ines), null, "nobody is a member before the mailbox is proven");
    await confirmEmail(page, stage.mail, ines);
    await page.waitForURL(`${gatehouse.url}/account`);
    assert.equal(await roleOf(ines), "admin");

    const used = await page.goto(link);
    assert.equal(used.status(), 400, "an invitation works once");
    await page.getByRole("heading", { level: 1, name: /no longer works/ }).waitFor();
    await seen("invitation-used");
    if (look.javaScript !== false) await person.reads(letter, "invitation");
    person.noFaults();
    await person.close();
  });

  // If this breaks, people with an account have to make a second one, or accept in somebody else's name.
  test(`who has an account accepts with it; somebody else who is signed in is told, and switches: ${name}`, async () => {
    const { app, browser, gatehouse } = stage;
    const [ines, priya, mara] = [newcomer(), newcomer(), newcomer()];
    for (const who of [ines, priya, mara]) await register(stage, who);
    const person = await browser.person(look);
    const { page } = person;
    const seen = seenBy(person, look);
    const first = await invite(ines);
    await opened(page, first.link);
    await press(page, "I have an account");
    await page.waitForURL(at("/login"));
    await press(page, "Continue");
    await page.waitForURL(at("/login/password"));
    await givePassword(page, ines.password);
    await page.waitForURL(`${gatehouse.url}/account`);
    assert.equal(await roleOf(ines), "admin");

    const second = await invite(mara);
    await opened(page, second.link); // Ines is signed in here
    await page.locator("main").getByText(/This invitation is for/).waitFor();
    assert.equal(await page.getByRole("button", { name: "Accept invitation" }).count(), 0, "nobody accepts for another");
    await seen("invitation-other");
    await press(page, "Switch account");
    await page.waitForURL(at("/login"));
    await press(page, "Continue");
    await page.waitForURL(at("/login/password"));
    await givePassword(page, mara.password);
    await page.waitForURL(`${gatehouse.url}/account`);
    assert.deepEqual([await roleOf(mara), await roleOf(priya)], ["admin", null]);

    const own = await browser.person(look);
    await signIn(own.page, app, priya);
    const third = await invite(priya);
    await opened(own.page, third.link);
    await seenBy(own, look)("invitation-mine");
    await press(own.page, "Accept invitation");
    await own.page.waitForURL(`${gatehouse.url}/account`);
    assert.equal(await roleOf(priya), "admin");
    for (const who of [person, own]) who.noFaults(), await who.close();
  });

  // If this breaks, the first person of a new customer has nowhere to go, or a stranger gets into a customer's organization.
  test(`people make their own organization where they may, and join by their address: ${name}`, async () => {
    const { app, browser, gatehouse } = stage;
    const domain = look.javaScript === false ? "kraft.example" : "nordby.example";
    const own = (first) => ({ ...newcomer(), email: `${first}.${Date.now()}@${domain}` });
    const [sofie, mara] = [own("sofie"), own("mara")];
    await register(stage, sofie);
    await gatehouse.api("PUT", "/user_management/authentication_settings", { create_organizations: true });
    const person = await browser.person(look);
    const { page } = person;
    const seen = seenBy(person, look);
    await openSignIn(page, app);
    await giveEmail(page, sofie.email);
    await givePassword(page, sofie.password);
    await page.waitForURL(at("/login/organizations"));
    await seen("organizations-none");
    await page.getByRole("link", { name: "Create an organization" }).click();
    await page.getByRole("heading", { level: 1, name: "Name your organization" }).waitFor();
    await press(page, "Create organization");
    await page.locator("main [aria-invalid=true]").waitFor();
    await seen("organization-new-error");
    await page.getByLabel("Organization name").fill(`Nordby Kraft ${domain}`);
    await press(page, "Create organization");
    await onDashboard(page, app, sofie);
    const made = await field(page, "organization");
    assert.match(made, /^org_/);
    assert.equal(await field(page, "role"), "owner");
    await gatehouse.api("PUT", "/user_management/authentication_settings", { create_organizations: false });

    await gatehouse.api("PUT", `/organizations/${made}`, { domain_data: [{ domain, state: "verified" }] });
    await gatehouse.api("PUT", `/organizations/${made}/policy`, { jit_from_verified_domains: true });
    await register(stage, mara);
    const other = await browser.person(look);
    await openSignIn(other.page, app);
    await giveEmail(other.page, mara.email);
    await givePassword(other.page, mara.password);
    await other.page.getByText(`You can join with your ${domain} address`).waitFor();
    await seenBy(other, look)("organizations-join");
    await other.page.getByRole("button", { name: new RegExp(`Nordby Kraft ${domain}`) }).click();
    await onDashboard(other.page, app, mara);
    assert.equal(await field(other.page, "organization"), made);
    assert.equal(await field(other.page, "role"), "member", "nobody joins as more");
    for (const who of [person, other]) who.noFaults(), await who.close();
  });
}

// If this breaks, an organization's demand is met by whoever comes in by the door of another.
test("the picker says which organization asks for a second step, before it is chosen", async () => {
  const { app, browser, gatehouse } = stage;
  const ines = newcomer();
  const strict = await gatehouse.api("POST", "/organizations", { name: "Strait Insurance" });
  await gatehouse.api("PUT", `/organizations/${strict.id}/policy`, { mfa_required: true });
  await member(stage, ines, organization.id);
  await gatehouse.api("POST", "/user_management/organization_memberships", { user_id: ines.id, organization_id: strict.id });
  const person = await browser.person();
  await openSignIn(person.page, app);
  await giveEmail(person.page, ines.email);
  await givePassword(person.page, ines.password);
  await person.page.getByRole("button", { name: /Strait Insurance.*Asks for a second step/s }).click();
  await person.page.waitForURL(at("/login/mfa/enroll"));
  assert.equal((await person.context.request.get(`${gatehouse.url}/account/session`)).status(), 401, "nobody is in yet");
  person.noFaults();
  await person.close();
});
