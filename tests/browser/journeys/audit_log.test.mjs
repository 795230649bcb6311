// A security team's questions to the log: what failed, when, whose doing it
// was, whether anything was altered since, and all of it as a file.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { enter, heading } from "../harness/dashboard.mjs";
import { openStage } from "../harness/stage.mjs";
import { giveEmail, givePassword, member, newcomer, openSignIn, signIn } from "../harness/steps.mjs";

const german = "Nordfriesische Schiffsausrüstungs- und Bergungsgesellschaft mbH.";

let stage, priya, ines, organization;
before(async () => {
  stage = await openStage();
  ines = newcomer();
  organization = (await stage.gatehouse.api("POST", "/organizations", { name: german })).id;
  await member(stage, ines, organization);
  const person = await stage.browser.person();
  await openSignIn(person.page, stage.app);
  await giveEmail(person.page, ines.email);
  await givePassword(person.page, "not the password at all");
  await person.page.getByText("That email and password").waitFor();
  await person.close();
  const again = await stage.browser.person();
  await signIn(again.page, stage.app, ines);
  await again.close();
  priya = await stage.browser.person();
  await enter(priya.page, stage.gatehouse, stage.operator);
});
after(() => stage?.close());

const open = (path) => priya.page.goto(stage.gatehouse.url + path);
const rows = (page) => page.getByRole("region", { name: "Events", exact: true }).locator("tbody tr");
const params = (page) => Object.fromEntries(new URL(page.url()).searchParams);

// If this breaks, whoever looks for one failed sign-in reads all of the log.
test("words, a filter as a chip and a column of the histogram narrow the list, and the address has it all", async () => {
  const { page } = priya;
  await open("/admin/audit-log");
  await heading(page, "Audit log");
  await priya.looks("audit-log", { target: 24 });
  await page.locator("main").getByRole("searchbox").fill(ines.email);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.searchParams.get("q") === ines.email);
  const some = await rows(page).count();
  assert.ok(some > 1, `${some} entries of the person`);

  await page.locator("main").getByRole("link", { name: "Filter", exact: true }).click();
  await page.getByLabel("Result").selectOption("failed");
  await page.getByRole("button", { name: "Apply filters" }).click();
  await page.getByRole("link", { name: "Remove filter Result" }).waitFor();
  assert.equal(await rows(page).count(), 1, "one sign-in failed");

  await page.getByRole("link", { name: "1 h", exact: true }).click();
  await page.waitForURL((url) => url.searchParams.get("period") === "1h");
  await page.locator("svg a.col").first().click();
  await page.getByRole("link", { name: "Remove filter Time" }).waitFor();
  assert.equal(await rows(page).count(), 1, "the column leads to the entry that it counts");
  assert.ok(params(page).since && params(page).until, "the time is in the address");
  await page.goBack();
  await page.goForward();
  assert.equal(await rows(page).count(), 1, "back and forth shows the same");
  await page.getByRole("link", { name: "Remove filter Result" }).click();
  await page.getByRole("link", { name: "Remove filter Result" }).waitFor({ state: "detached" });
  await priya.fits();
});

// If this breaks, nobody sees whether somebody with the database's password
// has changed what is said of them.
test("an entry says who, what, from where, and the chain up to it is gone through", async () => {
  const { page } = priya;
  await open(`/admin/audit-log?q=${encodeURIComponent(ines.email)}&result=failed`);
  await rows(page).getByRole("link").first().click();
  const entry = page.getByRole("complementary", { name: "Event" });
  await entry.getByText("authentication.password_failed").first().waitFor();
  await entry.getByText(/"hash"/).waitFor();
  await entry.getByRole("link", { name: "Check the chain" }).click();
  await entry.getByText(/Hash chain intact up to this event/).waitFor();
  await priya.looks("audit-log-event", { target: 24 });
  await page.keyboard.press("Escape");
  await page.waitForURL((url) => !url.searchParams.has("event"));
});

// If this breaks, a log cannot be given to an auditor.
test("what the log shows is made a file, with progress, a checksum and lines that can be checked", async () => {
  const { page } = priya;
  await open("/admin/audit-log?period=7d");
  await page.getByRole("link", { name: "Export", exact: true }).click();
  await heading(page, "Export");
  await page.getByRole("radio", { name: /NDJSON/ }).check();
  await priya.looks("audit-log-export", { target: 24 });
  await page.getByRole("button", { name: "Make export" }).click();
  await page.waitForURL(/\/exports\/audit_log_export_/);
  const download = page.getByRole("link", { name: "Download" });
  await download.waitFor({ timeout: 60_000 });
  await priya.looks("audit-log-exported", { target: 24 });
  const checksum = /\b[0-9a-f]{64}\b/.exec(await page.locator("main").innerText())[0];
  const [file] = await Promise.all([page.waitForEvent("download"), download.click()]);
  const bytes = await readFile(await file.path());
  assert.equal(createHash("sha256").update(bytes).digest("hex"), checksum);
  const lines = bytes.toString().trim().split("\n").map((line) => JSON.parse(line));
  const events = lines.filter((line) => line.object === "audit_log_event");
  assert.ok(events.length > 5 && events.every((e) => /^[0-9a-f]{64}$/.test(e.hash)), `${events.length} entries, each with its link`);
  const mail = await stage.mail.next(stage.operator.email, /export/i);
  assert.match(mail.text, /export/i);
});

// If this breaks, an organization's admins have to ask for what is theirs.
test("an organization's admin has the log in the portal: theirs and nobody else's", async () => {
  const { gatehouse, browser } = stage;
  const { link } = await gatehouse.api("POST", "/portal/generate_link", { organization, intent: "audit_logs" });
  const admin = await browser.person();
  await admin.page.goto(link);
  await admin.page.getByRole("button", { name: "Continue to the portal" }).click();
  await admin.page.waitForURL((url) => url.pathname.startsWith("/portal"));
  await admin.page.goto(`${gatehouse.url}/portal/audit-log`);
  await heading(admin.page, "Audit log");
  assert.ok((await rows(admin.page).count()) > 0);
  assert.equal(await admin.page.getByText("browser_session.created").count(), 0, "what belongs to no organization is not shown");
  await admin.looks("portal-audit-log", { target: 24 });
  await rows(admin.page).getByRole("link").first().click();
  await admin.page.getByRole("complementary", { name: "Event" }).getByRole("link", { name: "Check the chain" }).click();
  await admin.page.getByText(/Hash chain intact/).waitFor();
  await admin.looks("portal-audit-log-event", { target: 24 });
  admin.noFaults();
  await admin.close();
});

// If this breaks, a live log stands still, or moves below the reader's eyes.
test("live, a new entry comes by itself", async () => {
  const { page } = priya;
  await open("/admin/audit-log?live=1&period=1h&type=organization.created");
  const were = await rows(page).count();
  await stage.gatehouse.api("POST", "/organizations", { name: "Halden Marine" });
  await rows(page).nth(were).waitFor({ timeout: 20_000 });
  priya.noFaults();
});

// If this breaks, an operator whose script is blocked cannot search the log.
test("with JavaScript off it is searched, narrowed, opened and exported", async () => {
  const plain = await stage.browser.person({ javaScript: false });
  await enter(plain.page, stage.gatehouse, stage.operator);
  await plain.page.goto(`${stage.gatehouse.url}/admin/audit-log?period=1h`);
  await plain.page.locator("main").getByRole("searchbox").fill(ines.email);
  await plain.page.locator("main").getByRole("button", { name: "Search" }).click();
  await plain.page.getByText("View as table").click();
  await plain.page.locator(".chart-table").getByRole("link").first().click();
  await plain.page.getByRole("link", { name: "Remove filter Time" }).waitFor();
  await rows(plain.page).getByRole("link").first().click();
  await plain.page.getByRole("complementary", { name: "Event" }).getByRole("link", { name: "Close details" }).click();
  await plain.page.getByRole("link", { name: "Export", exact: true }).click();
  await plain.page.getByRole("button", { name: "Make export" }).click();
  await heading(plain.page, "Export of the audit log");
  plain.noFaults();
  await plain.close();
});
