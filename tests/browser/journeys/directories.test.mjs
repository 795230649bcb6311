// What an operator does with customers' directories, with a provider that
// pushes meanwhile, and what each page looks like on their screens.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createOrganization, enter, heading } from "../harness/dashboard.mjs";
import { openStage } from "../harness/stage.mjs";

const german = "Hanseatische Schiffsausrüstungs- und Hafenlogistikgesellschaft mbH";

let stage, priya, organization, directory, token;
before(async () => {
  stage = await openStage();
  priya = await stage.browser.person();
  await enter(priya.page, stage.gatehouse, stage.operator);
  organization = await createOrganization(priya.page, stage.gatehouse, german);
  await priya.page.goto(`${stage.gatehouse.url}${organization}/domains#add`);
  await priya.page.getByRole("textbox", { name: "Domain", exact: true }).fill("hanseatische.example");
  await priya.page.getByLabel("You vouch for it").check();
  await press("Add domain");
});
after(() => stage?.close());

const go = (path) => priya.page.goto(stage.gatehouse.url + path);
const press = (name) => priya.page.locator("main").getByRole("button", { name, exact: true }).click();
const follow = (name) => priya.page.locator("main").getByRole("link", { name, exact: true }).first().click();
const says = (words) => priya.page.locator("main").getByText(words).first().waitFor();
// reads waits for words that come with a request's record, which is written within a second.
async function reads(path, words) {
  for (const end = Date.now() + 10_000; Date.now() < end; await priya.page.waitForTimeout(200)) {
    await go(path);
    if (await priya.page.locator("main").getByText(words).locator("visible=true").count()) return;
  }
  await says(words);
}
const inTable = (words) => priya.page.getByRole("table").getByText(words, { exact: true }).first().waitFor();
const looks = (name) => priya.looks(`directory-${name}`, { target: 24 });

// push is a request of the customer's provider.
async function push(method, path, body, status) {
  const answer = await fetch(`${stage.gatehouse.url}/scim/v2/${directory.split("/").pop()}${path}`, {
    method, headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" }, body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.equal(answer.status, status, `${method} ${path}: ${text}`);
  return text ? JSON.parse(text) : undefined;
}

const person = (i) => ({ userName: `person${i}@hanseatische.example`, displayName: `Person ${i}`, emails: [{ value: `person${i}@hanseatische.example`, type: "work", primary: true }] });
const deactivate = { Operations: [{ op: "Replace", path: "active", value: "False" }] };

// If this breaks, an operator cannot give a customer's provider an address.
test("a directory is made, and its token shown once", async () => {
  await go("/admin/directories");
  await says("No directories yet");
  await looks("none");
  await go(`${organization}/directories`);
  await follow("Create directory");
  await looks("new");
  await priya.page.getByLabel("Provider", { exact: true }).selectOption({ label: "Okta" });
  await priya.page.getByLabel(/^Name/).fill(`Okta of the ${german}`);
  await press("Create directory");
  await says("Copy the token now");
  token = /scim_[\w-]{30,}/.exec(await priya.page.locator("main").innerText())?.[0];
  assert.ok(token, "the token is on its page");
  directory = /\/admin\/directories\/directory_\w+/.exec(priya.page.url())[0];
  await looks("token");
  await priya.page.reload();
  await says(/can['’]t be shown again/);
  assert.ok(!(await priya.page.content()).includes(token), "a reload shows it again");
  await go(directory);
  await says("Nothing has come yet");
  await looks("waiting");
});

// If this breaks, nobody sees what a provider sent, and what became of it.
test("what the provider pushes is seen with its reasons", async () => {
  const made = [];
  for (let i = 0; i < 12; i++) made.push((await push("POST", "/Users", person(i), 201)).id);
  await push("POST", "/Users", { displayName: "Nobody" }, 400);
  await push("POST", "/Groups", { displayName: "Hafenmeisterei", members: made.slice(0, 3).map((value) => ({ value })) }, 201);
  await reads(`${directory}/activity?outcome=not-applied`, "1 request here");
  await inTable("Refused");
  await looks("activity");
  await follow("Add person");
  await says("What became of it");
  await looks("request");
  await go(`${directory}/people?q=person1%40`);
  await follow("Person 1");
  await says("What the provider sent");
  await looks("person");
  await go(`${directory}/people`);
  await looks("people");
  await go("/admin/directories?needs=any");
  await inTable("Refusals");
  await looks("list");
});

// If this breaks, an operator gives a role to people whom nobody named.
test("a group gives a role once it was said to whom", async () => {
  await go(`${directory}/groups`);
  await looks("groups");
  await follow("Change the role of Hafenmeisterei");
  await priya.page.getByLabel("Role", { exact: true }).selectOption({ label: "Admin" });
  await press("Change role");
  await says("3 people get another role at once. Nobody is signed out.");
  await priya.picture("directory-role-light");
  await press("Change role");
  await says("gives the role Admin");
  await looks("group");
});

// If this breaks, a provider that lost its people takes everybody away, or
// nobody can let it go on when it is right.
test("people who are held are seen and released", async () => {
  const { Resources } = await push("GET", "/Users?count=12", undefined, 200);
  const leaving = Resources.slice(3, 10).map((r) => r.id);
  for (const id of leaving.slice(0, 5)) await push("PATCH", `/Users/${id}`, deactivate, 200);
  for (const id of leaving.slice(5)) await push("PATCH", `/Users/${id}`, deactivate, 429);
  await go("/admin");
  await says("people's leaving is held");
  await follow("See who");
  await reads(`${directory}/safeguard`, "2 people would leave");
  await looks("held");
  await follow("Release directory");
  await priya.picture("directory-release-light");
  await press("Release directory");
  await says("Released until");
  for (const id of leaving.slice(5)) await push("PATCH", `/Users/${id}`, deactivate, 200);
  await go(`${directory}/departures`);
  await says("Person");
  for (const end = Date.now() + 10_000; (await priya.page.getByText("Being looked at").count()) && Date.now() < end; await priya.page.reload());
  await looks("departures");
  assert.equal(await priya.page.getByText("Being looked at").count(), 0, "the departures are proven");
  await go(directory);
  await looks("overview");
});

// If this breaks, a token that leaked stays open, or a directory goes by a slip.
test("a token is revoked, and the directory deleted by its name", async () => {
  await go(`${directory}/tokens`);
  await looks("tokens");
  await priya.page.getByRole("link", { name: /^Revoke the token/ }).click();
  await says("No other token opens the directory");
  await priya.picture("directory-revoke-light");
  await press("Revoke token");
  await says("Token revoked. Nobody was deactivated.");
  await push("GET", "/Users", undefined, 401);
  await go(`${directory}/settings`);
  await looks("settings");
  await go(`${directory}/safeguard`);
  await looks("safeguard");
  await go(directory);
  await says("No token opens it");
  await go(`${directory}/delete`);
  await priya.page.getByLabel(/^Type /).fill("Okta");
  await press("Delete directory");
  await says("Type the name exactly.");
  await priya.page.getByLabel(/^Type /).fill(`Okta of the ${german}`);
  await press("Delete directory");
  await says("Directory deleted.");
  assert.equal(new URL(priya.page.url()).pathname, "/admin/directories");
  priya.noFaults();
});
