// Package dns asks whether a domain's DNS holds the record that proves who
// runs it, and says in words what was found instead.
//
// A Resolver looks: it finds the nameservers of the domain's zone and asks
// each of them, because the zone's own word is newer than any cache and shows
// when they disagree. Where they cannot be found or reached, the deployment's
// resolvers are asked. A Look is what they answered; Judge makes a Finding of
// it, without asking anybody; a Finding has a Sentence and an Advice.
//
// Nameservers are named by the zone, so by whoever claims the domain: they
// pass internal/netguard as every address that tenants give. Time, servers,
// questions and sizes are bounded.
package dns
