// An identity provider that pushes people and groups by SCIM, as Okta's wizard
// apps do: with the address and the token that an admin copied from the portal.
export function openPusher(endpoint, token) {
  const ask = async (method, path, body) => {
    const answer = await fetch(endpoint + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  };
  const made = async (path, body) => {
    const { status, body: resource } = await ask("POST", path, body);
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(resource)}`);
    return resource.id;
  };
  return {
    ask,
    test: () => ask("GET", "/Users?startIndex=1&count=2"),
    person: (email, givenName, familyName) =>
      made("/Users", { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: email, name: { givenName, familyName }, emails: [{ primary: true, value: email, type: "work" }], active: true, groups: [] }),
    group: (displayName, people) => made("/Groups", { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName, members: people.map((value) => ({ value })) }),
    deactivate: (id) => ask("PATCH", `/Users/${id}`, { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{ op: "replace", value: { active: false } }] }),
  };
}
