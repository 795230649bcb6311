// What a person does on the hosted pages, found by the words that they see.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { codeOf } from "./mail.mjs";

export const newcomer = () => ({
  email: `ines.${randomBytes(4).toString("hex")}.solberg@haldenmarine.example`,
  firstName: "Ines",
  lastName: "Solberg",
  password: "slow harbour violet 73 kites",
});

// register makes an account by API whose address is proven, as an import does.
export const register = ({ gatehouse }, { email, password, firstName, lastName }) =>
  gatehouse.api("POST", "/user_management/users", { email, password, first_name: firstName, last_name: lastName, email_verified: true });

// member makes such an account in an organization.
export async function member(stage, person, organization) {
  person.id = (await register(stage, person)).id;
  await stage.gatehouse.api("POST", "/user_management/organization_memberships", { user_id: person.id, organization_id: organization });
}

export const at = (path) => (url) => url.pathname === path;

export async function openSignIn(page, app) {
  await page.goto(`${app.url}/login`);
  await page.waitForURL(at("/login"));
  await page.getByRole("heading", { level: 1, name: /^Sign in to / }).waitFor();
}

export async function giveEmail(page, email) {
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.waitForURL(at("/login/password"));
}

// askForCode has a code mailed instead of typing a password.
export async function askForCode(page, app, email) {
  await openSignIn(page, app);
  await giveEmail(page, email);
  await page.getByRole("link", { name: "Email me a code instead" }).click();
  await page.waitForURL(at("/login/code"));
  await page.getByRole("button", { name: "Email me a code", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Check your email" }).waitFor();
}

export const typeCode = (page, code) => giveCode(page, "Code from the email", code, "Sign in");

// givePassword leaves the waiting to the caller: what comes next is the question.
export async function givePassword(page, password) {
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

export async function signIn(page, app, person) {
  await openSignIn(page, app);
  await giveEmail(page, person.email);
  await givePassword(page, person.password);
  await onDashboard(page, app, person);
}

// signUp ends with the code from the mail that proves the address.
export async function signUp(page, { app, mail }, person, between = async () => {}) {
  await page.goto(`${app.url}/signup`);
  await page.waitForURL(at("/login/signup"));
  await page.getByRole("heading", { level: 1, name: /^Create your .+ account$/ }).waitFor();
  await between("sign-up");
  await page.getByLabel("Email", { exact: true }).fill(person.email);
  await page.getByLabel(/^First name/).fill(person.firstName);
  await page.getByLabel(/^Last name/).fill(person.lastName);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.waitForURL(at("/login/signup/details"));
  await between("choose-password");
  await page.getByLabel("New password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await page.waitForURL(at("/login/verify-email"));
  await between("verify-email");
  await confirmEmail(page, mail, person);
  await onDashboard(page, app, person);
}

// confirmEmail types the code of the newest mail.
export async function confirmEmail(page, mail, person) {
  await giveCode(page, "Code from the email", codeOf(await mail.next(person.email)), "Confirm email address");
}

// giveCode types six digits. The page's script sends them after the last; where
// there is no script the person does.
export async function giveCode(page, label, code, button) {
  const sends = (await page.locator("html.js").count()) > 0;
  await page.getByLabel(label, { exact: true }).fill(code);
  if (!sends) await page.getByRole("button", { name: button, exact: true }).click();
}

// onDashboard is the proof of a sign-in: the application's protected page,
// which exists only with a verified access token, shows this very person.
export async function onDashboard(page, app, person) {
  await page.waitForURL((url) => url.href.startsWith(`${app.url}/dashboard`));
  assert.equal(await field(page, "email"), person.email);
}

export const field = (page, name) => page.locator(`[data-field="${name}"]`).innerText();

export async function renew(page, app, person) {
  const before = await field(page, "session");
  await page.getByRole("link", { name: "Renew the session" }).click();
  await page.getByRole("status").filter({ hasText: "renewed" }).waitFor();
  await onDashboard(page, app, person);
  assert.equal(await field(page, "session"), before, "a refresh keeps the session");
}

export async function signOut(page, app) {
  await page.getByRole("link", { name: "Sign out" }).click();
  await page.waitForURL(`${app.url}/`);
  await page.getByText("You are not signed in.").waitFor();
}
