// A stage is what a journey needs: a Gatehouse of its own on SQLite, the
// Express example signed up with it as its application, and a browser.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openBrowser } from "./browser.mjs";
import { freePort, start } from "./processes.mjs";

const root = resolve(import.meta.dirname, "../../..");
const example = join(root, "examples/express");

// settings that a developer has in the shell must not reach the servers.
const plainEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(GATEHOUSE|WORKOS|OIDC|APP)_/.test(name)));

// openStage with `{ firstStart: true }` has no operator yet: the server prints
// its set-up link instead.
export async function openStage({ firstStart = false } = {}) {
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
    const gatehouse = await startGatehouse({ ...keys, operator: firstStart ? null : operator, redirects: [appURL, standardURL] }, closers);
    const app = await startExample(keys, appURL, appPort, gatehouse.url, closers);
    const browser = await openBrowser();
    closers.push(() => browser.close());
    const standard = (secret) => startStandard(keys, secret, standardURL, standardPort, gatehouse.url, closers);
    return { gatehouse, app, standard, browser, keys, operator, close };
  } catch (err) {
    await close();
    throw err;
  }
}

async function startGatehouse({ apiKey, clientId, operator, redirects }, closers) {
  const binary = join(root, "tests/browser/out/server");
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run these tests by \`make browser\`, which builds it`);
  const data = await mkdtemp(join(tmpdir(), "gatehouse-browser-"));
  closers.push(() => rm(data, { recursive: true, force: true }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await start(binary, [], {
    cwd: data,
    health: `${url}/readyz`,
    env: {
      ...plainEnv,
      GATEHOUSE_ADDR: `127.0.0.1:${port}`,
      GATEHOUSE_BASE_URL: url,
      GATEHOUSE_DATA_DIR: data,
      GATEHOUSE_HIBP_URL: "off",
      GATEHOUSE_BOOTSTRAP_API_KEY: apiKey,
      GATEHOUSE_BOOTSTRAP_CLIENT_ID: clientId,
      GATEHOUSE_BOOTSTRAP_REDIRECT_URIS: redirects.map((url) => `${url}/callback`).join(","),
      ...(operator && { GATEHOUSE_BOOTSTRAP_OPERATOR_EMAIL: operator.email, GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD: operator.password }),
    },
  });
  closers.push(() => server.stop());
  return { url, log: server.log, api: apiOf(url, apiKey) };
}

async function startExample({ apiKey, clientId }, appURL, port, gatehouseURL, closers) {
  // The npm client wants a newer Node than the tests; the lock file brings one for Linux.
  const bundled = join(example, "node_modules/.bin/node");
  const app = await start(existsSync(bundled) ? bundled : process.execPath, ["server.js"], {
    cwd: example,
    health: appURL,
    env: {
      ...plainEnv,
      PORT: String(port),
      APP_URL: appURL,
      GATEHOUSE_HOST: new URL(gatehouseURL).host,
      WORKOS_API_KEY: apiKey,
      WORKOS_CLIENT_ID: clientId,
      WORKOS_COOKIE_PASSWORD: randomBytes(24).toString("hex"),
    },
  });
  closers.push(() => app.stop());
  return { url: appURL, log: app.log };
}

// startStandard runs the Go example, which knows Gatehouse as any OpenID provider.
async function startStandard({ clientId }, secret, url, port, gatehouseURL, closers) {
  const app = await start(join(root, "tests/browser/out/example-go"), [], {
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
