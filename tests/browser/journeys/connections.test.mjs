// What an operator does with customers' connections, and what each page looks
// like on their screens.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createOrganization, enter, heading } from "../harness/dashboard.mjs";
import { openStage } from "../harness/stage.mjs";

const german = "Hanseatische Schiffsausrüstungs- und Hafenlogistikgesellschaft mbH";

let stage, priya, organization, connection;
before(async () => {
  stage = await openStage();
  priya = await stage.browser.person();
  await enter(priya.page, stage.gatehouse, stage.operator);
  organization = await createOrganization(priya.page, stage.gatehouse, german);
});
after(() => stage?.close());

const go = (path) => priya.page.goto(stage.gatehouse.url + path);
const press = (name) => priya.page.locator("main").getByRole("button", { name, exact: true }).click();
const looks = (name) => priya.looks(`connection-${name}`, { target: 24 });

// If this breaks, an operator cannot connect a customer's provider without the API.
test("a connection is made by hand and turned on", async () => {
  await go("/admin/connections");
  await priya.page.getByText("No connections yet").waitFor();
  await looks("none");
  await go(`${organization}/connections`);
  await priya.page.getByRole("link", { name: "Create connection" }).click();
  await priya.page.getByLabel("Provider", { exact: true }).selectOption("OktaSAML");
  await press("Choose provider");
  await looks("new");
  await priya.page.getByLabel(/^Sign-in address/).fill("not an address");
  await press("Create connection");
  await priya.page.getByText(/is an https address/).first().waitFor();
  await priya.page.getByLabel(/^Name/).fill(`Okta of the ${german}`);
  await priya.page.getByLabel(/^Entity ID/).fill("http://www.okta.com/exk1fxp3yz8Qb2gkQ697");
  await priya.page.getByLabel(/^Sign-in address/).fill("https://hanseatische.okta.example/app/gatehouse/exk1fxp3yz8Qb2gkQ697/sso/saml");
  await press("Create connection");
  await heading(priya.page, /^Okta of the/);
  connection = new URL(priya.page.url()).pathname;
  await priya.page.getByText("Not set up yet").waitFor();
  await looks("draft");
});

// If this breaks, a certificate that a customer sends cannot be added.
test("a certificate is added, and the connection turned on", async () => {
  await go(`${connection}/certificates`);
  await priya.page.getByLabel("Certificate", { exact: true }).fill(certificate);
  await press("Add certificate");
  await priya.page.getByText("Added by hand").waitFor();
  await press("Make key");
  await priya.page.getByText("Signs", { exact: true }).waitFor();
  await looks("certificates");
  await go(connection);
  await priya.page.getByRole("link", { name: "Turn on", exact: true }).click();
  await priya.picture("connection-turn-on-light");
  await press("Turn on");
  await priya.page.getByText("Active", { exact: true }).first().waitFor();
});

// If this breaks, a change of a provider is made blindly.
test("a change is tried beside what counts, and taken back", async () => {
  await go(`${connection}/provider`);
  await looks("provider");
  await priya.page.getByLabel("Have the provider ask again each time").check();
  await priya.page.getByLabel("Try it first").check();
  await press("Save provider");
  await priya.page.getByText("Nobody has signed in since it was set").waitFor();
  await looks("trial");
  await priya.page.getByRole("link", { name: "Promote", exact: true }).click();
  await press("Promote configuration");
  await priya.page.getByText("Promoted. It counts now.").first().waitFor();
  await go(`${connection}/roll-back`);
  await press("Bring it back");
  await priya.page.getByText("Brought back. It counts now.").first().waitFor();
  await go(`${connection}/people`);
  await looks("people");
});

// If this breaks, support cannot find the sign-in that a person reads out.
test("a reference opens its sign-in", async () => {
  const start = `${stage.gatehouse.url}/sso/start/${connection.split("/").pop().replace("_", "-")}`;
  assert.ok((await fetch(start, { redirect: "manual" })).status < 400, "the connection sends people away");
  await go(`${connection}/sign-ins`);
  const link = priya.page.getByRole("link", { name: /^GH-/ }).first();
  const reference = await link.textContent();
  await looks("sign-ins");
  await go(`/admin/search?q=${reference}`);
  await heading(priya.page, `Sign-in ${reference}`);
  await looks("sign-in");
  await go(connection);
  await looks("overview");
  await go("/admin/connections?state=active");
  await looks("list");
  priya.noFaults();
});

// If this breaks, a connection is deleted by a slip.
test("deleting wants the name", async () => {
  await go(`${connection}/delete`);
  await priya.picture("connection-delete-light");
  await priya.page.getByLabel(/^Type /).fill("Okta");
  await press("Delete connection");
  await priya.page.getByText("Type the name exactly.").first().waitFor();
  await priya.page.getByLabel(/^Type /).fill(`Okta of the ${german}`);
  await press("Delete connection");
  await priya.page.getByText("Connection deleted.").first().waitFor();
  assert.equal(new URL(priya.page.url()).pathname, "/admin/connections");
});

// a self-signed certificate of nobody's, for a hundred years
const certificate = `-----BEGIN CERTIFICATE-----
MIIDHTCCAgWgAwIBAgIUXL3mvEx5P0dNgvTjAlwR8GXYjjIwDQYJKoZIhvcNAQEL
BQAwHTEbMBkGA1UEAwwSaWRwLmhhbGRlbi5leGFtcGxlMCAXDTI2MTEyNzIxMDc0
MVoYDzIxMjYxMTAzMjEwNzQxWjAdMRswGQYDVQQDDBJpZHAuaGFsZGVuLmV4YW1w
bGUwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCwCYHtD7lqYSWQ+2HB
Ci+6UPouAFZOVyuizbIWgNcx/2GqVHcIaBDa4NQNROqhjiLzzrLOeEAZR1csx0cB
PhqVgySei2nDcoOaWTskQgWUMjjkCFm0MN3fuBQtOleg3SWf68e05GzZGCybJ884
SDZZJhM/h24KYQOSzes6LyMmVmVk7fnPEnNQWhi224h9uyxNXf+9Cl20lLh77QHc
09cO+0PpzZemDWpJ3BThGA1CT6b+DouvtrYLT3/9koYd9FV4MmG8nVOrzcY4Yvp0
5vPUq2wVOR5TdiNQrMZt3pm5qGTB/8ZXx4qdnToyNxWBObEwbxn9jMIn3RRsJo0e
fRRdAgMBAAGjUzBRMB0GA1UdDgQWBBSd8vEuaYaHUGeRQ/PGgGVmp0toFTAfBgNV
HSMEGDAWgBSd8vEuaYaHUGeRQ/PGgGVmp0toFTAPBgNVHRMBAf8EBTADAQH/MA0G
CSqGSIb3DQEBCwUAA4IBAQBR4e15/UQHLdnXCCld5RXBaA8+dhmcf6vhimf8lVl/
WjnZLmRAz1TigM0l0QR0ePLgGLoYCMXJ8frbjZZT6GpShvx4qVpGiuPorlSqoiI+
5XIG3vN/6EHMd/NNDeXHuzCEW2BWVUYN8FL3QYf+fP/qkuK85TMZq4O4IWCbE+mR
x//ZGqdZ+9AcsBlsHJSckZPkiEC5PIEgtzy9a+o6t/z44iVB7VmRIpfdxdyiynbh
8OjKPWwUvKvxRzMQNQ4NMh5q+kUn+j34TDl7SrBHx4Q7/vFk4q3S7698WILorH5H
LPbARhN1U4TUk9mvu4T1rJz6aleot4QMcX+ZW5WwOkgA
-----END CERTIFICATE-----`;
