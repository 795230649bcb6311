// What an operator does in the dashboard, found by the words that they see.
import assert from "node:assert/strict";
import { giveEmail, givePassword } from "./steps.mjs";

const field = (page, label) => page.locator("main").getByLabel(label);
const press = (page, name) => page.locator("main").getByRole("button", { name, exact: true }).click();
export const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

// setUp takes the link that the server printed and makes the first operator.
export async function setUp(page, gatehouse, operator) {
  const link = /http:\/\/\S+\/admin\/setup\/\S+/.exec(gatehouse.log());
  assert.ok(link, "a first start prints a set-up link");
  await page.goto(link[0]);
  await page.getByLabel("Email", { exact: true }).fill(operator.email);
  await page.getByLabel(/^First name/).fill("Priya");
  await page.getByLabel(/^Last name/).fill("Raman");
  await page.getByLabel("New password", { exact: true }).fill(operator.password);
  await page.getByRole("button", { name: "Create owner account", exact: true }).click();
  return link[0];
}

export async function enter(page, gatehouse, operator) {
  await page.goto(`${gatehouse.url}/admin`);
  if (new URL(page.url()).pathname === "/login") await giveEmail(page, operator.email);
  await givePassword(page, operator.password);
  await heading(page, "Overview");
}

export async function createOrganization(page, gatehouse, name) {
  await page.goto(`${gatehouse.url}/admin/organizations/new`);
  await field(page, /^Name/).fill(name);
  await press(page, "Create organization");
  await heading(page, name);
  return new URL(page.url()).pathname;
}

export async function addMember(page, gatehouse, organization, email) {
  await page.goto(`${gatehouse.url}${organization}/members`);
  await field(page, /^Email/).fill(email);
  await press(page, "Add member");
  await page.getByRole("table").getByText(email).first().waitFor();
}

export async function brand(page, gatehouse, organization) {
  await page.goto(`${gatehouse.url}${organization}/branding`);
  await field(page, /^Brand colour/).fill("#0f6b5c");
  await field(page, /^Panel colour/).fill("#123c4a");
  await field(page, "Split").check();
  await field(page, /^Words on the panel/).fill("Every vessel, every berth, on one board.");
  await press(page, "Save branding");
  await page.getByText(/saved/i).first().waitFor();
  assert.equal(await field(page, /^Brand colour/).inputValue(), "#0f6b5c");
}

export async function createApplication(page, gatehouse, name, redirect) {
  await page.goto(`${gatehouse.url}/admin/applications/new`);
  await press(page, "Choose type");
  await field(page, /^Name/).fill(name);
  await field(page, /^Redirect URI/).fill(redirect);
  await press(page, "Create application");
  await heading(page, name);
  await page.getByText(redirect, { exact: true }).first().waitFor();
  return new URL(page.url()).pathname;
}

// make fills in the form of a secret or a key and returns the value that is
// shown once, after a reload showed that it is shown once.
export async function make(page, address, name, button, pattern) {
  await page.goto(address);
  await field(page, /^Name/).fill(name);
  await press(page, button);
  await page.waitForURL((url) => !url.pathname.endsWith("/new"));
  const value = pattern.exec(await page.locator("main").innerText())?.[0];
  assert.ok(value, `${page.url()} shows the new value`);
  assert.ok(!page.url().includes(value), "an address is no place for a secret");
  await page.reload();
  await page.getByText(/can['’]t be shown again/).first().waitFor();
  assert.ok(!(await page.content()).includes(value), "a reload shows it again");
  return value;
}

export async function signOut(page, gatehouse) {
  const out = page.getByRole("button", { name: "Sign out", exact: true });
  if (!(await out.isVisible())) await page.getByRole("button", { name: /Priya/ }).click();
  await out.click();
  await page.waitForURL((url) => !url.pathname.startsWith("/admin"));
  await page.goto(`${gatehouse.url}/admin`);
  await page.waitForURL((url) => url.pathname === "/login");
}
