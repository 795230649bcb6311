// An organization's admin connects a directory in the portal: from a link to
// people who are members because their provider said so, and a mistake there
// that is held until somebody has looked. Nobody touches the database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { domain, openCompany } from "../harness/company.mjs";
import { openPusher } from "../harness/pusher.mjs";
import { copied, heading, inside, press } from "../harness/setup.mjs";
import { openStage } from "../harness/stage.mjs";

let stage;
before(async () => { stage = await openStage(); });
after(() => stage?.close());

const long = "maximiliane-charlotte.von-und-zu-hohenfels";
const memberships = async (company) =>
  (await stage.gatehouse.api("GET", `/user_management/organization_memberships?organization_id=${company.id}&statuses=active&limit=100`)).data;

// eventually waits for what a job does.
async function eventually(what, holds) {
  for (let tries = 0; tries < 100; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`it never came to be that ${what}`);
}

for (const [name, look] of [["with script", {}], ["without script", { javaScript: false }]]) {
  // If this breaks, a customer cannot connect their directory without our help.
  test(`from a portal link to people who come and go: ${name}`, async () => {
    const scripted = look.javaScript !== false;
    const company = await openCompany(stage, "Halden Marine", scripted ? [domain] : [`second-${domain}`]);
    const own = scripted ? domain : `second-${domain}`;
    const visitor = await stage.browser.person(look);
    const { page } = visitor;
    const seen = (step) => (scripted ? visitor.looks(`directory-${step}`, inside) : visitor.picture(`directory-${step}-noscript`));
    const tab = (label) => page.getByRole("navigation", { name: "Directory" }).getByRole("link", { name: label }).click();

    const { link } = await stage.gatehouse.api("POST", "/portal/generate_link", { organization: company.id, intent: "dsync" });
    await page.goto(link);
    await press(page, "Continue to the portal");
    await page.getByRole("link", { name: "Set up: Directory" }).click();
    await heading(page, "Directory");
    await seen("empty");
    await page.getByRole("link", { name: "Connect a provider" }).click();
    await heading(page, "Choose your provider");
    await seen("new");
    await page.getByRole("button", { name: /^Okta / }).click();

    await heading(page, "Take the address and the token");
    const token = (await page.locator("#token").innerText()).trim();
    const endpoint = (await page.locator("#endpoint").innerText()).trim();
    assert.match(token, /^scim_/);
    await seen("token");
    await page.getByLabel("I have stored it").check();
    await press(page, "Continue");
    await heading(page, "Set up provisioning in Okta");
    assert.equal(await copied(page, "SCIM connector base URL"), endpoint);
    assert.ok(!(await page.content()).includes(token), "the token is shown twice");
    await seen("guide");
    await press(page, "I’ve set it up");

    await heading(page, "Watch the first sync");
    await page.getByText("Waiting for Okta").waitFor();
    await seen("sync-waiting");
    const okta = openPusher(endpoint, token);
    assert.equal((await okta.test()).status, 200);
    const people = [];
    for (const [mailbox, given, family] of [["ada", "Ada", "Lovelace"], ["jonas", "Jonas", "Berg"], ["sofie", "Sofie", "Lund"], [long, "Maximiliane-Charlotte", "von und zu Hohenfels"]]) {
      people.push(await okta.person(`${mailbox}@${own}`, given, family));
    }
    await okta.person("guest@elsewhere.example", "Guest", "Elsewhere");
    await okta.group("Bridge officers", people.slice(0, 1));
    await okta.group("Crew", people);
    assert.equal((await okta.ask("POST", "/Users", { active: true })).status, 400);
    await page.getByText("1 request was not applied").waitFor(); // by the script, or by the page's own reloading
    await seen("sync");
    await press(page, "Continue");

    await heading(page, "Look, then apply");
    await page.getByText("4 people will be added").waitFor();
    await page.getByText("1 waits until they prove their mailbox").waitFor();
    await page.getByText("verify elsewhere.example first").waitFor();
    assert.equal((await memberships(company)).length, 0, "somebody is a member before anybody looked");
    await seen("apply");
    await press(page, "Apply these changes");
    await heading(page, "Give roles by groups");
    await eventually("those who came are members", async () => (await memberships(company)).length === 4);
    await page.getByLabel("Role of Crew").selectOption({ label: "Member" });
    await seen("roles");
    await press(page, "Finish");
    await page.getByText("The directory is set up.").first().waitFor();
    await seen("overview");

    await tab("People");
    await page.getByText("Waits for the mailbox").waitFor();
    await seen("people");
    await page.getByRole("link", { name: "Sofie Lund" }).click();
    await heading(page, "Sofie Lund");
    await seen("person");
    await page.goBack();
    await tab("Groups to roles");
    await page.getByText("2 groups, 1 without a role").waitFor();
    await seen("groups");
    await tab("Sync activity");
    await seen("activity");
    await page.getByRole("link", { name: "Not applied" }).click();
    await page.getByRole("link", { name: "Add person" }).click();
    await page.getByText("In Okta that is set at: Applications, Fieldnote, Provisioning, To App, Attribute Mappings.").waitFor();
    await seen("request");

    await page.goBack();
    await tab("Tokens");
    await press(page, "Make token");
    const second = (await page.locator("#token").innerText()).trim();
    await seen("token-second");
    await page.getByLabel("I have stored it").check();
    await press(page, "Done");
    assert.equal((await openPusher(endpoint, second).test()).status, 200);
    await page.getByRole("link", { name: `Revoke the token that ends in ${token.slice(-4)}` }).click();
    await page.getByText("1 other token keeps working").waitFor();
    await seen("token-revoke");
    await press(page, "Revoke token");
    await page.getByText("Token revoked.").first().waitFor();
    await seen("tokens");
    assert.equal((await okta.test()).status, 401, "a revoked token opens the directory");

    const again = openPusher(endpoint, second);
    await tab("Overview");
    await page.getByLabel(/^Percent of the people/).fill("");
    await page.getByLabel(/^Number of people/).fill("1");
    await press(page, "Save safeguard");
    await page.getByText("Safeguard saved.").first().waitFor();
    assert.equal((await again.deactivate(people[0])).status < 300, true);
    for (const person of people.slice(1, 3)) assert.equal((await again.deactivate(person)).status, 429);
    await eventually("it is held", async () => { await page.reload(); return page.getByText("Okta wants 2 people to leave, and that is held").isVisible(); });
    await seen("held");
    assert.equal((await memberships(company)).length, 3);
    await page.getByRole("link", { name: "Decide" }).click();
    await seen("release");
    await press(page, "Let 2 people leave");
    await page.getByText("Released until").waitFor();
    assert.equal((await again.deactivate(people[2])).status < 300, true);
    await tab("People");
    await page.getByRole("link", { name: "Inactive", exact: true }).click();
    await page.getByRole("link", { name: "Sofie Lund" }).click();
    await page.getByText("Proof of offboarding").waitFor();
    await eventually("it is proven", async () => { await page.reload(); return page.getByText("Proven: nothing that lives was found").isVisible(); });
    await seen("proof");

    await page.getByRole("link", { name: "People" }).first().click();
    await tab("Overview");
    await page.getByRole("link", { name: "Delete", exact: true }).click();
    await page.getByLabel("Type Okta to confirm").fill("Okta");
    await seen("delete");
    await press(page, "Delete Okta");
    await page.getByText("Directory deleted. Its people stay members.").first().waitFor();
    assert.equal((await memberships(company)).length, 2);
    visitor.noFaults();
    await visitor.close();
  });
}
