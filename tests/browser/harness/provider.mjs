// A provider that people have accounts at themselves, by software that we did
// not write.
import { client, startOIDC } from "./providers/oidc.mjs";

export { client };

// startProvider has an account for each of `people`, who are { email, verified,
// firstName, lastName }; more may be added to the map that it returns.
export async function startProvider(callback, closers) {
  const provider = await startOIDC(closers, { name: "Halden ID", people: new Map() });
  await provider.setRelyingParty({ redirectUri: callback });
  return provider;
}
