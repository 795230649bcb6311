// A Gatehouse of its own on SQLite, and the npm client as published, pointed at
// it. The client comes from the Express example: one lock file for both.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startMail } from "../browser/harness/mail.mjs";
import { freePort, start } from "../browser/harness/processes.mjs";

const root = resolve(import.meta.dirname, "../..");
const { WorkOS } = createRequire(join(root, "examples/express/package.json"))("@workos-inc/node");

// settings that a developer has in the shell must not reach the server.
const plainEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(GATEHOUSE|WORKOS)_/.test(name)));

function built(name) {
  const binary = join(root, "tests/sdk/out", name);
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run these tests by scripts/sdk, which builds it`);
  return binary;
}

// openServer starts one; with `mails` it sends them by SMTP to `mail`, where a
// test reads what people get. `env` is set besides.
export async function openServer({ mails = false, env = {} } = {}) {
  const binary = built("server");
  const apiKey = `sk_test_${randomBytes(18).toString("hex")}`;
  const clientId = "client_01SDKTESTS0000000000000000";
  const data = await mkdtemp(join(tmpdir(), "gatehouse-sdk-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const closers = [];
  const mail = mails ? await startMail(data, closers, built("smtpsink")) : undefined;
  const server = await start(binary, [], {
    cwd: data,
    health: `${url}/readyz`,
    env: {
      ...plainEnv,
      GATEHOUSE_ADDR: `127.0.0.1:${port}`,
      GATEHOUSE_BASE_URL: url,
      GATEHOUSE_DATA_DIR: data,
      GATEHOUSE_HIBP_URL: "off",
      ...(mail && { GATEHOUSE_SMTP_URL: mail.url, GATEHOUSE_MAIL_FROM: "Fieldnote <login@fieldnote.example>" }),
      GATEHOUSE_BOOTSTRAP_API_KEY: apiKey,
      GATEHOUSE_BOOTSTRAP_CLIENT_ID: clientId,
      GATEHOUSE_BOOTSTRAP_REDIRECT_URIS: "http://127.0.0.1:3000/callback",
      ...env,
    },
  });
  const client = (key = apiKey) => new WorkOS(key, { clientId, apiHostname: "127.0.0.1", port, https: false });
  return {
    url,
    apiKey,
    clientId,
    client,
    mail,
    log: server.log,
    // call is for what the client has no method for, or hides: status and body.
    async call(method, path, body) {
      const answer = await fetch(url + path, {
        method, headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" }, body: body && JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, ...(text && { body: JSON.parse(text) }) };
    },
    async close() {
      await server.stop();
      for (const close of closers) await close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

export const password = "slow harbour violet 73 kites";
export const address = (name = "ines") => `${name}.${randomBytes(5).toString("hex")}@haldenmarine.example`;

// everything walks a list to its end, as an application that exports does. The
// client does so only where no limit was given, in pages of 100.
export const everything = async (page) => (await page).autoPagination();

// walked is the ids of a list, page by page of a chosen size.
export async function walked(list) {
  const ids = [];
  for (let after; ; ) {
    const page = await list(after ? { after } : {});
    ids.push(...page.data.map((row) => row.id));
    if (!(after = page.listMetadata.after)) return ids;
  }
}
