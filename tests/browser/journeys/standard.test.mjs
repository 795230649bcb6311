// The way without any client of ours: an operator makes a secret in the
// dashboard, and a Go program that knows OpenID Connect alone signs people in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openStage } from "../harness/stage.mjs";
import { confirmEmail, field, giveEmail, givePassword, newcomer } from "../harness/steps.mjs";

let stage;
before(async () => (stage = await openStage()));
after(() => stage?.close());

// If this breaks, nobody can run Gatehouse without the command line, or no
// standard client can be pointed at it.
test("an operator makes a client secret, and the Go example signs a person up, renews and signs out with it", async () => {
  const { browser, gatehouse, keys, operator } = stage;
  const priya = await browser.person();
  const secret = await newSecret(priya, gatehouse, keys, operator);
  priya.noFaults();
  await priya.close();

  const app = await stage.standard(secret);
  const ines = newcomer();
  const person = await browser.person();
  await person.page.goto(app.url);
  await person.page.getByRole("link", { name: "Sign in" }).click();
  await person.page.getByRole("link", { name: "Create an account" }).click();
  await person.page.getByLabel("Email", { exact: true }).fill(ines.email);
  await person.page.getByLabel(/^First name/).fill(ines.firstName);
  await person.page.getByLabel(/^Last name/).fill(ines.lastName);
  await person.page.getByRole("button", { name: "Continue", exact: true }).click();
  await person.page.getByLabel("New password", { exact: true }).fill(ines.password);
  await person.page.getByRole("button", { name: "Create account", exact: true }).click();
  await confirmEmail(person.page, stage.mail, ines);
  await person.page.waitForURL(`${app.url}/dashboard`);
  assert.equal(await field(person.page, "email"), ines.email);
  assert.match(await field(person.page, "subject"), /^user_/);

  await person.page.getByRole("link", { name: "Renew the tokens" }).click();
  await person.page.getByText("The tokens were renewed.").waitFor();
  assert.equal(await field(person.page, "email"), ines.email);

  await person.page.getByRole("link", { name: "Sign out" }).click();
  await person.page.waitForURL(`${app.url}/`);
  await person.page.goto(`${app.url}/dashboard`);
  await person.page.waitForURL((url) => url.origin === gatehouse.url && url.pathname === "/login");
  person.noFaults();
  await person.close();
});

async function newSecret({ page, picture }, gatehouse, keys, operator) {
  const application = `${gatehouse.url}/admin/applications/${keys.clientId}`;
  await page.goto(`${application}/secrets/new`);
  await giveEmail(page, operator.email);
  await givePassword(page, operator.password);
  await page.waitForURL((url) => url.pathname.startsWith("/admin"));
  await page.goto(`${application}/secrets/new`);
  await page.getByLabel("Name", { exact: true }).fill("Go example");
  await page.getByRole("button", { name: "Make secret" }).click();
  const secret = /\bcs_[A-Za-z0-9_-]{20,}/.exec(await page.locator("main").innerText());
  assert.ok(secret, "the new secret is shown once");
  await page.goto(application);
  await page.getByText("Go example").first().waitFor();
  assert.ok(!(await page.content()).includes(secret[0]), "and never again");
  await picture("dashboard-application-light");
  return secret[0];
}
