// What leaves the deployment, as an operator looks after it: an endpoint that
// fails and is mended, a log stream, the queue; and a customer's admin who
// sends their own log to their own SIEM.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { after, before, test } from "node:test";
import { enter, heading } from "../harness/dashboard.mjs";
import { inside } from "../harness/setup.mjs";
import { openStage } from "../harness/stage.mjs";

const german = "Nordfriesische Schiffsausrüstungs- und Bergungsgesellschaft mbH.";

let stage, priya, receiver, organization;
before(async () => {
  stage = await openStage({ env: { GATEHOUSE_ALLOW_PRIVATE_TARGETS: "true" } });
  receiver = await startReceiver();
  organization = (await stage.gatehouse.api("POST", "/organizations", { name: german })).id;
  priya = await stage.browser.person();
  await enter(priya.page, stage.gatehouse, stage.operator);
});
after(async () => {
  receiver?.server.closeAllConnections();
  receiver?.server.close();
  await stage?.close();
});

// startReceiver keeps what it is sent, and answers what it is told to.
async function startReceiver() {
  const got = { status: 200, requests: [] };
  got.server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const raw = Buffer.concat(parts);
      got.requests.push({ headers: request.headers, body: request.headers["content-encoding"] === "gzip" ? gunzipSync(raw).toString() : raw.toString(), path: request.url });
      response.writeHead(got.status, { "content-type": "application/json" });
      response.end(got.status < 300 ? `{"taken":true}` : `{"error":"upstream connect error"}`);
    });
  });
  await new Promise((done) => got.server.listen(0, "127.0.0.1", done));
  got.url = `http://127.0.0.1:${got.server.address().port}`;
  return got;
}

const open = (path) => priya.page.goto(stage.gatehouse.url + path);
const press = (page, name) => page.locator("main").getByRole("button", { name, exact: true }).click();

async function eventually(what, look) {
  for (let i = 0; i < 150; i++) {
    const found = await look();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(what);
}

// If this breaks, an operator whose receiver fails does not see why, or cannot
// get what it missed.
test("an endpoint is added, fails, says what was answered, and is mended", async () => {
  const { page } = priya;
  await open("/admin/webhooks");
  await page.getByText("No endpoints yet").waitFor();
  await page.locator("main").getByRole("link", { name: "Add endpoint" }).click();
  await page.getByLabel(/^Address/).fill(receiver.url + "/hooks/auth");
  await page.getByLabel(/^Description/).fill("The application's own");
  await priya.looks("webhooks-new", inside);
  await press(page, "Add endpoint");
  await heading(page, /./);
  const secret = /whsec_[A-Za-z0-9+/=]+/.exec(await page.locator("main").innerText())?.[0];
  assert.ok(secret, "the secret is shown");
  await priya.looks("webhooks-secret", inside);
  await page.getByRole("checkbox").check();
  await press(page, "Done");
  const home = new URL(page.url()).pathname;
  assert.match(home, /^\/admin\/webhooks\/we_/);

  await page.getByRole("link", { name: "Send test event" }).click();
  await priya.looks("webhooks-test", inside);
  await press(page, "Send test event");
  await page.getByText("Test event sent.").first().waitFor();
  await page.locator("#delivery").getByText(/200 OK/).first().waitFor();
  const first = receiver.requests.at(-1);
  const [, time, signature] = /^t=(\d+), ?v1=([0-9a-f]+)$/.exec(first.headers["workos-signature"]);
  assert.equal(createHmac("sha256", secret).update(`${time}.${first.body}`).digest("hex"), signature, "the shown secret signs");

  receiver.status = 503;
  for (let i = 0; i < 4; i++) await stage.gatehouse.api("POST", "/organizations", { name: `Customer ${i}` });
  await eventually("an event is sent", () => receiver.requests.length > 2);
  await eventually("the page says that it fails", async () => {
    await page.goto(stage.gatehouse.url + home);
    return (await page.getByText(/It has failed since/).count()) > 0;
  });
  await page.locator("#list tbody a.cell").first().click();
  await page.waitForURL((url) => url.searchParams.has("delivery"));
  await page.locator("#delivery").getByText("503 Service Unavailable").first().waitFor();
  await page.locator("#delivery").getByText("upstream connect error").waitFor();
  await priya.looks("webhooks-failing", inside);
  await page.getByRole("link", { name: "curl", exact: true }).click();
  await page.locator("#delivery pre").getByText(/^curl/).waitFor();
  assert.ok(!(await page.content()).includes(secret), "the secret is on no page again");

  receiver.status = 200;
  await press(page, "Retry now");
  await page.locator("#delivery").getByText("200 OK").first().waitFor();
  await open("/admin/webhooks");
  await priya.looks("webhooks", inside);
});

// If this breaks, a click floods a receiver with what it has already.
test("a replay is counted before it is done", async () => {
  const { page } = priya;
  await open("/admin/webhooks");
  await page.locator("tbody a.cell").first().click();
  await page.getByRole("link", { name: "Replay…" }).click();
  await page.getByLabel("Only what was given up").uncheck();
  await press(page, "Count events");
  await page.getByText(/would be sent again/).waitFor();
  await priya.looks("webhooks-replay", inside);
  const before = receiver.requests.length;
  await page.getByRole("button", { name: /^Replay \d+ events?$/ }).click();
  await page.getByText("The events wait to be sent again.").first().waitFor();
  await eventually("they arrive again", () => receiver.requests.length > before);
});

// If this breaks, an operator does not know whether the log's copy is whole.
test("a log stream is set up, says how far it is, is paused and goes on", async () => {
  const { page } = priya;
  receiver.status = 200;
  await open("/admin/log-streams");
  await page.locator("main").getByRole("link", { name: "Add log stream" }).click();
  await page.getByLabel("HTTP endpoint").check();
  await priya.looks("log-streams-kinds", inside);
  await press(page, "Continue");
  await page.getByLabel(/^Address/).fill(receiver.url + "/siem");
  await page.getByLabel("Authorization (optional)").fill("Bearer 4f2a");
  await page.getByLabel(/^Send what is in the log/).check();
  await priya.looks("log-streams-new", inside);
  await press(page, "Add log stream");
  await page.getByText("Log stream added").first().waitFor();
  await eventually("the report is complete", async () => {
    await page.reload();
    return (await page.getByText("complete", { exact: true }).count()) > 0;
  });
  await priya.looks("log-stream", inside);
  const sent = receiver.requests.filter((r) => r.path === "/siem");
  assert.ok(sent.every((r) => r.headers.authorization === "Bearer 4f2a"));
  assert.ok(sent.some((r) => r.body.includes("log_stream.created")));
  assert.ok(!(await page.content()).includes("4f2a"), "the token is on no page");
  await press(page, "Pause");
  await page.getByText("It keeps its place").first().waitFor();
  await press(page, "Resume");
  await page.getByText("It goes on from its place").first().waitFor();
  await page.getByRole("link", { name: "Edit settings" }).click();
  await priya.looks("log-stream-edit", inside);
  await open("/admin/log-streams");
  await priya.looks("log-streams", inside);
});

// If this breaks, what hangs in the queue is found by nobody.
test("the queue is read by state and kind", async () => {
  const { page } = priya;
  await open("/admin/jobs");
  await heading(page, "Jobs");
  await priya.looks("jobs", inside);
  await page.getByLabel("State", { exact: true }).getByRole("link", { name: /^Done/ }).click();
  await page.waitForURL((url) => url.searchParams.get("state") === "completed");
  await page.locator("tbody a.cell").first().click();
  await page.getByText("Arguments", { exact: true }).first().waitFor();
  await priya.looks("job", inside);
});

// If this breaks, a customer needs the operator to get at their own log.
test("a customer's admin sends their log to their own SIEM", async () => {
  const ines = await stage.browser.person();
  const { page } = ines;
  const { link } = await stage.gatehouse.api("POST", "/portal/generate_link", { organization, intent: "log_streams" });
  await page.goto(link);
  await page.getByRole("button", { name: "Continue to the portal" }).click();
  await page.waitForURL(`${stage.gatehouse.url}/portal`);
  await page.goto(stage.gatehouse.url + "/portal/log-stream");
  await ines.looks("portal-log-streams-empty", inside);
  await page.locator("main").getByRole("link", { name: "Add log stream" }).click();
  await page.getByLabel("HTTP endpoint").check();
  await ines.looks("portal-log-streams-kinds", inside);
  await press(page, "Continue");
  await page.getByLabel(/^Address/).fill(receiver.url + "/theirs");
  await page.getByLabel(/^Send what is in the log/).check();
  await ines.looks("portal-log-streams-new", inside);
  await press(page, "Add log stream");
  await page.waitForURL((url) => url.pathname.includes("/log_stream_"));
  await eventually("the report is complete", async () => {
    await page.reload();
    return (await page.getByText("complete", { exact: true }).count()) > 0;
  });
  await ines.looks("portal-log-stream", inside);
  const lines = receiver.requests.filter((r) => r.path === "/theirs").flatMap((r) => r.body.trim().split("\n"));
  assert.ok(lines.length > 0 && lines.every((line) => line.includes(organization)), "their entries alone");
  await ines.close();
});
