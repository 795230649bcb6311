// What LemonLDAP::NG's configuration says, from the options that a test gives.
const bindings = { redirect: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", post: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" };

export const defaults = {
  sign: "both", // both, assertion
  encrypt: false, // AES-128-CBC with RSA-OAEP: this version has no other
  clockOffset: 0, // seconds that the provider's clock is ahead of ours
  signedRequests: true, // whether it wants AuthnRequests signed
  sloBinding: "redirect", // how it sends logout requests: redirect, post
};

// Its demonstration accounts, which have their own names as passwords.
const demo = (id, firstName, lastName, groups) => ({ id, password: id, email: `${id}@badwolf.org`, firstName, lastName, groups });
export const people = {
  rtyler: demo("rtyler", "Rose", "Tyler", ["users", "earthlings"]),
  dwho: demo("dwho", "Doctor", "Who", ["users", "timelords"]),
  noor: { ...demo("msmith", "Mr", "Smith", ["users"]), unassigned: true },
};

// main is lemonldap-ng.ini: where the rest is, and that all of it is in the folder.
export const main = (folder) => `[all]
logLevel = info
[configuration]
type = File
dirName = ${folder}/conf
localStorage = Cache::FileCache
localStorageOptions = { 'namespace' => 'config', 'default_expires_in' => 600, 'cache_root' => '${folder}/cache', 'cache_depth' => 0 }
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
`;

export function portal({ folder, base, key, options, serviceProviders }) {
  const sessions = (name) => ({ Directory: `${folder}/${name}`, LockDirectory: `${folder}/${name}/lock` });
  const each = (value) => Object.fromEntries(Object.entries(serviceProviders).map(([entityId, sp], i) => [`sp${i}`, value({ entityId, ...sp })]));
  return {
    cfgNum: 1,
    cfgVersion: "2.16.1",
    cfgAuthor: "the tests",
    cfgDate: 1,
    authentication: "Demo",
    userDB: "Same",
    passwordDB: "Null",
    registerDB: "Null",
    domain: "127.0.0.1",
    portal: `${base}/`,
    // Cookies know no ports: each provider on this machine has names of its own.
    cookieName: `lemonldap${new URL(base).port}`,
    securedCookie: 0,
    sameSite: "Lax",
    demoExportedVars: { cn: "cn", mail: "mail", uid: "uid" },
    globalStorage: "Apache::Session::File",
    globalStorageOptions: sessions("sessions"),
    persistentStorage: "Apache::Session::File",
    persistentStorageOptions: sessions("people"),
    localSessionStorage: "Cache::FileCache",
    localSessionStorageOptions: { namespace: "sessions", cache_root: `${folder}/cache`, cache_depth: 0, default_expires_in: 600 },
    locationRules: { "127.0.0.1": { default: "accept" } },
    macros: { _whatToTrace: "$uid", givenName: "(split / /, $cn)[0]", sn: "(split / /, $cn)[1]" },
    loginHistoryEnabled: 0,
    portalDisplayRegister: 0,
    portalDisplayResetPassword: 0,
    issuerDBSAMLActivation: 1,
    samlServicePrivateKeySig: key.key,
    samlServicePublicKeySig: key.certificate,
    samlServiceSignatureMethod: "RSA_SHA256",
    samlServiceUseCertificateInResponse: 1,
    samlIDPSSODescriptorWantAuthnRequestsSigned: Number(options.signedRequests),
    samlOrganizationName: "Bad Wolf",
    samlOrganizationDisplayName: "Bad Wolf",
    samlOrganizationURL: base,
    samlSPMetaDataXML: each((sp) => ({ samlSPMetaDataXML: metadata(sp, options) })),
    samlSPMetaDataOptions: each(() => serviceProviderOptions(options)),
    samlSPMetaDataExportedAttributes: each(() => Object.fromEntries(["uid", "mail", "givenName", "sn", "groups"].map((name) => [name, `1;${name};urn:oasis:names:tc:SAML:2.0:attrname-format:basic`]))),
  };
}

function serviceProviderOptions({ sign, encrypt, signedRequests }) {
  const prefixed = {
    NameIDFormat: "persistent",
    EncryptionMode: encrypt ? "assertion" : "none",
    SignSSOMessage: sign === "assertion" ? 0 : 1,
    SignSLOMessage: 1,
    CheckSSOMessageSignature: Number(signedRequests),
    CheckSLOMessageSignature: 1,
    EnableIDPInitiatedURL: 1,
    NotOnOrAfterTimeout: 300,
    SessionNotOnOrAfterTimeout: 28800,
    ForceUTF8: 1,
    Rule: '$uid ne "msmith"',
  };
  return Object.fromEntries(Object.entries(prefixed).map(([name, value]) => [`samlSPMetaDataOptions${name}`, value]));
}

// It takes a service provider as metadata alone. Its logout requests go by the
// first binding there, its answers by the one that asked.
function metadata({ entityId, acsUrl, sloUrl, certificates = [] }, { sloBinding }) {
  const keys = certificates.map((pem) => `<KeyDescriptor><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${pem.replace(/-----[A-Z ]+-----|\s/g, "")}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`);
  const inOrder = sloBinding === "redirect" ? [bindings.redirect, bindings.post] : [bindings.post, bindings.redirect];
  const slo = sloUrl ? inOrder.map((binding) => `<SingleLogoutService Binding="${binding}" Location="${sloUrl}"/>`).join("") : "";
  return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><SPSSODescriptor AuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys.join("")}${slo}<AssertionConsumerService index="0" isDefault="true" Binding="${bindings.post}" Location="${acsUrl}"/></SPSSODescriptor></EntityDescriptor>`;
}
