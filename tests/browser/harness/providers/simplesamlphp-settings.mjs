// What SimpleSAMLphp's files say, from the options that a test gives.
const bindings = { redirect: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", post: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" };
const persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const emailAddress = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

export const defaults = {
  sign: "both", // response, assertion, both, none
  encrypt: false, // AES-128-CBC with RSA-OAEP: this version has no other
  audience: null, // says this one instead of the service provider's entity ID
  clockOffset: 0, // seconds that the provider's clock is ahead of ours
  signedRequests: true, // whether it wants AuthnRequests signed
  sloBinding: "redirect", // how it sends logout requests: redirect, post
  nameIdFormat: persistent,
};

export function program({ base, port, folder }) {
  return {
    baseurlpath: `${base}/`,
    certdir: folder,
    datadir: `${folder}/data/`,
    tempdir: `${folder}/tmp`,
    metadatadir: folder,
    attributenamemapdir: "/etc/simplesamlphp/attributemap/",
    secretsalt: "only of this provider",
    "auth.adminpassword": "nobody needs it",
    technicalcontact_email: "na@haldenmarine.example",
    timezone: "UTC",
    "logging.handler": "stderr",
    "logging.level": 6,
    showerrors: true,
    errorreporting: false,
    "enable.saml20-idp": true,
    "module.enable": { exampleauth: true, core: true, saml: true },
    "store.type": "phpsession",
    "session.phpsession.savepath": `${folder}/sessions`,
    // Cookies know no ports: each provider on this machine has names of its own.
    "session.phpsession.cookiename": `SimpleSAML${port}`,
    "session.authtoken.cookiename": `SimpleSAMLAuthToken${port}`,
    "session.cookie.secure": false,
    "language.cookie.secure": false,
    "language.default": "en",
    "metadata.sources": [{ type: "flatfile" }],
    "trusted.url.domains": [],
  };
}

export function accounts(people) {
  const users = Object.values(people).map(({ id, password, email, firstName, lastName, groups, unassigned }) =>
    [`${id}:${password}`, { uid: [id], mail: [email], givenName: [firstName], sn: [lastName], groups, ...(unassigned && { unassigned: ["yes"] }) }]);
  return { "haldenmarine-people": { 0: "exampleauth:UserPass", ...Object.fromEntries(users) } };
}

export function identityProvider({ base, keys: [key, next], options }) {
  return {
    [`${base}/saml2/idp/metadata.php`]: {
      host: "__DEFAULT__",
      auth: "haldenmarine-people",
      privatekey: key.keyFile,
      certificate: key.certificateFile,
      ...(next && { new_privatekey: next.keyFile, new_certificate: next.certificateFile }),
      "signature.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
      "redirect.sign": true,
      "redirect.validate": options.signedRequests,
      "validate.authnrequest": options.signedRequests,
      SingleSignOnServiceBinding: [bindings.redirect, bindings.post],
      SingleLogoutServiceBinding: [bindings.redirect, bindings.post],
      NameIDFormat: [persistent, emailAddress],
      authproc: steps(options),
    },
  };
}

// What happens between the sign-in and the answer.
function steps({ audience }) {
  return {
    10: { class: "core:PHP", code: refuseUnassigned },
    20: { class: "saml:AttributeNameID", attribute: "mail", Format: emailAddress },
    21: { class: "saml:AttributeNameID", attribute: "uid", Format: persistent },
    ...(audience && { 30: { class: "core:PHP", code: `$state['SPMetadata']['entityid'] = ${JSON.stringify(audience).replaceAll("$", "\\$")};` } }),
  };
}

const refuseUnassigned = `
if (isset($attributes['unassigned'])) {
  \\SimpleSAML\\Auth\\State::throwException($state, new \\SimpleSAML\\Module\\saml\\Error(
    \\SAML2\\Constants::STATUS_RESPONDER, \\SAML2\\Constants::STATUS_REQUEST_DENIED, 'This person is not assigned to the application.'));
}`;

export function serviceProvider({ acsUrl, sloUrl, certificates = [] }, options) {
  return {
    AssertionConsumerService: [{ Binding: bindings.post, Location: acsUrl, index: 0, isDefault: true }],
    ...(sloUrl && { SingleLogoutService: [{ Binding: bindings[options.sloBinding], Location: sloUrl }] }),
    keys: certificates.map((pem) => ({ type: "X509Certificate", signing: true, encryption: true, X509Certificate: pem.replace(/-----[A-Z ]+-----|\s/g, "") })),
    NameIDFormat: options.nameIdFormat,
    "simplesaml.nameidattribute": "uid",
    "saml20.sign.response": ["response", "both"].includes(options.sign),
    "saml20.sign.assertion": ["assertion", "both"].includes(options.sign),
    "assertion.encryption": options.encrypt,
    "sign.logout": true,
  };
}
