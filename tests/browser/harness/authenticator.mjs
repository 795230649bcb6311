// Chromium's virtual authenticator (CDP domain WebAuthn): a laptop that holds
// passkeys and recognises its person.
export async function withAuthenticator({ page, context }) {
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  const set = (what) => (on) => cdp.send(`WebAuthn.set${what}`, { authenticatorId, ...on });
  return {
    recognises: (isUserVerified) => set("UserVerified")({ isUserVerified }),
    // touched says whether the person touches the authenticator when it asks;
    // one that does also picks the passkey that the browser suggests in a field.
    touched: (enabled) => set("AutomaticPresenceSimulation")({ enabled }),
    credentials: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  };
}
