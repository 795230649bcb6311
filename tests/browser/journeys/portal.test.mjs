// The self-serve portal: an organization's admin comes in by a link, proves a
// domain, and looks after it. Nobody touches the database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startDNS } from "../harness/dns.mjs";
import { linkOf } from "../harness/mail.mjs";
import { openStage } from "../harness/stage.mjs";
import { at, giveEmail, givePassword, newcomer, register } from "../harness/steps.mjs";

let stage, dns;
const closers = [];
before(async () => {
  dns = await startDNS(closers);
  stage = await openStage({ env: { GATEHOUSE_DNS_SERVERS: dns.address } });
});
after(async () => {
  await stage?.close();
  for (const close of closers) await close();
});

// Targets have 34 px in the portal and the dashboard, 44 on the pages before them.
const inside = { target: 34 };
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const company = () => stage.gatehouse.api("POST", "/organizations", { name: "Halden Marine" });
const generate = (body) => stage.gatehouse.api("POST", "/portal/generate_link", body).then(({ link }) => link);

let domains = 0;

for (const [name, look] of Object.entries({ "with script": {}, "without script": { javaScript: false } })) {
  // If this breaks, an admin cannot prove a domain by themselves.
  test(`from a link to a proven domain: ${name}`, async () => {
    const { browser, gatehouse } = stage;
    const organization = await company();
    const link = await generate({ organization: organization.id, return_url: "https://app.example/settings" });
    for (const method of ["HEAD", "GET", "HEAD", "GET"]) assert.equal((await fetch(link, { method })).status, 200, `${method} by a scanner`);
    const ines = await browser.person(look);
    const { page } = ines;
    const scripted = look.javaScript !== false;
    const seen = (step, rules = inside) => (scripted ? ines.looks(step, rules) : ines.picture(`${step}-noscript`));

    await page.goto(link);
    await heading(page, "Open Halden Marine's portal");
    await seen("portal-open", {});
    await press(page, "Continue to the portal");
    await page.waitForURL(`${gatehouse.url}/portal`);
    await heading(page, "Halden Marine on Fieldnote");
    await page.getByText("Your visit lasts until").waitFor();
    assert.equal(await page.getByRole("link", { name: "Back to Fieldnote" }).getAttribute("href"), "https://app.example/settings");
    await seen("portal-home-first");

    const other = await browser.person();
    const used = await other.page.goto(link);
    assert.equal(used.status(), 403, "a link opens once");
    await heading(other.page, "This link has been used");
    if (scripted) await other.looks("portal-link-used");
    await press(other.page, "Ask for another link");
    await other.page.getByText("knows that you need another link").waitFor();
    other.noFaults();
    await other.close();

    await page.getByRole("link", { name: "Set up: Domains" }).click();
    await heading(page, "Domains");
    await page.getByLabel("Domain", { exact: true }).fill("gmail.com");
    await press(page, "Add domain");
    await page.getByText("It belongs to a mail provider").waitFor();
    assert.match(await page.title(), /^Error: /);
    await seen("portal-domains-error");
    const domain = `halden-${++domains}.example`;
    dns.txt(domain, "v=spf1 -all");
    await page.getByLabel("Domain", { exact: true }).fill(domain);
    await press(page, "Add domain");
    await heading(page, domain);
    await page.getByText("not been looked for yet").waitFor();
    await seen("portal-domain-new");
    const record = await page.locator("#name").innerText();
    assert.equal(record, `_gatehouse-domain-verification.${domain}`);
    assert.equal(await page.locator("#short").innerText(), "_gatehouse-domain-verification");

    dns.txt(record, `"${await page.locator("#value").innerText()}"`);
    await press(page, "Check now");
    await page.getByText("Found ours with an extra quote mark or space.").waitFor();
    await seen("portal-domain-quoted");
    dns.txt(record, await page.locator("#value").innerText());
    if (scripted) {
      // nobody presses anything: the open page asks, and a worker looks
      await page.getByText("People at " + domain + " count as yours").waitFor({ timeout: 60_000 });
    } else {
      await page.waitForTimeout(5_100); // a look of a moment ago is shown again instead of another
      await press(page, "Check now");
      await page.getByText("The domain is verified.").waitFor();
    }
    await seen("portal-domain-verified");
    const { domains: held } = await gatehouse.api("GET", `/organizations/${organization.id}`);
    assert.equal(held.find((d) => d.domain === domain)?.state, "verified");

    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByText("Domain verified: " + domain).waitFor();
    await seen("portal-home-domains");
    await page.getByRole("link", { name: domain }).click();
    await page.getByRole("link", { name: "Remove domain" }).click();
    await page.getByRole("heading", { name: `Remove ${domain}?` }).waitFor();
    await seen("portal-domain-remove");
    await page.getByRole("link", { name: "Cancel" }).click();
    await heading(page, domain);

    await press(page, "Leave");
    await heading(page, "You've left the portal");
    await seen("portal-left", {});
    await page.goto(`${gatehouse.url}/portal`);
    await page.waitForURL(at("/login"));
    ines.noFaults();
    await ines.close();
  });
}

// If this breaks, whoever got a mailed link a minute late is stuck, or a link in a mail opens twice.
test("a mailed link opens once, and mails another when it is over", async () => {
  const { browser, mail } = stage;
  const organization = await company();
  const it = newcomer().email;
  await generate({ organization: organization.id, intent: "domain_verification", admin_emails: [it] });
  const letter = await mail.next(it, /sent you a link/);
  const person = await browser.person();
  const { page } = person;
  await person.reads(letter, "portal-link");
  await page.goto(linkOf(letter, "/portal/open/"));
  await press(page, "Continue to the portal");
  await heading(page, "Halden Marine on Fieldnote");
  await page.goto(linkOf(letter, "/portal/open/"));
  await press(page, "Mail me another link");
  await page.getByText("on its way to the address").waitFor();
  await page.goto(linkOf(await mail.next(it, /sent you a link/), "/portal/open/"));
  await press(page, "Continue to the portal");
  await heading(page, "Halden Marine on Fieldnote");
  assert.deepEqual(await page.getByRole("navigation", { name: "Sections" }).getByRole("link").allInnerTexts(), ["Overview", "Domains"]);
  person.noFaults();
  await person.close();
});

// If this breaks, an organization's own admin needs a link for what their role gives them.
test("an admin comes in by their role, through the sign-in, and back to the page", async () => {
  const { browser, gatehouse } = stage;
  const organization = await company();
  const ines = newcomer();
  const { id } = await register(stage, ines);
  await gatehouse.api("POST", "/user_management/organization_memberships", { user_id: id, organization_id: organization.id, role_slug: "admin" });
  const person = await browser.person();
  const { page } = person;
  await page.goto(`${gatehouse.url}/portal/policies`);
  await page.waitForURL(at("/login"));
  await giveEmail(page, ines.email);
  await givePassword(page, ines.password);
  await page.waitForURL(`${gatehouse.url}/portal/policies`);
  await heading(page, "Policies");
  await person.looks("portal-policies", inside);
  await page.getByLabel("Required now").check();
  await press(page, "Save policy");
  await page.getByText("Turn a connection on first").first().waitFor();
  await person.looks("portal-policies-error", inside);
  person.noFaults();
  await person.close();
});

// If this breaks, the service's people cannot let a customer's admin in.
test("an operator makes a link on the organization's page", async () => {
  const { browser, gatehouse, operator } = stage;
  const organization = await company();
  const person = await browser.person();
  const { page } = person;
  await page.goto(`${gatehouse.url}/admin`);
  await giveEmail(page, operator.email);
  await givePassword(page, operator.password);
  await page.waitForURL(`${gatehouse.url}/admin`);
  await page.goto(`${gatehouse.url}/admin/organizations/${organization.id}`);
  await page.getByRole("link", { name: "Create portal link" }).click();
  await heading(page, "Create portal link");
  await person.looks("admin-portal-link-new", inside);
  await press(page, "Create portal link");
  await page.getByText("Send this link within five minutes").waitFor();
  await person.looks("admin-portal-link", inside);
  const link = await page.locator("#link").innerText();
  await page.reload();
  await page.getByText("can't be shown again").waitFor();
  const admin = await browser.person();
  await admin.page.goto(link);
  await press(admin.page, "Continue to the portal");
  await heading(admin.page, "Halden Marine on Fieldnote");
  admin.noFaults();
  await admin.close();
  person.noFaults();
  await person.close();
});
