// A stage is what a journey needs: a Gatehouse of its own on SQLite, a mail
// server that keeps what it sends, the Express example signed up with it as its
// application, and a browser.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser } from "./browser.mjs";
import { startMail } from "./mail.mjs";
import { built, freePort, plainEnv, root, start } from "./processes.mjs";

const example = join(root, "examples/express");

// openStage with `{ firstStart: true }` has no operator yet: the server prints
// its set-up link instead. `env` is what its Gatehouse has besides.
export async function openStage({ firstStart = false, env = {} } = {}) {
  const closers = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const operator = { email: "priya@fieldnote.example", password: "quiet lantern 58 orchard tides" };
    const keys = { apiKey: `sk_test_${randomBytes(18).toString("hex")}`, clientId: "client_01BRW0SERTESTS000000000000" };
    const appPort = await freePort();
    const appURL = `http://127.0.0.1:${appPort}`;
    const standardPort = await freePort();
    const standardURL = `http://127.0.0.1:${standardPort}`;
    const data = await mkdtemp(join(tmpdir(), "gatehouse-browser-"));
    closers.push(() => rm(data, { recursive: true, force: true }));
    const mail = await startMail(data, closers);
    const gatehouse = await startGatehouse({ ...keys, data, operator: firstStart ? null : operator, redirects: [appURL, standardURL],
      env: { GATEHOUSE_SMTP_URL: mail.url, GATEHOUSE_MAIL_FROM: "Fieldnote <no-reply@fieldnote.example>", ...env } }, closers);
    const app = await startExample(keys, appURL, appPort, gatehouse.url, closers);
    const browser = await openBrowser();
    closers.push(() => browser.close());
    const standard = (secret) => startStandard(keys, secret, standardURL, standardPort, gatehouse.url, closers);
    const profiles = () => startProfiles(keys, standardURL, standardPort, gatehouse.url, closers);
    return { gatehouse, mail, app, standard, profiles, browser, keys, operator, close };
  } catch (err) {
    await close();
    throw err;
  }
}

// Passkeys belong to a domain, which an IP address is not: the server is reached
// as localhost.
async function startGatehouse({ apiKey, clientId, data, operator, redirects, env }, closers) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const server = await start(built("server"), [], {
    cwd: data,
    health: `${url}/readyz`,
    env: {
      ...plainEnv,
      GATEHOUSE_ADDR: `127.0.0.1:${port}`,
      GATEHOUSE_BASE_URL: url,
      GATEHOUSE_DATA_DIR: data,
      GATEHOUSE_HIBP_URL: "off",
      GATEHOUSE_NAME: "Fieldnote",
      GATEHOUSE_BOOTSTRAP_API_KEY: apiKey,
      GATEHOUSE_BOOTSTRAP_CLIENT_ID: clientId,
      GATEHOUSE_BOOTSTRAP_REDIRECT_URIS: redirects.map((url) => `${url}/callback`).join(","),
      ...env,
      ...(operator && { GATEHOUSE_BOOTSTRAP_OPERATOR_EMAIL: operator.email, GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD: operator.password }),
    },
  });
  closers.push(() => server.stop());
  return { url, log: server.log, api: apiOf(url, apiKey) };
}

// The npm client wants a newer Node than the tests; the lock file brings one for Linux.
function newerNode() {
  const bundled = join(example, "node_modules/.bin/node");
  return existsSync(bundled) ? bundled : process.execPath;
}

const clientEnv = ({ apiKey, clientId }, url, port, gatehouseURL) => ({
  ...plainEnv,
  PORT: String(port),
  APP_URL: url,
  GATEHOUSE_HOST: new URL(gatehouseURL).host,
  WORKOS_API_KEY: apiKey,
  WORKOS_CLIENT_ID: clientId,
  WORKOS_COOKIE_PASSWORD: randomBytes(24).toString("hex"),
});

async function startExample(keys, url, port, gatehouseURL, closers) {
  const app = await start(newerNode(), ["server.js"], { cwd: example, health: url, env: clientEnv(keys, url, port, gatehouseURL) });
  closers.push(() => app.stop());
  return { url, log: app.log };
}

// startProfiles runs an application that asks for profiles alone, in the place
// of the Go example.
async function startProfiles(keys, url, port, gatehouseURL, closers) {
  const app = await start(newerNode(), [join(import.meta.dirname, "profiles-app.mjs")], { cwd: example, health: url, env: clientEnv(keys, url, port, gatehouseURL) });
  closers.push(() => app.stop());
  return { url, log: app.log };
}

// startStandard runs the Go example, which knows Gatehouse as any OpenID provider.
async function startStandard({ clientId }, secret, url, port, gatehouseURL, closers) {
  const app = await start(built("example-go"), [], {
    cwd: root,
    health: url,
    env: {
      ...plainEnv,
      ADDR: `127.0.0.1:${port}`,
      APP_URL: url,
      OIDC_ISSUER: gatehouseURL,
      OIDC_CLIENT_ID: clientId,
      OIDC_CLIENT_SECRET: secret,
    },
  });
  closers.push(() => app.stop());
  return { url, log: app.log };
}

// apiOf calls the management API, for what a journey finds there already.
function apiOf(url, apiKey) {
  return async (method, path, body) => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
}
