// What the samlify provider says, from the options that a test gives.
import { randomUUID } from "node:crypto";
import samlify from "samlify";

const { IdentityProvider, SamlLib, ServiceProvider, setSchemaValidator } = samlify;
// The library wants one for what it reads; our requests are judged by others.
setSchemaValidator({ validate: async () => "not looked at" });

const bindings = { redirect: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", post: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" };
const persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const status = "urn:oasis:names:tc:SAML:2.0:status";

export const defaults = {
  sign: "both", // response, assertion, both: the library signs one of them at least
  encrypt: false,
  encryption: "http://www.w3.org/2009/xmlenc11#aes256-gcm",
  signatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  audience: null, // says this one instead of the service provider's entity ID
  clockOffset: 0, // seconds that the provider's clock is ahead of ours
  signedRequests: true, // whether it wants AuthnRequests signed
  sloBinding: "redirect", // how it sends logout messages: redirect, post
  nameIdFormat: persistent,
};

// identityProvider signs with the first key; its metadata has them all.
export function identityProvider({ base, entityId, options, keys }, certificates = [keys[0].certificate]) {
  const endpoints = (path) => Object.values(bindings).map((Binding) => ({ Binding, Location: `${base}${path}` }));
  return IdentityProvider({
    entityID: entityId,
    signingCert: certificates,
    privateKey: keys[0].key,
    wantAuthnRequestsSigned: options.signedRequests,
    wantLogoutRequestSigned: true,
    wantLogoutResponseSigned: true,
    requestSignatureAlgorithm: options.signatureAlgorithm,
    isAssertionEncrypted: options.encrypt,
    dataEncryptionAlgorithm: options.encryption,
    nameIDFormat: [options.nameIdFormat],
    singleSignOnService: endpoints("/sso"),
    singleLogoutService: endpoints("/slo"),
  });
}

export function serviceProvider({ options }, { entityId, acsUrl, sloUrl, certificates = [] }) {
  return ServiceProvider({
    entityID: entityId,
    signingCert: certificates,
    encryptCert: certificates[0],
    authnRequestsSigned: options.signedRequests,
    wantAssertionsSigned: options.sign !== "response",
    wantMessageSigned: options.sign !== "assertion",
    wantLogoutRequestSigned: true,
    wantLogoutResponseSigned: true,
    assertionConsumerService: [{ Binding: bindings.post, Location: acsUrl }],
    singleLogoutService: sloUrl ? Object.values(bindings).map((Binding) => ({ Binding, Location: sloUrl })) : [],
  });
}

// answer is the form that takes somebody to the service provider. It says when
// somebody is not assigned to it.
export async function answer(provider, known, person, { sessionIndex, inResponseTo, relayState }) {
  const { options } = provider;
  // A refusal has no assertion: nothing to encrypt, and the response is what is signed.
  const said = person.unassigned ? { ...provider, options: { ...options, encrypt: false, sign: "response" } } : provider;
  const [idp, sp] = [identityProvider(said), serviceProvider(said, known)];
  const at = (seconds) => new Date(Date.now() + (options.clockOffset + seconds) * 1000).toISOString();
  const values = {
    ID: `_${randomUUID()}`,
    AssertionID: `_${randomUUID()}`,
    Destination: known.acsUrl,
    SubjectRecipient: known.acsUrl,
    Audience: options.audience ?? known.entityId,
    Issuer: provider.entityId,
    IssueInstant: at(0),
    ConditionsNotBefore: at(0),
    ConditionsNotOnOrAfter: at(300),
    SubjectConfirmationDataNotOnOrAfter: at(300),
    NameIDFormat: options.nameIdFormat,
    NameID: nameId(provider, person),
    InResponseTo: inResponseTo,
    SessionIndex: sessionIndex,
    StatusCode: `${status}:Success`,
  };
  const fill = () => ({ id: values.ID, context: SamlLib.replaceTagsByValue(person.unassigned ? refusal : success(person, values), values) });
  const { context } = await idp.createLoginResponse(sp, null, "post", {}, { customTagReplacement: fill, encryptThenSign: true });
  return { to: known.acsUrl, fields: { SAMLResponse: context, ...(relayState && { RelayState: relayState }) } };
}

export const nameId = ({ options }, person) => (options.nameIdFormat.endsWith("emailAddress") ? person.email : person.id);

// success is the library's own response, with what it has no words for: the
// session and attributes of several values.
function success(person, values) {
  const { id, email, firstName, lastName, groups } = person;
  const attributes = Object.entries({ uid: [id], mail: [email], givenName: [firstName], sn: [lastName], groups }).filter(([, all]) => all.length);
  const statement = attributes.map(([name, all]) => {
    const inside = all.map((value, i) => {
      values[`${name}${i}`] = value;
      return `<saml:AttributeValue>{${name}${i}}</saml:AttributeValue>`;
    });
    return `<saml:Attribute Name="${name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">${inside.join("")}</saml:Attribute>`;
  });
  return SamlLib.defaultLoginResponseTemplate.context
    .replace("{AuthnStatement}", `<saml:AuthnStatement AuthnInstant="{IssueInstant}" SessionIndex="{SessionIndex}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`)
    .replace("{AttributeStatement}", `<saml:AttributeStatement>${statement.join("")}</saml:AttributeStatement>`);
}

const refusal = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{ID}" Version="2.0" IssueInstant="{IssueInstant}" Destination="{Destination}" InResponseTo="{InResponseTo}"><saml:Issuer>{Issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${status}:Responder"><samlp:StatusCode Value="${status}:RequestDenied"/></samlp:StatusCode><samlp:StatusMessage>This person is not assigned to the application.</samlp:StatusMessage></samlp:Status></samlp:Response>`;
